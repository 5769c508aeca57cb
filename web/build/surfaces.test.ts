import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { SURFACES, surfaceOf } from './surfaces.ts'

it('answers every path below a surface with its page, and leaves the rest alone', () => {
  expect(surfaceOf('/')).toBe('portal')
  expect(surfaceOf('/?lang=en')).toBe('portal')
  expect(surfaceOf('/kiosk')).toBe('kiosk')
  expect(surfaceOf('/office/branches/7?tab=1')).toBe('office')
  expect(surfaceOf('/assets/x.js')).toBeUndefined()
  expect(surfaceOf('/kiosk/main.ts')).toBeUndefined()
  expect(surfaceOf('/portal')).toBeUndefined()
})

it.each(SURFACES)('%s has a page that starts it', (name) => {
  const page = new URL(`../src/surfaces/${name}/index.html`, import.meta.url)
  expect(existsSync(page)).toBe(true)
  expect(readFileSync(page, 'utf8')).toContain(`src="/${name}/main.ts"`)
})
