/** Names one after another, as the person's language lists them: 现金取款、转账, or "Cash, transfer". */
import { useI18n } from 'vue-i18n'

export function useList(): (items: readonly string[]) => string {
  const { locale } = useI18n()
  return (items) => items.filter(Boolean).join(locale.value.startsWith('zh') ? '、' : ', ')
}
