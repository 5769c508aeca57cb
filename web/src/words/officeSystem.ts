import { defineWords } from './define'

/** Words of sessions, webhooks, themes, and of what is not for everybody. */
export default defineWords(
  {
    notYours: '这个页面不在您的权限内', notYoursDetail: '需要使用时，请联系安全管理员授予岗位。',
    skills: { cash: '现金', accounts: '账户', corporate: '对公', fx: '外汇', vip: '贵宾', wealth: '理财', loan: '贷款', elder_care: '老年关怀', sign_language: '手语' },
    where: '界面', since: '登录时间', seen: '最近使用', until: '到期', action: '操作', end: '结束会话', sessionEnded: '会话已结束', owner: '人员', myself: '本人', browser: '浏览器', noSessions: '没有登录中的会话',
    url: '接收地址', urlHint: 'https，或内网 IP 的 http', events: '事件', eventsHint: '（不选即全部）', everything: '全部事件', allBranches: '全部网点', addWebhook: '新增订阅', receiver: '接收方', active: '启用',
    off: '已停用', givenUp: '放弃 {n} 条', waiting: '待送 {n} 条', fine: '正常', noWebhooks: '还没有订阅', noWebhooksDetail: '新增后，取号、叫号、办结等事件会签名推送到该系统。',
    secret: '签名密钥（只显示这一次，请交给接收方保管）：', test: '发送测试', retry: '立即重试', testGood: '测试送达，用时 {ms} 毫秒', testBad: '测试未送达：{error}', lastResults: '最近投递', nothingSent: '还没有投递记录',
    what: '事件', when: '时间', attempts: '次数', error: '错误', delivery: { waiting: '待送', failed: '已放弃', delivered: '已送达' },
    event: {
      day_opened: '开门', day_closed: '闭门', ticket_issued: '取号', ticket_called: '叫号', ticket_recalled: '重呼', ticket_started: '开始办理', ticket_passed: '过号', ticket_returned: '回队', ticket_held: '暂挂', ticket_transferred: '转移', ticket_finished: '办结', ticket_abandoned: '弃号', ticket_rated: '评价',
      counter_opened: '窗口开放', counter_paused: '窗口暂停', counter_resumed: '窗口恢复', counter_closed: '窗口关闭', booking_confirmed: '预约确认', booking_moved: '预约改期', booking_cancelled: '预约取消', booking_checked_in: '预约签到', booking_missed: '预约爽约',
    },
    bankTheme: '全行主题', newTheme: '新建主题', themeOf: '{branch} 使用：{theme}', useTheme: '用于{branch}', usualColours: '恢复默认颜色', themeSaved: '主题已保存，各屏刷新后生效', colours: '颜色', colour: '颜色', value: '色值',
    look: { light: '浅色', dark: '深色' }, readable: '文字对比度均达标', weak: '{ground}上的{text}对比度 {has}，低于 {least}',
    role: {
      surface: '底色', raised: '卡片', sunken: '凹陷', ink: '文字', muted: '次要文字', line: '分隔线', 'line-strong': '控件边框', accent: '强调色', 'accent-strong': '强调色（深）', 'accent-soft': '强调色（浅）', 'accent-ink': '强调色上的文字',
      good: '正常', warn: '提醒', bad: '错误', 'vip-fill': '贵宾金', 'vip-ink': '贵宾金上的文字',
    },
    sampleTitle: '现金取款', sampleText: '前面还有 3 人，约 8 分钟', samplePrimary: '取号', samplePlain: '返回',
  },
  {
    notYours: 'This page is not for your roles', notYoursDetail: 'If you need it, ask the security administrator for a role.',
    skills: { cash: 'Cash', accounts: 'Accounts', corporate: 'Corporate', fx: 'Foreign currency', vip: 'VIP', wealth: 'Wealth', loan: 'Loans', elder_care: 'Elder care', sign_language: 'Sign language' },
    where: 'Screen', since: 'Signed in', seen: 'Last used', until: 'Ends', action: 'Action', end: 'End it', sessionEnded: 'The session has ended', owner: 'Person', myself: 'Myself', browser: 'Browser', noSessions: 'Nobody is signed in',
    url: 'Receiver', urlHint: 'https, or http at an address of the own network', events: 'Events', eventsHint: '(none ticked: all)', everything: 'All events', allBranches: 'All branches', addWebhook: 'Add a receiver', receiver: 'Receiver', active: 'Switched on',
    off: 'Off', givenUp: '{n} given up', waiting: '{n} waiting', fine: 'Fine', noWebhooks: 'There are no receivers yet', noWebhooksDetail: 'Once there is one, tickets, calls and the like are sent to it, signed.',
    secret: 'The secret for signatures (shown this once; give it to the receiver):', test: 'Send a test', retry: 'Try again now', testGood: 'The test was taken in {ms} ms', testBad: 'The test was not taken: {error}', lastResults: 'Last deliveries', nothingSent: 'Nothing was sent yet',
    what: 'Event', when: 'When', attempts: 'Attempts', error: 'Error', delivery: { waiting: 'Waiting', failed: 'Given up', delivered: 'Delivered' },
    event: {
      day_opened: 'Day opened', day_closed: 'Day closed', ticket_issued: 'Ticket issued', ticket_called: 'Called', ticket_recalled: 'Called again', ticket_started: 'Service began', ticket_passed: 'Passed', ticket_returned: 'Returned', ticket_held: 'On hold', ticket_transferred: 'Transferred', ticket_finished: 'Finished', ticket_abandoned: 'Gave up', ticket_rated: 'Rated',
      counter_opened: 'Counter opened', counter_paused: 'Counter paused', counter_resumed: 'Counter resumed', counter_closed: 'Counter closed', booking_confirmed: 'Booking confirmed', booking_moved: 'Booking moved', booking_cancelled: 'Booking cancelled', booking_checked_in: 'Booking checked in', booking_missed: 'Booking missed',
    },
    bankTheme: 'The bank’s theme', newTheme: 'New theme', themeOf: '{branch} uses: {theme}', useTheme: 'Use it for {branch}', usualColours: 'Usual colours', themeSaved: 'The theme is saved; screens take it when they load', colours: 'Colours', colour: 'Colour', value: 'value',
    look: { light: 'Light', dark: 'Dark' }, readable: 'All text can be read', weak: '{text} on {ground} has a contrast of {has}, less than {least}',
    role: {
      surface: 'Ground', raised: 'Card', sunken: 'Sunken', ink: 'Text', muted: 'Quiet text', line: 'Line', 'line-strong': 'Edges of controls', accent: 'Accent', 'accent-strong': 'Strong accent', 'accent-soft': 'Soft accent', 'accent-ink': 'Text on accent',
      good: 'Good', warn: 'Warning', bad: 'Wrong', 'vip-fill': 'VIP gold', 'vip-ink': 'Text on VIP gold',
    },
    sampleTitle: 'Cash withdrawal', sampleText: '3 people before you, about 8 minutes', samplePrimary: 'Take a ticket', samplePlain: 'Back',
  },
)
