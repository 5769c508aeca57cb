/** Pictures for a step: as small as they may be and as sharp as they must. */

/** The longer side in pixels: a paper's small print is legible. */
const SIDE_MAX = 1280
/** Characters of base64 that the server takes, with a little room. */
const PICTURE_MAX = 880_000
const QUALITIES = [0.86, 0.7, 0.5] as const

export interface Drawable {
  source: CanvasImageSource
  width: number
  height: number
}

/** The sides after fitting into the longest side. Pure. */
export function fitted(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, SIDE_MAX / Math.max(width, height, 1))
  return { width: Math.round(width * scale), height: Math.round(height * scale) }
}

/** The picture as base64 of a JPEG; empty where it cannot be made small enough. */
export function jpegOf({ source, width, height }: Drawable): string {
  const canvas = document.createElement('canvas')
  Object.assign(canvas, fitted(width, height))
  canvas.getContext('2d')?.drawImage(source, 0, 0, canvas.width, canvas.height)
  for (const quality of QUALITIES) {
    const text = canvas.toDataURL('image/jpeg', quality).split(',')[1] ?? ''
    if (text !== '' && text.length <= PICTURE_MAX) return text
  }
  return ''
}

/** A picture from a file. */
export async function jpegOfFile(file: File): Promise<string> {
  const picture = await createImageBitmap(file)
  try {
    return jpegOf({ source: picture, width: picture.width, height: picture.height })
  } finally {
    picture.close()
  }
}

export const shownPicture = (base64: string): string => `data:image/jpeg;base64,${base64}`
