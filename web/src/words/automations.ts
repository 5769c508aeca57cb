import { defineWords } from './define'

export default defineWords(
  {
    title: '自动化', comma: '、', colon: '：', yes: '是', no: '否', everyDay: '每天', businessDays: '营业日', minutes: '{n} 分钟', seconds: '{n} 秒',
    day: { 0: '周一', 1: '周二', 2: '周三', 3: '周四', 4: '周五', 5: '周六', 6: '周日' },
    moment: { opens: '开门', closes: '关门', rise: '日出', set: '日落' },
    op: { is: '为', is_not: '不为', over: '大于', at_least: '不少于', under: '小于', at_most: '不超过', one_of: '属于' },
    say: {
      at: '{what}时', before: '{what}前 {n} 分钟', after: '{what}后 {n} 分钟', every: '每 {n} 分钟', for: '并持续 {n}', of: '（{of}）', isSo: '{what}：是', isNotSo: '{what}：否', fromEvent: '事件的{field}',
      and: '，且', or: '，或', not: '不是“{of}”', group: '（{of}）', window: '{start}–{end} 之间', business_day: '当天营业', business_day_not: '当天不营业', business_hours: '营业时间内', business_hours_not: '营业时间外',
      sun_up: '白天（日出至日落）', sun_up_not: '夜间（日落至日出）',
    },
    field: {
      stream: '来源', actor: '操作人', device: '设备', counter: '窗口', ticket: '号票', service: '业务', kind: '种类', grade: '等级', module: '部件', health: '健康', values: '属性', link: '网络', app: '应用', why: '原因',
      code: '代码', detail: '说明', number: '号码', channel: '渠道', score: '评分', staff: '员工', zone: '功能区', scene: '场景', name: '名称', state: '状态', enabled: '启用', care: '关怀', tier: '等级', visit: '到店', note: '内容', task: '任务', by: '由谁', data: '数据',
    },
    value: { ok: '正常', warning: '预警', fault: '故障', absent: '缺失', unknown: '未知', online: '在线', offline: '离线', sleeping: '休眠', running: '运行', paused: '暂停', vip_reception: '贵宾接待', kiosk: '自助机', pad: 'PAD', counter: '柜台', phone: '手机', elder: '老年', disabled: '行动不便', pregnant: '孕妇', child: '携带儿童', notice: '提示', minor: '一般', major: '重要', critical: '紧急', yellow: '黄', orange: '橙', red: '红' },
    list: {
      name: '名称', when: '什么时候', then: '做什么', last: '最近一次', on: '启用', create: '新建自动化', none: '还没有自动化', noneDetail: '写下“什么时候、在什么条件下、做什么”，系统就会照办。', never: '还没有运行过',
      off: '本网点未启用“智能网控”模块，自动化不会运行', running: '运行中', origin: { branch: '本网点', bank: '全行', shipped: '自带' }, all: '全部', onlyOn: '已启用', onlyOff: '已停用', search: '名称', cutOff: '{time} 没有运行：{why}', open: '打开', edit: '在管理中心编辑',
      useHere: '{name}：启用', mayNot: '您可以查看和试运行，不能修改自动化',
    },
    scope: {
      label: '范围', branch: '本网点', bank: '全行', lead: '全行的自动化在每个没有自己版本的网点生效。', mayNot: '全行的自动化由总行修改，您可以查看和试运行。', own: '自己有版本的网点', nobody: '都用这一版本', ownIn: '{names} 用自己的版本，这里的修改不影响它们。',
      from: { branch: '这是本网点自己的版本。', bank: '这是全行的版本；在这里保存或停用，本网点就用自己的版本。', shipped: '这是系统自带的版本；在这里保存或停用，就有了自己的版本。' }, open: '查看全行版本', useAll: '{name}：全行启用', tryIn: '按 {name} 的记录',
      restoreSure: '放弃全行的版本，恢复自带的“{name}”？', removeSure: '在全行删除“{name}”？各网点自己的版本保留。', nowhere: '全行的自动化不能指定某一个；可取自事件',
    },
    here: { form: '在管理中心编辑', none: '没有符合的自动化', when: '什么时候', condition: '在什么条件下', then: '做什么' },
    cut: { loop: '会引发自己', chain: '连锁过长', too_often: '一分钟内次数太多', branch_too_often: '全网点一分钟内次数太多', running: '上一次还在运行', full: '排队太多', cooldown: '还在间隔时间内' },
    state: { running: '运行中', done: '完成', partly: '部分完成', failed: '失败', replaced: '已重新开始' },
    result: { done: '完成', partly: '部分完成', failed: '失败', unknown: '结果未知', skipped: '未执行' },
    form: {
      create: '新建自动化', back: '返回列表', nameZh: '名称', nameEn: '英文名称', about: '说明', triggers: '什么时候', triggersHint: '任何一条发生就开始', addTrigger: '添加触发', condition: '在什么条件下', conditionHint: '没有条件就总是执行', addCondition: '添加条件', actions: '做什么', actionsHint: '从上到下依次执行', addAction: '添加动作',
      kind: '种类', remove: '删除第 {n} 条', up: '第 {n} 条上移', down: '第 {n} 条下移', allOf: '全部满足', anyOf: '满足任一', match: '要求', value: '值', op: '比较', values: '值（每行一个）',
      event: '事件', otherEvents: '其他事件（原名）', namedEvents: '常用事件', where: '只在', addWhere: '添加限定', field: '字段', fieldKey: '字段中的项', fact: '状态', forSeconds: '持续（秒）', at: '时刻', days: '星期', businessDaysOnly: '仅营业日', moment: '时刻', offset: '提前或推后（分钟，负数为提前）', minutes: '每隔（分钟）',
      start: '从', end: '到', action: '动作', choose: '请选择', none: '不指定', fixed: '固定值', fromEvent: '取自事件', source: '{name}的来源', setTo: '设为', mayNotDo: '您没有这个动作的权限',
      advanced: '运行方式', mode: '再次触发时仍在运行', modes: { single: '不再开始', restart: '重新开始', queued: '排队' }, cooldown: '两次之间至少间隔（秒）', perMinute: '每分钟最多次数', save: '保存', saved: '已保存', dirty: '有未保存的修改', discard: '放弃修改',
      remove2: '删除', restore: '恢复原样', removeSure: '删除“{name}”？', restoreSure: '放弃本网点的版本，恢复{origin}的“{name}”？', cancel: '取消', gap: { name: '请填写名称', triggers: '请至少添加一个触发', actions: '请至少添加一个动作' }, gone: '没有这项自动化',
      part: { factIs: '状态为', event: '发生某事', fact: '状态变为', time: '到某时刻', hours: '开门或关门', sun: '日出或日落', interval: '每隔一段时间', field: '触发事件的字段', time_window: '时间段', business_day: '营业日', business_hours: '营业时间', sun_up: '白天或夜间', all: '一组：全部满足', any: '一组：满足任一', not: '不满足' },
      is: { business_day: '当天营业', business_day_not: '当天不营业', business_hours: '营业时间内', business_hours_not: '营业时间外', sun_up: '白天', sun_up_not: '夜间' },
    },
    power: {
      title: '开关机时间', lead: '让一些设备在营业日按时开启和关闭。开启即进入营业状态，关闭即进入打烊状态。', create: '新建时间表', none: '还没有时间表', noneDetail: '例如：营业日 8:00 开启智能区的设备，18:00 关闭。', name: '名称', nameEn: '英文名称', devices: '哪些设备', on: '开启', off: '关闭', onAt: '开启时间', offAt: '关闭时间', days: '日子', last: '最近一次',
      weekdays: '星期', businessDaysOnly: '仅营业日', edit: '修改', save: '保存', saved: '已保存', remove: '删除', removeSure: '删除“{name}”？设备不再按时开关。', cancel: '取消', all: '全部设备', everything: '整个网点', zones: '功能区', types: '设备类型', single: '单台设备', chosen: '已选 {n} 项，最多 {most} 项', noOn: '不开启', noOff: '不关闭',
      use: '{name}：启用', gap: { name: '请填写名称', targets: '请选择设备', times: '请填写开启或关闭的时间' }, never: '还没有执行过', noDevices: '这个网点还没有登记设备', hint: '可只填一个时间', results: '{half} {time}：{words}',
    },
    run: {
      now: '立即运行', nowSure: '立即执行全部动作，不看触发和条件。确定？', yes: '运行', title: '运行记录', none: '还没有运行过', noneDetail: '每次运行的原因和每个动作的结果都会记在这里。', ended: '用时 {n} 秒', more: '更多',
    },
    trial: {
      title: '用过去的一天试运行', lead: '按当天的记录走一遍，看它会在什么时候做什么；不会真的执行。', date: '日期', yesterday: '昨天', begin: '试运行', none: '那一天不会运行', runs: '会运行 {n} 次', occasions: '触发 {n} 次', events: '当天 {n} 条记录', partial: '当天记录太多，只试了一部分',
      notHeld: '条件不满足', would: '会执行', day: '一天中的触发时刻', at: '{time} {why}，{what}', again: '内容已修改，请再试一次', nothing: '这一天没有记录',
    },
  },
  {
    title: 'Automations', comma: ', ', colon: ': ', yes: 'yes', no: 'no', everyDay: 'every day', businessDays: 'business days', minutes: '{n} min', seconds: '{n} s',
    day: { 0: 'Mon', 1: 'Tue', 2: 'Wed', 3: 'Thu', 4: 'Fri', 5: 'Sat', 6: 'Sun' },
    moment: { opens: 'opening', closes: 'closing', rise: 'sunrise', set: 'sunset' },
    op: { is: 'is', is_not: 'is not', over: 'is over', at_least: 'is at least', under: 'is under', at_most: 'is at most', one_of: 'is one of' },
    say: {
      at: 'at {what}', before: '{n} min before {what}', after: '{n} min after {what}', every: 'every {n} min', for: ' for {n}', of: ' ({of})', isSo: '{what}: yes', isNotSo: '{what}: no', fromEvent: '{field} of the event',
      and: ', and ', or: ', or ', not: 'not “{of}”', group: '({of})', window: 'from {start} to {end}', business_day: 'on days of business', business_day_not: 'on days without business', business_hours: 'in business hours', business_hours_not: 'outside business hours',
      sun_up: 'by day', sun_up_not: 'by night',
    },
    field: {
      stream: 'stream', actor: 'actor', device: 'device', counter: 'counter', ticket: 'ticket', service: 'service', kind: 'kind', grade: 'grade', module: 'part', health: 'health', values: 'property', link: 'network', app: 'program', why: 'reason',
      code: 'code', detail: 'detail', number: 'number', channel: 'channel', score: 'score', staff: 'staff', zone: 'zone', scene: 'scene', name: 'name', state: 'state', enabled: 'enabled', care: 'care', tier: 'tier', visit: 'visit', note: 'note', task: 'task', by: 'by', data: 'data',
    },
    value: { ok: 'fine', warning: 'warning', fault: 'fault', absent: 'absent', unknown: 'unknown', online: 'on line', offline: 'off line', sleeping: 'asleep', running: 'running', paused: 'paused', vip_reception: 'VIP reception', kiosk: 'kiosk', pad: 'PAD', counter: 'counter', phone: 'phone', elder: 'elder', disabled: 'disabled', pregnant: 'pregnant', child: 'with a child', notice: 'note', minor: 'minor', major: 'major', critical: 'critical', yellow: 'yellow', orange: 'orange', red: 'red' },
    list: {
      name: 'Name', when: 'When', then: 'Does', last: 'Last run', on: 'On', create: 'New automation', none: 'There are no automations yet', noneDetail: 'Write when, under which condition, and what: it is done from then on.', never: 'has not run yet',
      off: 'The smart control module of this branch is off: its automations do not run', running: 'running', origin: { branch: 'own', bank: 'bank', shipped: 'built in' }, all: 'All', onlyOn: 'On', onlyOff: 'Off', search: 'Name', cutOff: '{time}: did not run, {why}', open: 'Open', edit: 'Edit in the office',
      useHere: '{name}: on', mayNot: 'You may look at automations and try them, but not change them',
    },
    scope: {
      label: 'Scope', branch: 'This branch', bank: 'Whole bank', lead: 'What is written for the bank holds in every branch that has no version of its own.', mayNot: 'Head office changes what holds in the whole bank; you may look and try.', own: 'Branches with their own', nobody: 'All use this one', ownIn: '{names}: with their own version, which a change here does not touch.',
      from: { branch: 'This is the branch’s own version.', bank: 'This is the bank’s version; saved or switched here, the branch has its own.', shipped: 'This came with Tingtang; saved or switched here, there is an own version.' }, open: 'See the bank’s version', useAll: '{name}: on in the whole bank', tryIn: 'On the records of {name}',
      restoreSure: 'Give up the bank’s version and have “{name}” as it came?', removeSure: 'Remove “{name}” from the whole bank? Branches keep their own versions.', nowhere: 'For the whole bank no single one can be named; it may come from the event',
    },
    here: { form: 'Edit in the office', none: 'No automation fits', when: 'When', condition: 'If', then: 'Then' },
    cut: { loop: 'it would set itself off', chain: 'the chain is too long', too_often: 'too often in a minute', branch_too_often: 'too often in a minute in this branch', running: 'the last run is still under way', full: 'too many wait', cooldown: 'the pause is not over' },
    state: { running: 'Running', done: 'Done', partly: 'Partly done', failed: 'Failed', replaced: 'Began anew' },
    result: { done: 'done', partly: 'partly done', failed: 'failed', unknown: 'not known', skipped: 'not begun' },
    form: {
      create: 'New automation', back: 'Back to the list', nameZh: 'Chinese name', nameEn: 'English name', about: 'About', triggers: 'When', triggersHint: 'Any of these sets it off', addTrigger: 'Add a trigger', condition: 'If', conditionHint: 'Without conditions it always runs', addCondition: 'Add a condition', actions: 'Then', actionsHint: 'Done one after another', addAction: 'Add an action',
      kind: 'Kind', remove: 'Remove number {n}', up: 'Move number {n} up', down: 'Move number {n} down', allOf: 'All hold', anyOf: 'Any holds', match: 'Wanted', value: 'Value', op: 'Comparison', values: 'Values, one a line',
      event: 'Event', otherEvents: 'Others, by their stored names', namedEvents: 'Common events', where: 'Only if', addWhere: 'Add a limit', field: 'Field', fieldKey: 'Entry of the field', fact: 'State', forSeconds: 'For so many seconds', at: 'At', days: 'Days', businessDaysOnly: 'Business days only', moment: 'Moment', offset: 'Minutes after it, negative for before', minutes: 'Every so many minutes',
      start: 'From', end: 'Until', action: 'Action', choose: 'Choose', none: 'none', fixed: 'Fixed', fromEvent: 'From the event', source: 'Where {name} comes from', setTo: 'Set to', mayNotDo: 'You may not do this yourself',
      advanced: 'How it runs', mode: 'Set off while it still runs', modes: { single: 'Nothing more begins', restart: 'Begins anew', queued: 'Waits its turn' }, cooldown: 'Seconds between two runs, at least', perMinute: 'Runs a minute, at most', save: 'Save', saved: 'Saved', dirty: 'Not saved yet', discard: 'Discard',
      remove2: 'Remove', restore: 'Restore', removeSure: 'Remove “{name}”?', restoreSure: 'Give up the branch’s own version for “{name}” ({origin})?', cancel: 'Cancel', gap: { name: 'It needs a name', triggers: 'It needs a trigger', actions: 'It needs an action' }, gone: 'There is no such automation',
      part: { factIs: 'A state is', event: 'Something happens', fact: 'A state comes about', time: 'Time of day', hours: 'Opening or closing', sun: 'Sunrise or sunset', interval: 'Every so often', field: 'Field of the event', time_window: 'Time of day', business_day: 'Business day', business_hours: 'Business hours', sun_up: 'Day or night', all: 'Group: all hold', any: 'Group: any holds', not: 'Not' },
      is: { business_day: 'open on that day', business_day_not: 'closed on that day', business_hours: 'in business hours', business_hours_not: 'outside business hours', sun_up: 'by day', sun_up_not: 'by night' },
    },
    power: {
      title: 'Power times', lead: 'Some devices go on and off at times of business days. On is as in business hours, off as when closed.', create: 'New power times', none: 'There are no power times yet', noneDetail: 'For instance: the devices of smart service on at 8:00 and off at 18:00 on business days.', name: 'Chinese name', nameEn: 'English name', devices: 'Devices', on: 'On', off: 'Off', onAt: 'On at', offAt: 'Off at', days: 'Days', last: 'Last run',
      weekdays: 'Weekdays', businessDaysOnly: 'Business days only', edit: 'Change', save: 'Save', saved: 'Saved', remove: 'Remove', removeSure: 'Remove “{name}”? Its devices go on and off by no times any more.', cancel: 'Cancel', all: 'All devices', everything: 'The whole branch', zones: 'Zones', types: 'Types of device', single: 'Single devices', chosen: '{n} chosen, {most} at most', noOn: 'not on', noOff: 'not off',
      use: '{name}: on', gap: { name: 'It needs a name', targets: 'Choose devices', times: 'Give a time for on or off' }, never: 'has not run yet', noDevices: 'No devices are registered here yet', hint: 'One of the two is enough', results: '{half} {time}: {words}',
    },
    run: {
      now: 'Run now', nowSure: 'All its actions are done at once, whatever its triggers and condition say. Really?', yes: 'Run', title: 'Runs', none: 'It has not run yet', noneDetail: 'Every run is kept here: why it began, and what came of each action.', ended: 'took {n} s', more: 'More',
    },
    trial: {
      title: 'Try it on a past day', lead: 'The day is gone through as it was recorded: when would it have run, and done what. Nothing is done.', date: 'Date', yesterday: 'Yesterday', begin: 'Try', none: 'It would not have run on that day', runs: 'Would have run {n} times', occasions: 'set off {n} times', events: '{n} records that day', partial: 'The day is too long: only a part was tried',
      notHeld: 'condition did not hold', would: 'would do', day: 'When it is set off', at: '{time} {why}, {what}', again: 'It was changed: try again', nothing: 'Nothing was recorded on that day',
    },
  },
)
