/** The devices of a branch as the live views `devices.branch` and `devices.device` show them. */
import type { components } from '@/api/schema'

type Schemas = components['schemas']

/** `devices.branch`, by branch: every device in use, by its id, and how many are how. */
export type BranchDevices = Schemas['BranchDevices']
export type DeviceCard = Schemas['DeviceCard']
export type Condition = DeviceCard['condition']
export type Link = DeviceCard['link']
export type App = DeviceCard['app']
export type Group = DeviceCard['group']

/** `devices.device`, by branch/device. */
export type DeviceView = Schemas['DeviceView']
export type ModuleView = DeviceView['modules'][string]
export type CommandView = DeviceView['commands'][string]
export type CommandState = CommandView['state']
export type Health = ModuleView['health']

export type Device = Schemas['Device']
export type DeviceType = Schemas['DeviceType']
export type Quantity = DeviceType['telemetry'][number]
export type DeviceCommand = DeviceType['commands'][number]
export type Value = boolean | number | string
/** A point of a series: milliseconds since 1970 UTC, and the value. */
export type Point = readonly [time_ms: number, value: number]

/** What came of a scene on one device. */
export type SceneResult = 'waiting' | 'done' | 'unchanged' | 'failed' | 'unknown' | 'unreachable'

export interface SceneRun {
  run: string
  scene: string
  by: string
  started_ms: number
  /** 0 while devices are still being told. */
  ended_ms: number
  devices: Readonly<Record<string, { result: SceneResult; values: Readonly<Record<string, Value>>; code: string; detail: string; attempts: number }>>
}

export interface SceneCard {
  name: Schemas['Text']
  about: Schemas['Text']
  icon: string
  rank: number
  own: boolean
  /** How many it would tell now. */
  devices: number
  run?: SceneRun | null
}

/** `devices.scene`, by branch: its scenes by code, with what came of each when it was last set. */
export interface BranchScenes {
  scenes: Readonly<Record<string, SceneCard>>
}
