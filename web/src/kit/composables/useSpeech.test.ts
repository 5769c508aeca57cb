import { describe, expect, it } from 'vitest'
import { makeSpeaker, serverVoice, WAITING_MAX, type Player, type Utterance, type Voice } from './useSpeech'

const zh = (text: string): Utterance => ({ language: 'zh-CN', text })
const en = (text: string): Utterance => ({ language: 'en', text })
const quiet = (): void => undefined

describe('speaker', () => {
  it('speaks one announcement after another, each language in turn', async () => {
    const said: string[] = []
    let speaking = 0
    const voice: Voice = async ({ text }) => {
      speaking += 1
      expect(speaking).toBe(1)
      await Promise.resolve()
      said.push(text)
      speaking -= 1
      return true
    }
    const speaker = makeSpeaker([{ by: 'server', speak: voice }], quiet)
    const first = speaker.announce([zh('A001 请到 3 号窗口'), en('A001 to window 3')])
    const second = speaker.announce([zh('A002 请到 5 号窗口')])
    expect(await Promise.all([first.ended, second.ended])).toEqual(['server', 'server'])
    expect(said).toEqual(['A001 请到 3 号窗口', 'A001 to window 3', 'A002 请到 5 号窗口'])
  })

  it('falls back to the next voice, and is honest when none can speak', async () => {
    const broken: Voice = () => Promise.reject(new Error('no engine'))
    const onlyChinese: Voice = ({ language }) => Promise.resolve(language === 'zh-CN')
    const speaker = makeSpeaker([{ by: 'server', speak: broken }, { by: 'browser', speak: onlyChinese }], quiet)
    expect(await speaker.announce([zh('请')]).ended).toBe('browser')
    expect(speaker.canSpeak.value).toBe(true)
    expect(await speaker.announce([zh('请'), en('please')]).ended).toBe('silent')
    expect(speaker.canSpeak.value).toBe(false)
  })

  it('drops the oldest when too many wait', async () => {
    const speaker = makeSpeaker([{ by: 'browser', speak: () => Promise.resolve(true) }], quiet)
    const all = Array.from({ length: WAITING_MAX + 3 }, (_, index) => speaker.announce([zh(String(index))]).ended)
    const heard = await Promise.all(all)
    expect(heard.filter((by) => by === 'silent')).toHaveLength(2)
    expect(heard.at(-1)).toBe('browser')
  })

  it('stops at once and speaks again afterwards', async () => {
    let end: (ok: boolean) => void = () => undefined
    const voice: Voice = () => new Promise((resolve) => { end = resolve })
    const speaker = makeSpeaker([{ by: 'browser', speak: voice }], () => { end(false) })
    const first = speaker.announce([zh('一'), en('one')])
    const second = speaker.announce([zh('二')])
    await Promise.resolve()
    speaker.stop()
    expect(await Promise.all([first.ended, second.ended])).toEqual(['silent', 'silent'])
    const third = speaker.announce([zh('三')])
    await Promise.resolve()
    end(true)
    expect(await third.ended).toBe('browser')
  })
})

/** A player of which a test says what comes of the playing. */
class Played implements Player {
  onended: Player['onended'] = null
  onerror: Player['onerror'] = null
  src = ''
  refuse: (cause: unknown) => void = () => undefined
  play(): Promise<void> { return new Promise((_, reject) => { this.refuse = reject }) }
  pause(): void { this.refuse(new DOMException('hushed', 'AbortError')) }
  removeAttribute(): void { this.src = '' }
  load(): void { void (this.onerror as ((cause: string) => void) | null)?.('the source is gone') }
}

describe('the voice of the server', () => {
  it('is hushed at once, and asked again for what is said next', async () => {
    const player = new Played()
    const voice = serverVoice(player, 'kiosk')
    const first = voice.speak(zh('正在呼叫'))
    expect(player.src).toContain('/api/speech?text=')
    voice.hush()
    expect(await first).toBe(false)
    const second = voice.speak(zh('还没有人应答'))
    expect(player.src, 'it is not taken for broken').toContain(encodeURIComponent('还没有人应答'))
    void (player.onended as (() => void) | null)?.()
    expect(await second).toBe(true)
  })

  it('rests for a while once it could not speak', async () => {
    const player = new Played()
    const voice = serverVoice(player, 'kiosk')
    const first = voice.speak(zh('一'))
    player.refuse(new DOMException('no such sound', 'NotSupportedError'))
    expect(await first).toBe(false)
    player.src = ''
    expect(await voice.speak(zh('二'))).toBe(false)
    expect(player.src, 'nothing was asked for').toBe('')
  })
})
