/** The screens of a branch, with the size they are made for, in CSS pixels. */
export interface Screen {
  name: 'kiosk' | 'board' | 'phone' | 'pad' | 'counter' | 'centre' | 'office' | 'gallery'
  path: string
  width: number
  height: number
}

export const SCREEN_GROUPS = [
  {
    name: 'customer',
    screens: [
      { name: 'kiosk', path: '/kiosk', width: 1080, height: 1920 },
      { name: 'board', path: '/board', width: 1920, height: 1080 },
      { name: 'phone', path: '/phone', width: 390, height: 844 },
    ],
  },
  {
    name: 'staff',
    screens: [
      { name: 'pad', path: '/pad', width: 1180, height: 820 },
      { name: 'counter', path: '/counter', width: 1440, height: 900 },
      { name: 'centre', path: '/centre', width: 1440, height: 900 },
    ],
  },
  {
    name: 'head',
    screens: [
      { name: 'office', path: '/office', width: 1440, height: 900 },
      { name: 'gallery', path: '/gallery', width: 1440, height: 900 },
    ],
  },
] as const satisfies readonly { name: string; screens: readonly Screen[] }[]
