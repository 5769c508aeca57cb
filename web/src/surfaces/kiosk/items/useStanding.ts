/** Whether this machine hands anything out now, and in words why not. */
import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useKiosk } from '../kiosk'
import { standingOf } from './itemScreen'

export function useStanding(): { isOut: ComputedRef<boolean>; why: ComputedRef<string>; instead: ComputedRef<string> } {
  const { t } = useI18n()
  const kiosk = useKiosk()
  const standing = computed(() => (kiosk.items.data.value ? standingOf(kiosk.items.data.value, kiosk.machine.value) : 'works'))
  const isOut = computed(() => standing.value !== 'works')
  return {
    isOut,
    why: computed(() => (standing.value === 'works' ? '' : t(`itemScreen.out.${standing.value}`))),
    instead: computed(() => (isOut.value ? t('itemScreen.out.instead') : '')),
  }
}
