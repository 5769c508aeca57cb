/** Words for what blank vouchers are and who holds them. */
import { useI18n } from 'vue-i18n'

export function useStockWords(): { kindName: (kind: string) => string; holderName: (holder: string) => string } {
  const { t, te } = useI18n()
  return {
    kindName: (kind) => (te(`delivery.voucher.${kind}`) ? t(`delivery.voucher.${kind}`) : kind),
    holderName: (holder) => {
      const [what = '', id = ''] = holder.split(':')
      return te(`delivery.holder.${what}`) ? t(`delivery.holder.${what}`, { id }) : holder
    },
  }
}
