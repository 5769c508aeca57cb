/** The office's pages in their groups: what a person may see decides which there are. Pure. */
export interface Page { to: string; name: PageName; needs: string }
export interface Group { name: GroupName; pages: readonly Page[] }

export type GroupName = 'branches' | 'business' | 'people' | 'customers' | 'rules' | 'devices' | 'system'
export type PageName =
  | 'overview' | 'monitor' | 'reports' | 'branch' | 'plan' | 'templates' | 'organisation' | 'services' | 'register' | 'capacity' | 'complaints'
  | 'people' | 'customers' | 'rules' | 'terminals' | 'sessions' | 'webhooks' | 'themes' | 'fleet' | 'devices' | 'deviceTypes' | 'readings'

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
      { to: '/register', name: 'register', needs: 'org.see' },
      { to: '/capacity', name: 'capacity', needs: 'booking.see' },
      { to: '/complaints', name: 'complaints', needs: 'complaint.handle' },
    ],
  },
  { name: 'people', pages: [{ to: '/people', name: 'people', needs: 'staff.see' }] },
  { name: 'customers', pages: [{ to: '/customers', name: 'customers', needs: 'customer.see' }] },
  { name: 'rules', pages: [{ to: '/rules', name: 'rules', needs: 'rules.see' }] },
  {
    name: 'devices',
    pages: [
      { to: '/fleet', name: 'fleet', needs: 'device.see' },
      { to: '/devices', name: 'devices', needs: 'device.see' },
      { to: '/device-types', name: 'deviceTypes', needs: 'device.see' },
      { to: '/readings', name: 'readings', needs: 'device.see' },
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

/** The groups that have something for who may do this. */
export const groupsFor = (may: (permission: string) => boolean): Group[] =>
  GROUPS.map((group) => ({ ...group, pages: group.pages.filter(({ needs }) => may(needs)) })).filter(({ pages }) => pages.length > 0)

/** The group that a path belongs to; `/rules/hall` is part of `/rules`. */
export const groupOf = (groups: readonly Group[], path: string): Group | undefined =>
  groups.find(({ pages }) => pages.some(({ to }) => isAt(to, path)))
export const isAt = (to: string, path: string): boolean => (to === '/' ? path === '/' : path === to || path.startsWith(`${to}/`))
