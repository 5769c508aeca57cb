import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { candidatesOf, cutsOf } from './pinyin'
import { readTable } from './pinyinTable'
import { rowsOf } from './rows'

const table = readTable(readFileSync(fileURLToPath(new URL('./pinyin.txt', import.meta.url)), 'utf8'))
const texts = (letters: string): string[] => candidatesOf(table, letters).map(({ text }) => text)
const cut = (letters: string): string[] => (cutsOf(table, letters)[0]?.pieces ?? []).map(({ text }) => text)

describe('letters are cut into syllables', () => {
  it('the fewest that make them up', () => {
    expect(cut('xian')).toEqual(['xian'])
    expect(cut('zhuanzhang')).toEqual(['zhuan', 'zhang'])
    expect(cut('zhonggu')).toEqual(['zhong', 'gu'])
  })
  it('where an apostrophe parts them', () => {
    expect(cut("xi'an")).toEqual(['xi', 'an'])
    expect(cut("'")).toEqual([])
  })
  it('with first sounds for whole ones, and a last one that is only begun', () => {
    expect(cut('zgyh')).toEqual(['z', 'g', 'y', 'h'])
    expect(cut('beijin')).toEqual(['bei', 'jin'])
    expect(cut('zhuanzh')).toEqual(['zhuan', 'zh'])
  })
  it('not where they are no pinyin', () => {
    expect(cutsOf(table, 'vi')).toEqual([])
    expect(candidatesOf(table, 'vi')).toEqual([])
  })
})

describe('what letters stand for', () => {
  it.each([
    ['fangzu', '房租'], ['shenghuofei', '生活费'], ['gongzi', '工资'], ['zgyh', '中国银行'], ['zhonggyh', '中国银行'], ['nvshi', '女士'],
    ["xi'an", '西安'], ['yinhang', '银行'], ['changan', '长安'], ['woyaozhuanzhang', '我要转账'], ['beijingshichaoyangqu', '北京市朝阳区'],
  ])('%s is %s first', (letters, text) => {
    expect(candidatesOf(table, letters)[0]).toEqual({ text, used: letters.length })
  })
  it('is each character of the first syllable too, with what is left to spell', () => {
    const found = candidatesOf(table, 'zhangwei')
    expect(found).toContainEqual({ text: '张', used: 5 })
    expect(found.slice(0, 12).map(({ text }) => text)).toContain('张')
  })
  it('knows characters by every reading, and those of names and of Taiwan and Hong Kong', () => {
    for (const [letters, text] of [['dan', '单'], ['shan', '单'], ['chang', '长'], ['zhang', '长'], ['lv', '绿'], ['lue', '略'], ['nve', '虐'], ['zhe', '喆'], ['chen', '陳'], ['qiu', '仇']] as const)
      expect(texts(letters)).toContain(text)
  })
  it('offers each text once, and what the bank would not say not at all', () => {
    const found = texts('shi')
    expect(new Set(found).size).toBe(found.length)
    expect(texts('tamade')).not.toContain('他妈的')
  })
})

describe('candidates in rows', () => {
  const of = (...found: string[]): { text: string; used: number }[] => found.map((text) => ({ text, used: 1 }))
  it('stand in turn, as many as a row holds', () => {
    expect(rowsOf(of('中国', '中', '重'), [6, 6]).map((row) => row.map(({ text }) => text))).toEqual([['中国', '中'], ['重']])
  })
  it('leave out what no row holds, but not one that is wider than any', () => {
    expect(rowsOf(of('中华人民共和国', '中', '重'), [4, 3])).toEqual([of('中华人民共和国'), of('中')])
    expect(rowsOf([], [4])).toEqual([])
  })
})
