import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Plugin, Rolldown } from 'vite'

/** The surfaces that can be installed and that open without a link. */
export const INSTALLABLE = ['pad', 'phone'] as const

/** Scripts, styles and images a page needs to start; fonts are kept as they are first used. */
const SHELL_FILE = /\.(js|css|svg|png|webmanifest)$/

/**
 * Writes `/sw.js` from `src/offline/worker.js` with the list of files that each installable surface needs
 * and a version made of their names (which carry the hash of their content).
 */
export function serviceWorker(): Plugin {
  const source = fileURLToPath(new URL('../src/offline/worker.js', import.meta.url))
  return {
    name: 'tingtang-service-worker',
    apply: 'build',
    generateBundle(_options, bundle) {
      const shells = Object.fromEntries(
        INSTALLABLE.map((surface) => [`/${surface}`, shellOf(surface, bundle)]),
      )
      const version = createHash('sha256').update(JSON.stringify(shells)).digest('hex').slice(0, 12)
      const code = readFileSync(source, 'utf8')
        .replace('__SHELLS__', JSON.stringify(shells, null, 2))
        .replace('__VERSION__', JSON.stringify(version))
      this.emitFile({ type: 'asset', fileName: 'sw.js', source: code })
    },
  }
}

/** Everything the surface's entry reaches, lazily loaded pages included. */
function shellOf(surface: string, bundle: Rolldown.OutputBundle): string[] {
  const files = new Set<string>()
  const visit = (fileName: string): void => {
    if (files.has(fileName)) return
    const item = bundle[fileName]
    if (!item) return
    files.add(fileName)
    if (item.type !== 'chunk') return
    for (const next of [...item.imports, ...item.dynamicImports]) visit(next)
    for (const asset of item.viteMetadata?.importedCss ?? []) files.add(asset)
    for (const asset of item.viteMetadata?.importedAssets ?? []) files.add(asset)
  }
  for (const item of Object.values(bundle)) {
    if (item.type === 'chunk' && item.isEntry && item.name === surface) visit(item.fileName)
  }
  const built = [...files].filter((file) => SHELL_FILE.test(file)).map((file) => `/${file}`)
  return [...built, '/icon.svg', `/${surface}.webmanifest`].sort()
}
