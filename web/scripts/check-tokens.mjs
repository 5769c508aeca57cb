/**
 * Two rules that no linter knows: colours and pixel type sizes come from the tokens, and nothing but the API
 * client calls `fetch`. Prints each breach with its line and exits 1 if there is any.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The only files that may name what the rules forbid, and why. */
const COLOURS_ALLOWED = ['src/kit/tokens/tokens.css', 'public/themes/', 'public/icon']
const FETCH_ALLOWED = ['src/api/client.ts', 'src/offline/worker.js']

const COLOUR = /#[0-9a-f]{3,8}\b(?![\w-])|\b(?:rgb|hsl|oklch|oklab|lab|lch)a?\(/i
const NAMED_COLOUR =
  /(?:^|[\s:;{(])(?:color|background(?:-color)?|fill|stroke|border(?:-\w+)?|outline)\s*:\s*[^;]*\b(?:white|black|red|green|blue|gold|orange|yellow|gr[ae]y|silver|purple|teal)\b/i
const PIXEL_TYPE = /font(?:-size|Size)?['"]?\s*:\s*[^;]*\d(?:px|pt)\b/
const FETCH = /(?<![\w.$])(?:window\.|globalThis\.|self\.)?fetch\s*\(|\bXMLHttpRequest\b|\bnew EventSource\b/

function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* filesBelow(path)
    else if (/\.(vue|ts|js|css|html|svg)$/.test(entry.name)) yield path
  }
}

const allowed = (path, list) => list.some((prefix) => path.startsWith(prefix))
const breaches = []

for (const folder of ['src', 'public']) {
  for (const file of filesBelow(join(root, folder))) {
    const path = relative(root, file)
    if (path === 'src/api/schema.ts' || path.endsWith('.test.ts')) continue
    readFileSync(file, 'utf8')
      .split('\n')
      .forEach((line, index) => {
        const said = (what) => breaches.push(`${path}:${index + 1}: ${what}: ${line.trim()}`)
        if (/^\s*(\/\/|\*|\/\*|<!--)/.test(line)) return
        if (!allowed(path, COLOURS_ALLOWED)) {
          if (COLOUR.test(line.replace(/href="#[^"]*"|['"`]#app['"`]|#\[?[\w-]+(?==|\]|>| )|url\(#[\w-]+\)/g, ''))) said('a colour outside the tokens')
          else if (NAMED_COLOUR.test(line)) said('a colour outside the tokens')
          if (PIXEL_TYPE.test(line)) said('a pixel type size outside the tokens')
        }
        if (!allowed(path, FETCH_ALLOWED) && FETCH.test(line)) said('a request outside the API client')
      })
  }
}

for (const breach of breaches) console.error(breach)
if (breaches.length > 0) {
  console.error(`${breaches.length} breach(es): use a token of src/kit/tokens/tokens.css, or src/api/client.ts.`)
  process.exit(1)
}
