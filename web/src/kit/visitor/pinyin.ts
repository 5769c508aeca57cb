/**
 * The first letters of a Chinese name's pinyin, by which people search where there is no Chinese keyboard:
 * 现金取款 is `xjqk`. Found by the browser's own pinyin order: a character belongs to the last letter whose
 * first character does not come after it. Of a character with several readings it knows the first, but for the
 * words below.
 */
/** Words of banking in which a character is not read as it is by itself. */
const READ_OTHERWISE: readonly [RegExp, string][] = [
  [/(?<=[银分支总央])行/g, 'h'],
  [/重(?=置|新|复)/g, 'c'],
]
const LETTERS = 'abcdefghjklmnopqrstwxyz'
/** The first character of each letter in pinyin order; no syllable begins with i, u or v. */
const FIRST_OF_LETTER = '阿八嚓哒妸发旮哈讥咔垃痳拏噢妑七呥扨它穵夕丫帀'
const HAN = /\p{Script=Han}/u
const order = new Intl.Collator('zh-Hans-CN-u-co-pinyin')

function initial(character: string): string {
  if (/[a-z0-9]/i.test(character)) return character.toLowerCase()
  if (!HAN.test(character)) return ''
  let found = ''
  for (const [index, first] of [...FIRST_OF_LETTER].entries()) {
    if (order.compare(character, first) < 0) break
    found = LETTERS[index] ?? ''
  }
  return found
}

export const pinyinInitials = (text: string): string =>
  Array.from(READ_OTHERWISE.reduce((read, [word, letter]) => read.replace(word, letter), text), initial).join('')
