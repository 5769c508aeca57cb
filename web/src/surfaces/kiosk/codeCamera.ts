/** Reads QR codes from this machine's camera. Pictures are looked at here and go nowhere. */
import decodeQR from 'qr/decode.js'
import { onScopeDispose, ref, type Ref } from 'vue'

/** How often a picture is looked at, in milliseconds. */
const LOOK_MS = 120
/** A code that fills a third of a picture of this width is read; a larger picture only costs time. */
const WIDTH_MAX = 800

/** True where the browser lets this page use a camera and the machine has one. */
export function useHasCamera(): Readonly<Ref<boolean>> {
  const has = ref(false)
  // Without HTTPS there are no media devices at all.
  const devices = navigator.mediaDevices as MediaDevices | undefined
  void devices?.enumerateDevices().then((all) => { has.value = all.some(({ kind }) => kind === 'videoinput') }).catch(() => undefined)
  return has
}

/** The text of the code in a picture of RGBA pixels; undefined where there is none. */
export function codeIn(picture: ImageData): string | undefined {
  try {
    return decodeQR(picture)
  } catch {
    return undefined
  }
}

export interface CodeCamera {
  state: Readonly<Ref<'starting' | 'looking' | 'failed'>>
  /** Shows the camera in `video` and looks until a code is read. */
  start: (video: HTMLVideoElement) => Promise<void>
}

/** Calls `onRead` with the first code that is seen; the camera is off again then, and when the page goes. */
export function useCodeCamera(onRead: (text: string) => void): CodeCamera {
  const state = ref<'starting' | 'looking' | 'failed'>('starting')
  let stream: MediaStream | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let over = false

  function stop(): void {
    over = true
    clearTimeout(timer)
    stream?.getTracks().forEach((track) => { track.stop() })
  }
  onScopeDispose(stop)

  function look(video: HTMLVideoElement, canvas: CanvasRenderingContext2D): void {
    const scale = Math.min(1, WIDTH_MAX / (video.videoWidth || 1))
    const width = Math.round(video.videoWidth * scale)
    const height = Math.round(video.videoHeight * scale)
    if (width > 0 && height > 0) {
      Object.assign(canvas.canvas, { width, height })
      canvas.drawImage(video, 0, 0, width, height)
      const text = codeIn(canvas.getImageData(0, 0, width, height))
      if (text !== undefined) {
        stop()
        onRead(text)
        return
      }
    }
    timer = setTimeout(() => { look(video, canvas) }, LOOK_MS)
  }

  return {
    state,
    start: async (video) => {
      try {
        stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1280 } } })
        const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
        // The page may have gone while the camera started.
        if (over || !canvas) { stop(); return }
        video.srcObject = stream
        await video.play()
        state.value = 'looking'
        look(video, canvas)
      } catch {
        if (!over) state.value = 'failed'
      }
    },
  }
}
