/** Words for what blank vouchers are and who holds them. */
import { useI18n } from 'vue-i18n'
import { useText, type Text } from '@/kit/composables/useText'

export function useStockWords(names: () => Readonly<Record<string, Text>> = () => ({})): { kindName: (kind: string) => string; holderName: (holder: string) => string } {
  const { t, te } = useI18n()
  const say = useText()
  return {
    kindName: (kind) => (te(`delivery.voucher.${kind}`) ? t(`delivery.voucher.${kind}`) : kind),
    holderName: (holder) => {
      const [what = '', id = ''] = holder.split(':')
      const name = names()[holder]
      if (name) return say(name)
      return te(`delivery.holder.${what}`) ? t(`delivery.holder.${what}`, { id }) : holder
    },
  }
}
