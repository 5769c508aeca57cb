/** The states of tickets, counters and devices as the server names them, and the needs for care, each with its tone and icon; its word is `common.status.<name>`. */
import type { Component } from 'vue'
import {
  AccessibilityIcon,
  CheckCircleIcon,
  ErrorCircleIcon,
  HeartIcon,
  HourglassIcon,
  LinkUnlinkIcon,
  LogoutIcon,
  PauseCircleIcon,
  PlayCircleIcon,
  SoundIcon,
  StopCircleIcon,
  TimeIcon,
  UserTalkIcon,
  UserTimeIcon,
  UserVipIcon,
} from './icons'
import type { Tone } from './tones'

export interface StatusLook {
  tone: Tone
  icon: Component
}

export const STATUS_LOOKS = {
  open: { tone: 'good', icon: PlayCircleIcon },
  paused: { tone: 'warn', icon: PauseCircleIcon },
  closed: { tone: 'neutral', icon: StopCircleIcon },
  serving: { tone: 'accent', icon: UserTalkIcon },
  waiting: { tone: 'neutral', icon: TimeIcon },
  called: { tone: 'accent', icon: SoundIcon },
  held: { tone: 'warn', icon: HourglassIcon },
  calling: { tone: 'accent', icon: SoundIcon },
  passed: { tone: 'warn', icon: UserTimeIcon },
  finished: { tone: 'good', icon: CheckCircleIcon },
  abandoned: { tone: 'neutral', icon: LogoutIcon },
  vip: { tone: 'vip', icon: UserVipIcon },
  care: { tone: 'care', icon: HeartIcon },
  elder: { tone: 'care', icon: HeartIcon },
  disabled: { tone: 'care', icon: AccessibilityIcon },
  pregnant: { tone: 'care', icon: HeartIcon },
  child: { tone: 'care', icon: HeartIcon },
  fault: { tone: 'bad', icon: ErrorCircleIcon },
  online: { tone: 'good', icon: CheckCircleIcon },
  offline: { tone: 'bad', icon: LinkUnlinkIcon },
} as const satisfies Record<string, StatusLook>

export type Status = keyof typeof STATUS_LOOKS
