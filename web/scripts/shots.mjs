/**
 * Screenshots of the surfaces at their real sizes, to be looked at, and an axe check of each.
 *
 *     npm run build && npm run shots -- [--only kiosk,pad] [--server http://localhost:8000] [--out DIR] [--no-axe]
 *
 * Without `--server` the built pages are served by Vite's preview, without data behind them. Chromium is found
 * at CHROMIUM or /usr/bin/chromium-headless-shell. Exits 1 when axe finds a breach or a page logs an error.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { preview } from 'vite'

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    server: { type: 'string' },
    out: { type: 'string', default: fileURLToPath(new URL('../../tests/shots', import.meta.url)) },
    'no-axe': { type: 'boolean', default: false },
  },
})

const SIZES = {
  portal: ['/', [1440, 900]],
  'portal-phone': ['/', [390, 844]],
  signin: ['/signin', [1440, 900]],
  terminal: ['/signin/terminal', [1440, 900]],
  kiosk: ['/kiosk', [1080, 1920]],
  pad: ['/pad', [1180, 820]],
  counter: ['/counter', [1440, 900]],
  centre: ['/centre', [1440, 900]],
  board: ['/board', [1920, 1080]],
  'board-portrait': ['/board', [1080, 1920]],
  phone: ['/phone', [390, 844]],
  office: ['/office', [1440, 900]],
  gallery: ['/gallery', [1440, 900]],
  'gallery-harbour': ['/gallery?pack=harbour', [1440, 900]],
  'gallery-kiosk': ['/gallery?as=kiosk', [1080, 1920]],
  'gallery-phone': ['/gallery?as=phone', [390, 844]],
  'gallery-board': ['/gallery?as=board', [1920, 1080]],
}
const LOOKS = {
  zh: 'lang=zh-CN&theme=light',
  en: 'lang=en&theme=light',
  'zh-dark': 'lang=zh-CN&theme=dark',
  'zh-large': 'lang=zh-CN&theme=light&type=large',
  'en-contrast': 'lang=en&theme=light&contrast=high',
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const server = options.server ? null : await preview({ preview: { port: 0 }, logLevel: 'error' })
const base = options.server ?? server.resolvedUrls.local[0].replace(/\/$/, '')
mkdirSync(options.out, { recursive: true })

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
})
let wrong = 0
const only = options.only?.split(',')
try {
  for (const [name, [path, [width, height]]] of Object.entries(SIZES)) {
    if (only && !only.includes(name)) continue
    const context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce' })
    for (const [look, query] of Object.entries(LOOKS)) {
      const page = await context.newPage()
      page.on('pageerror', (error) => {
        wrong += 1
        console.error(`${name} ${look}: ${error.message}`)
      })
      await page.goto(`${base}${path}${path.includes('?') ? '&' : '?'}${query}`, { waitUntil: 'load' })
      await page.evaluate(() => document.fonts.ready)
      await page.waitForTimeout(400)
      const file = join(options.out, `${name}-${look}.png`)
      await page.screenshot({ path: file, fullPage: name.startsWith('gallery') || name.startsWith('portal') })
      if (!options['no-axe']) {
        await page.evaluate(axeSource)
        const { violations } = await page.evaluate(() => window.axe.run())
        for (const violation of violations) {
          wrong += 1
          const where = violation.nodes.slice(0, 3).map((node) => node.target.join(' ') + (node.any[0]?.message ? ` — ${node.any[0].message}` : ''))
          console.error(`${name} ${look}: ${violation.id} (${violation.impact}): ${violation.help}\n    ${where.join('\n    ')}`)
        }
      }
      await page.close()
    }
    await context.close()
    console.log(`${name}: ${Object.keys(LOOKS).length} shots`)
  }
} finally {
  await browser.close()
  await server?.close()
}
process.exitCode = wrong > 0 ? 1 : 0
