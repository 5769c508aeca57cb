/** How a run and its actions look: tone and icon and word, never a colour alone. */
import type { Component } from 'vue'
import type { RunState } from '@/live/automations'
import type { components } from '@/api/schema'
import { COMMAND_LOOKS, type Look } from '../devices/looks'
import { AlarmIcon, MinusCircleIcon, RefreshIcon } from '../icons'

export type ActionState = components['schemas']['ActionState']
const partly: { tone: 'warn'; icon: Component } = { tone: 'warn', icon: AlarmIcon }
export const RUN_LOOKS: Readonly<Record<RunState, Look>> = {
  running: COMMAND_LOOKS.accepted,
  done: COMMAND_LOOKS.done,
  partly,
  failed: COMMAND_LOOKS.failed,
  replaced: { tone: 'neutral', icon: RefreshIcon },
}
export const ACTION_LOOKS: Readonly<Record<ActionState, Look>> = {
  done: COMMAND_LOOKS.done,
  partly,
  failed: COMMAND_LOOKS.failed,
  unknown: COMMAND_LOOKS.unknown,
  skipped: { tone: 'neutral', icon: MinusCircleIcon },
}
