/**
 * The words of a page: common ones and the surface's own. A component says `t('common.action.retry')` or
 * `t('kiosk.title')`: the first part is the file's name in this folder.
 */
import { createI18n, type I18n } from 'vue-i18n'
import common from './common'
import type { Language, WordFile, WordTree } from './define'

/** The page's translator, its types kept shallow: keys are checked by a test, which reads every call of `t`. */
export type Words = I18n<Record<never, never>, Record<never, never>, Record<never, never>, string, false>

/** Makes the page's translator. `files` are the surface's own, by the name their keys begin with. */
export function makeWords(language: Language, files: Record<string, WordFile> = {}): Words {
  const all: Record<string, WordFile> = { common, ...files }
  const messagesOf = (chosen: Language): WordTree =>
    Object.fromEntries(Object.entries(all).map(([name, file]) => [name, file[chosen]]))
  return createI18n<false>({
    legacy: false,
    locale: language,
    fallbackLocale: 'zh-CN',
    messages: { 'zh-CN': messagesOf('zh-CN'), en: messagesOf('en') },
    datetimeFormats: {
      'zh-CN': DATETIME_FORMATS,
      en: DATETIME_FORMATS,
    },
  })
}

const DATETIME_FORMATS = {
  time: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  timeSeconds: { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  day: { year: 'numeric', month: 'long', day: 'numeric', weekday: 'long' },
  dayShort: { month: '2-digit', day: '2-digit' },
  moment: { month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
} as const

/** From now on times of day are written as they are in `timeZone`. */
export function writeTimesIn(words: Words, timeZone: string): void {
  const there = Object.fromEntries(Object.entries(DATETIME_FORMATS).map(([name, format]) => [name, { ...format, timeZone }]))
  for (const language of ['zh-CN', 'en'] as const) words.global.setDateTimeFormat(language, there)
}
