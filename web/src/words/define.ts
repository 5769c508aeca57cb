/** The same keys, each with its own words. */
export type SameKeys<Words> = {
  [Key in keyof Words]: Words[Key] extends string ? string : SameKeys<Words[Key]>
}

export const LANGUAGES = ['zh-CN', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

export interface WordTree {
  [key: string]: string | WordTree
}

export type WordFile = Record<Language, WordTree>

/** Both languages of one file, side by side; a key missing in English, or one too many, does not compile. */
export function defineWords<Words extends WordTree>(zh: Words, en: SameKeys<Words>): WordFile {
  return { 'zh-CN': zh, en: en as WordTree }
}
