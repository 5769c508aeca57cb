/**
 * Printing a ticket: on the machine's own printer, which says whether it did; where none is set up, through the
 * browser's receipt page (with Chromium's --kiosk-printing that asks nobody, and `?print=auto` does it at once).
 */
import { ref, watch, type Ref, type ShallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { call } from '@/api/client'
import { ApiError } from '@/api/error'
import type { Receipt } from '@/kit/visitor/types'
import { useKiosk } from './kiosk'
import { cannotPrint } from './machine'

export interface Printing {
  state: Readonly<Ref<'idle' | 'printing' | 'printed' | 'failed'>>
  /** Why it failed, to be shown as it is. */
  why: Readonly<Ref<string>>
  print: () => Promise<void>
  /** By way of the browser, whatever printer there is. */
  printPage: () => void
}

export function usePrinting(ticket: string, receipt: Readonly<ShallowRef<Receipt | null>>): Printing {
  const kiosk = useKiosk()
  const { t } = useI18n()
  const state = ref<'idle' | 'printing' | 'printed' | 'failed'>('idle')
  const why = ref('')
  const isAutomatic = new URLSearchParams(location.search).get('print') === 'auto'

  function printPage(): void {
    window.print()
  }
  async function print(): Promise<void> {
    if (state.value === 'printing') return
    // A part that is out of use prints nothing, whoever asks: the screen and the phone have the ticket.
    if (cannotPrint(kiosk.machine.value)) {
      why.value = t('kioskHere.noPaper')
      state.value = 'failed'
      return
    }
    if (!kiosk.printer.data.value?.ready) {
      printPage()
      return
    }
    state.value = 'printing'
    why.value = ''
    try {
      await call('POST', kiosk.path(`tickets/${ticket}/print`))
      state.value = 'printed'
    } catch (cause) {
      why.value = cause instanceof ApiError ? cause.message : ''
      state.value = 'failed'
    }
  }
  // A machine with a printer prints every ticket, once, as soon as both are known; one that cannot says so.
  const stop = watch(
    [kiosk.printer.data, kiosk.printer.error, receipt],
    ([printer, failed, drawn]) => {
      const hasPrinter = printer?.ready ?? false
      if (!drawn || (!printer && !failed)) return
      queueMicrotask(() => { stop() })
      if (hasPrinter || isAutomatic || cannotPrint(kiosk.machine.value)) void print()
    },
    { immediate: true },
  )
  return { state, why, print, printPage }
}
