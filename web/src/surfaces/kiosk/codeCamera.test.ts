import encodeQR from 'qr'
import { expect, test } from 'vitest'
import { codeIn } from './codeCamera'

const SCALE = 4

/** A picture of a code with a white margin, or of nothing at all. */
function picture(text: string | undefined): ImageData {
  const dots = text === undefined ? Array.from({ length: 40 }, () => Array.from({ length: 40 }, () => false)) : encodeQR(text, 'raw')
  const side = (dots.length + 8) * SCALE
  const data = new Uint8ClampedArray(side * side * 4).fill(255)
  dots.forEach((row, y) => { row.forEach((isDark, x) => {
    for (let i = 0; isDark && i < SCALE * SCALE; i += 1) {
      const at = ((y + 4) * SCALE + Math.floor(i / SCALE)) * side + (x + 4) * SCALE + (i % SCALE)
      data.fill(0, at * 4, at * 4 + 3)
    }
  }) })
  return { data, width: side, height: side, colorSpace: 'srgb' } as ImageData
}

test('a code in a picture is read, whatever the browser knows of codes', () => {
  expect(codeIn(picture('tt.b.0192f0c1-7a11-7000-8000-000000000001'))).toBe('tt.b.0192f0c1-7a11-7000-8000-000000000001')
})
test('a picture without a code has none', () => {
  expect(codeIn(picture(undefined))).toBeUndefined()
})
