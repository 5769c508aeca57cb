import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'

const TEXT_FILE = /\.(js|css|html|svg|webmanifest)$/

/** A packet holds about this much; compressing less saves nothing. */
const WORTHWHILE_BYTES = 1400

/** Writes `.br` and `.gz` beside each text file, so that the server compresses nothing while it serves. */
export function precompress(): Plugin {
  return {
    name: 'tingtang-precompress',
    apply: 'build',
    writeBundle: ({ dir }) => {
      if (!dir) return
      for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !TEXT_FILE.test(entry.name)) continue
        const path = join(entry.parentPath, entry.name)
        const content = readFileSync(path)
        if (content.length < WORTHWHILE_BYTES) continue
        writeFileSync(`${path}.br`, brotliCompressSync(content))
        writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }))
      }
    },
  }
}
