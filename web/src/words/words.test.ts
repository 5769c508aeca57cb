import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { WordFile, WordTree } from './define'

const files = import.meta.glob<WordFile>(['./*.ts', '!./index.ts', '!./define.ts', '!./*.test.ts'], {
  eager: true,
  import: 'default',
})
const named = Object.entries(files).map(([path, file]) => [path.replace(/^\.\/|\.ts$/g, ''), file] as const)

/** `a.b.c` for every word of a tree, with its text. */
function flat(tree: WordTree, prefix: string): [key: string, text: string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${prefix}.${key}`, value] as [string, string]] : flat(value, `${prefix}.${key}`),
  )
}
const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '').sort()

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* sources(path)
    else if (/\.(vue|ts)$/.test(entry.name) && !entry.name.endsWith('.test.ts')) yield path
  }
}

describe.each(named)('words of %s', (name, file) => {
  const zh = flat(file['zh-CN'], name)
  const en = new Map(flat(file.en, name))

  it('has the same keys in both languages', () => {
    expect([...en.keys()].sort()).toEqual(zh.map(([key]) => key).sort())
  })
  it('says something everywhere, with the same placeholders', () => {
    for (const [key, text] of zh) {
      expect(text.trim(), key).not.toBe('')
      expect(en.get(key)?.trim(), key).not.toBe('')
      expect(placeholders(en.get(key) ?? ''), key).toEqual(placeholders(text))
    }
  })
})

describe('the screens', () => {
  it('use only words that exist', () => {
    const known = new Set(named.flatMap(([name, file]) => flat(file['zh-CN'], name).map(([key]) => key)))
    const unknown: string[] = []
    for (const path of sources(join(import.meta.dirname, '..'))) {
      for (const [, key] of readFileSync(path, 'utf8').matchAll(/\bt\(\s*'([\w.]+)'/g)) {
        if (key && !known.has(key)) unknown.push(`${path}: ${key}`)
      }
    }
    expect(unknown).toEqual([])
  })
})
