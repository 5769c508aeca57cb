/** How a device's condition, its parts and its commands look: tone and icon and shape, never a colour alone. */
import type { Component } from 'vue'
import type { CommandState, Condition, Group, Health } from '@/live/devices'
import {
  AlarmIcon, BatteryIcon, BrightnessIcon, CameraIcon, CheckCircleIcon, CouponIcon, CreditcardIcon, CurtainIcon, DesktopIcon, DeviceIcon, ErrorCircleIcon, FilmIcon,
  HeartIcon, HelpCircleIcon, HourglassIcon, InternetIcon, LaptopIcon, LightbulbIcon, LinkUnlinkIcon, LockOnIcon, MicrophoneIcon, MinusCircleIcon, MoneyIcon, MoonIcon,
  NotificationIcon, PauseCircleIcon, PreciseMonitorIcon, PrintIcon, RectangleIcon, RobotIcon, ScanIcon, SendIcon, ServerIcon, SoundIcon, SunnyIcon, SystemStorageIcon, TabletIcon, TeaIcon,
  ToolsIcon, TvIcon, UsergroupIcon, VideoCameraIcon, VideoIcon, VideoLibraryIcon, ViewColumnIcon, WifiIcon,
} from '../icons'
import CookieIcon from '../illustrations/CookieIcon.vue'
import DoorIcon from '../illustrations/DoorIcon.vue'
import FlowerIcon from '../illustrations/FlowerIcon.vue'
import ThermometerIcon from '../illustrations/ThermometerIcon.vue'
import type { Tone } from '../tones'

export type Shape = 'circle' | 'diamond' | 'square' | 'triangle'

export interface Look {
  tone: Tone
  icon: Component
}

export interface ConditionLook extends Look {
  /** On the map; what is hollow says nothing of itself at present. */
  shape: Shape
  isHollow: boolean
}

/** Worst first, as the server orders them. */
export const CONDITION_LOOKS: Readonly<Record<Condition, ConditionLook>> = {
  fault: { tone: 'bad', icon: ErrorCircleIcon, shape: 'diamond', isHollow: false },
  offline: { tone: 'bad', icon: LinkUnlinkIcon, shape: 'square', isHollow: true },
  warning: { tone: 'warn', icon: AlarmIcon, shape: 'triangle', isHollow: false },
  unknown: { tone: 'neutral', icon: HelpCircleIcon, shape: 'square', isHollow: true },
  paused: { tone: 'neutral', icon: PauseCircleIcon, shape: 'square', isHollow: false },
  sleeping: { tone: 'neutral', icon: MoonIcon, shape: 'circle', isHollow: true },
  ok: { tone: 'good', icon: CheckCircleIcon, shape: 'circle', isHollow: false },
}
export const CONDITIONS = Object.keys(CONDITION_LOOKS) as Condition[]
/** Conditions that somebody should look into. */
export const TROUBLED: ReadonlySet<Condition> = new Set(['fault', 'offline', 'warning'])

export const HEALTH_LOOKS: Readonly<Record<Health, Look>> = {
  fault: CONDITION_LOOKS.fault,
  absent: { tone: 'warn', icon: MinusCircleIcon },
  warning: CONDITION_LOOKS.warning,
  unknown: CONDITION_LOOKS.unknown,
  ok: CONDITION_LOOKS.ok,
}

export const COMMAND_LOOKS: Readonly<Record<CommandState, Look>> = {
  sent: { tone: 'neutral', icon: SendIcon },
  accepted: { tone: 'accent', icon: HourglassIcon },
  done: { tone: 'good', icon: CheckCircleIcon },
  failed: { tone: 'bad', icon: ErrorCircleIcon },
  unknown: { tone: 'warn', icon: HelpCircleIcon },
}

const GROUP_ICONS: Readonly<Record<Group, Component>> = {
  self_service: DesktopIcon,
  cash: MoneyIcon,
  delivery: LockOnIcon,
  display: TvIcon,
  environment: LightbulbIcon,
  audio_video: VideoIcon,
  sensing: PreciseMonitorIcon,
  companion: RobotIcon,
  network: InternetIcon,
}
export const GROUPS = Object.keys(GROUP_ICONS) as Group[]

/** The names a type's declaration may give for its icon; another one gets its group's. */
const DECLARED_ICONS: Readonly<Record<string, Component>> = {
  battery: BatteryIcon, brightness: BrightnessIcon, camera: CameraIcon, cookie: CookieIcon, coupon: CouponIcon, creditcard: CreditcardIcon, curtain: CurtainIcon, desktop: DesktopIcon,
  'device-desktop': DesktopIcon, device: DeviceIcon, door: DoorIcon, film: FilmIcon, flower: FlowerIcon, heart: HeartIcon, internet: InternetIcon, laptop: LaptopIcon,
  lightbulb: LightbulbIcon, lock: LockOnIcon, microphone: MicrophoneIcon, money: MoneyIcon, notification: NotificationIcon, print: PrintIcon, rectangle: RectangleIcon, robot: RobotIcon,
  scan: ScanIcon, server: ServerIcon, sound: SoundIcon, sunny: SunnyIcon, 'system-storage': SystemStorageIcon, tablet: TabletIcon, tea: TeaIcon, thermometer: ThermometerIcon,
  tools: ToolsIcon, tv: TvIcon, usergroup: UsergroupIcon, video: VideoIcon, 'video-camera': VideoCameraIcon, 'video-library': VideoLibraryIcon, 'view-column': ViewColumnIcon, wifi: WifiIcon,
}

export const iconOf = (card: { icon: string; group: Group }): Component => DECLARED_ICONS[card.icon] ?? GROUP_ICONS[card.group]
