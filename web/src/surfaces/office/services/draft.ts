/** One service of the catalogue as its form writes it, what is wrong with it, and what is sent. Pure. */
import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type Service = Schemas['Service']
export type CareNeed = Schemas['CareRule']['need']
export interface Pair { zh: string; en: string }
export interface Draft {
  code: string
  name: Pair
  group: Pair
  audience: Schemas['Audience']
  prefix: string
  /** As it is typed: minutes, with a fraction where it is short. */
  minutes: string
  quota: string
  materials: Pair[]
  steps: Pair[]
  channels: Schemas['ServiceChannel'][]
  levels: Schemas['CounterLevel'][]
  skills: string[]
  /** Codes of skills that nobody had before, as they are typed. */
  moreSkills: string
  care: { need: CareNeed; help: Pair; home_visit: boolean }[]
  bookable: boolean
  words: string
  needs: string[]
  active: boolean
}
export type Field = 'code' | 'name' | 'group' | 'prefix' | 'standard' | 'quota' | 'materials' | 'steps' | 'channels' | 'levels' | 'skills' | 'care' | 'words' | 'needs'

export const AUDIENCES = ['personal', 'corporate'] as const
export const CHANNELS = ['counter', 'self_service', 'online', 'central_ops'] as const
export const LEVELS = ['high', 'low', 'room'] as const
export const CARE_NEEDS = ['elder', 'disabled', 'pregnant', 'child'] as const

const MINUTE_MS = 60_000
const STANDARD_MIN_MS = 10_000
const STANDARD_MAX_MS = 240 * MINUTE_MS
const QUOTA_MAX = 10_000
const CODE = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$/
const PREFIX = /^[A-Z]{1,2}$/

const pair = (text?: { zh: string; en?: string }): Pair => ({ zh: text?.zh ?? '', en: text?.en ?? '' })
const trimmed = ({ zh, en }: Pair): Pair => ({ zh: zh.trim(), en: en.trim() })
const isEmpty = ({ zh, en }: Pair): boolean => zh.trim() === '' && en.trim() === ''
/** What stands between commas, Chinese ones too. */
export const split = (text: string): string[] => [...new Set(text.split(/[,，、\n]/).map((one) => one.trim()).filter(Boolean))]

export const blank = (): Draft => ({
  code: '', name: pair(), group: pair(), audience: 'personal', prefix: 'A', minutes: '5', quota: '0', materials: [], steps: [], channels: ['counter'], levels: ['high', 'low'],
  skills: [], moreSkills: '', care: [], bookable: true, words: '', needs: [], active: true,
})

export const draftOf = (one: Service): Draft => ({
  code: one.code, name: pair(one.name), group: pair(one.group), audience: one.audience ?? 'personal', prefix: one.prefix, minutes: String(one.standard_ms / MINUTE_MS), quota: String(one.quota),
  materials: one.materials.map(pair), steps: one.steps.map(pair), channels: [...one.channels], levels: [...one.levels], skills: [...one.skills], moreSkills: '',
  care: one.care.map(({ need, help, home_visit }) => ({ need, help: pair(help), home_visit: home_visit ?? false })), bookable: one.bookable, words: one.words.join('，'), needs: [...one.needs], active: one.active,
})

const standardOf = (draft: Draft): number => (draft.minutes.trim() === '' ? NaN : Math.round(Number(draft.minutes) * MINUTE_MS))
const skillsOf = (draft: Draft): string[] => [...new Set([...draft.skills, ...split(draft.moreSkills)])]

/** The record under its id. Lines with nothing in them are left out. */
export const bodyOf = (draft: Draft, id: string): Service => ({
  id, code: draft.code.trim(), name: trimmed(draft.name), group: trimmed(draft.group), audience: draft.audience, prefix: draft.prefix.trim(), standard_ms: standardOf(draft), quota: Number(draft.quota),
  materials: draft.materials.map(trimmed).filter((one) => !isEmpty(one)), steps: draft.steps.map(trimmed).filter((one) => !isEmpty(one)),
  channels: CHANNELS.filter((one) => draft.channels.includes(one)), levels: LEVELS.filter((one) => draft.levels.includes(one)), skills: skillsOf(draft),
  care: draft.care.map((one) => ({ ...one, help: trimmed(one.help) })), bookable: draft.bookable, words: split(draft.words), needs: [...draft.needs], active: draft.active,
})

/** The fields that cannot be sent as they are. */
export function faultsOf(draft: Draft): Field[] {
  const standard = standardOf(draft)
  const quota = Number(draft.quota)
  const wrong: Record<Field, boolean> = {
    code: !CODE.test(draft.code.trim()),
    name: draft.name.zh.trim() === '',
    group: draft.group.zh.trim() === '',
    prefix: !PREFIX.test(draft.prefix.trim()),
    standard: !(standard >= STANDARD_MIN_MS && standard <= STANDARD_MAX_MS),
    quota: draft.quota.trim() === '' || !Number.isInteger(quota) || quota < 0 || quota > QUOTA_MAX,
    channels: draft.channels.length === 0,
    levels: draft.channels.includes('counter') && draft.levels.length === 0,
    skills: skillsOf(draft).some((one) => !CODE.test(one)),
    needs: false,
    materials: draft.materials.some((one) => !isEmpty(one) && one.zh.trim() === ''),
    steps: draft.steps.some((one) => !isEmpty(one) && one.zh.trim() === ''),
    care: draft.care.some(({ help }) => help.zh.trim() === ''),
    words: false,
  }
  return (Object.keys(wrong) as Field[]).filter((field) => wrong[field])
}

const SENT_AS: Record<string, Field> = { code: 'code', name: 'name', group: 'group', prefix: 'prefix', standard_ms: 'standard', quota: 'quota', materials: 'materials', steps: 'steps', channels: 'channels', levels: 'levels', skills: 'skills', care: 'care', words: 'words', needs: 'needs' }
/** The field that a refusal of the server is about; undefined where it is about none of them. */
export function refusedField({ code, message }: { code: string; message: string }): Field | undefined {
  if (code === 'code_taken') return 'code'
  const path = /\$\.([a-z_]+)/.exec(message)?.[1]
  return path === undefined ? undefined : SENT_AS[path]
}

interface Part { text: { zh: string; en?: string }; needed_for?: readonly string[] }
/** What machines can be asked for, by code, each with the parts of device types that can do it. */
export function needsOffered(types: readonly { modules?: readonly Part[] }[]): Map<string, Part['text'][]> {
  const found = new Map<string, Part['text'][]>()
  for (const { modules } of types)
    for (const part of modules ?? [])
      for (const need of part.needed_for ?? []) {
        const parts = found.get(need) ?? []
        if (!parts.some(({ zh }) => zh === part.text.zh)) parts.push(part.text)
        found.set(need, parts)
      }
  return found
}
