/** The office's pages in their groups: what a person may see, and what the branch has switched on, decides which there are. Pure. */
import type { components } from '@/api/schema'

export interface Page {
  to: string
  name: PageName
  needs: string
  /** About all branches: there as long as one of them has the module. */
  everyBranch?: true
}
export interface Group {
  name: GroupName
  pages: readonly Page[]
  /** Hidden for a branch in which this module is off. */
  module?: Module
}
export type Module = components['schemas']['Branch']['modules'][number]

export type GroupName = 'branches' | 'business' | 'items' | 'people' | 'customers' | 'rules' | 'devices' | 'system'
export type PageName =
  | 'overview' | 'monitor' | 'reports' | 'branch' | 'plan' | 'templates' | 'organisation' | 'services' | 'register' | 'capacity' | 'complaints'
  | 'people' | 'customers' | 'rules' | 'terminals' | 'sessions' | 'webhooks' | 'themes' | 'fleet' | 'reliability' | 'repairs' | 'devices' | 'deviceTypes' | 'readings' | 'automations' | 'power' | 'scenes' | 'scenarios' | 'catalogue' | 'delivery' | 'orders' | 'vouchers'

export const GROUPS: readonly Group[] = [
  {
    name: 'branches',
    pages: [
      { to: '/', name: 'overview', needs: 'org.see' },
      { to: '/monitor', name: 'monitor', needs: 'monitor.see' },
      { to: '/reports', name: 'reports', needs: 'report.see' },
      { to: '/branch', name: 'branch', needs: 'org.see' },
      { to: '/plan', name: 'plan', needs: 'guide.see' },
      { to: '/templates', name: 'templates', needs: 'org.see' },
      { to: '/organisation', name: 'organisation', needs: 'org.see' },
    ],
  },
  {
    name: 'business',
    pages: [
      { to: '/services', name: 'services', needs: 'org.see' },
      { to: '/catalogue', name: 'catalogue', needs: 'scenario.see' },
      { to: '/scenarios', name: 'scenarios', needs: 'scenario.see' },
      { to: '/register', name: 'register', needs: 'org.see' },
      { to: '/capacity', name: 'capacity', needs: 'booking.see' },
      { to: '/complaints', name: 'complaints', needs: 'complaint.handle' },
    ],
  },
  {
    name: 'items',
    module: 'physical_delivery',
    pages: [
      { to: '/delivery', name: 'delivery', needs: 'item.see', everyBranch: true },
      { to: '/orders', name: 'orders', needs: 'item.see' },
      { to: '/vouchers', name: 'vouchers', needs: 'item.see' },
    ],
  },
  { name: 'people', pages: [{ to: '/people', name: 'people', needs: 'staff.see' }] },
  { name: 'customers', pages: [{ to: '/customers', name: 'customers', needs: 'customer.see' }] },
  { name: 'rules', pages: [{ to: '/rules', name: 'rules', needs: 'rules.see' }] },
  {
    name: 'devices',
    module: 'smart_control',
    pages: [
      { to: '/fleet', name: 'fleet', needs: 'device.see', everyBranch: true },
      { to: '/reliability', name: 'reliability', needs: 'device.see' },
      { to: '/repairs', name: 'repairs', needs: 'device.see' },
      { to: '/devices', name: 'devices', needs: 'device.see' },
      { to: '/device-types', name: 'deviceTypes', needs: 'device.see', everyBranch: true },
      { to: '/readings', name: 'readings', needs: 'device.see' },
      { to: '/scenes', name: 'scenes', needs: 'device.see' },
      { to: '/automations', name: 'automations', needs: 'rules.see' },
      { to: '/power', name: 'power', needs: 'rules.see' },
    ],
  },
  {
    name: 'system',
    pages: [
      { to: '/terminals', name: 'terminals', needs: 'terminal.enrol' },
      { to: '/sessions', name: 'sessions', needs: 'session.own' },
      { to: '/webhooks', name: 'webhooks', needs: 'rules.see' },
      { to: '/themes', name: 'themes', needs: 'org.edit' },
    ],
  },
]

export interface Switched {
  /** The module is on in the branch that the pages are about; in one of those in reach. */
  here: (module: Module) => boolean
  anywhere: (module: Module) => boolean
}

/** Whether a page is there for the branch that is looked at. */
export const isOn = (group: Group, page: Page, { here, anywhere }: Switched): boolean =>
  group.module === undefined || here(group.module) || (page.everyBranch === true && anywhere(group.module))

/** The groups that have something for who may do this. */
export const groupsFor = (may: (permission: string) => boolean, switched: Switched): Group[] =>
  GROUPS.map((group) => ({ ...group, pages: group.pages.filter((page) => may(page.needs) && isOn(group, page, switched)) })).filter(({ pages }) => pages.length > 0)

/** The group whose module is off in the branch, for an address that leads to a page of it all the same. */
export function offAt(path: string, switched: Switched): Group | undefined {
  const group = groupOf(GROUPS, path)
  const page = group?.pages.find(({ to }) => isAt(to, path))
  return group && page && !isOn(group, page, switched) ? group : undefined
}

/** The group that a path belongs to; `/rules/hall` is part of `/rules`. */
export const groupOf = (groups: readonly Group[], path: string): Group | undefined =>
  groups.find(({ pages }) => pages.some(({ to }) => isAt(to, path)))
export const isAt = (to: string, path: string): boolean => (to === '/' ? path === '/' : path === to || path.startsWith(`${to}/`))
