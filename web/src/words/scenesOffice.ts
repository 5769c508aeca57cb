import { defineWords } from './define'

export default defineWords(
  {
    title: '场景', lead: '一个场景让许多设备一次到位。后面的条目覆盖前面的。', create: '新建场景', name: '名称', nameEn: '英文名称', about: '说明', devices: '涉及设备', last: '最近一次', own: '本网点', shipped: '自带', none: '没有场景', noDevices: '这个网点还没有登记设备，场景现在不会改变任何东西', never: '还没有执行过',
    edit: '编辑“{name}”', look: '查看“{name}”', begin: '执行', beginSure: '让 {n} 台设备进入“{name}”？', yes: '执行', cancel: '取消', results: '“{name}”的结果', retry: '重试 {n} 台', progress: '{done} / {total} 台到位', allDone: '{total} 台全部到位', someLeft: '{n} 台没有到位', nobody: '当时没有相关设备',
    entries: '哪些设备，要成什么样', entry: '第 {n} 条', add: '添加一条', zoneKind: '功能区类型', zone: '功能区', group: '类别', type: '设备类型', device: '设备', any: '不限', asWhen: '按设备类型', asNothing: '不套用', asOpen: '营业状态', asClosed: '打烊状态', values: '另外设置', setIt: '设置“{name}”', pickFirst: '选定设备或设备类型后，可逐项设置',
    save: '保存', saved: '已保存', remove: '删除', restore: '恢复原样', removeSure: '放弃本网点的“{name}”？', rank: '顺序', gap: { name: '请填写名称', wanted: '请至少添加一条，并说明要成什么样' }, mayNot: '您可以查看，不能修改场景', everything: '全部设备',
    result: { waiting: '等待结果', done: '已到位', unchanged: '本来就是', failed: '失败', unknown: '结果未知', unreachable: '连不上' },
  },
  {
    title: 'Scenes', lead: 'A scene brings many devices there at once. Later entries stand over earlier ones.', create: 'New scene', name: 'Chinese name', nameEn: 'English name', about: 'About', devices: 'Devices', last: 'Last time', own: 'own', shipped: 'built in', none: 'There are no scenes', noDevices: 'No devices are registered here yet: a scene changes nothing now', never: 'never set yet',
    edit: 'Edit “{name}”', look: 'Look at “{name}”', begin: 'Set', beginSure: 'Tell {n} devices: “{name}”?', yes: 'Set', cancel: 'Cancel', results: 'What came of “{name}”', retry: 'Try {n} again', progress: '{done} of {total} in place', allDone: 'All {total} in place', someLeft: '{n} not in place', nobody: 'no device belonged to it then',
    entries: 'Which devices, and how they should be', entry: 'Entry {n}', add: 'Add an entry', zoneKind: 'Kind of zone', zone: 'Zone', group: 'Group', type: 'Type of device', device: 'Device', any: 'any', asWhen: 'By their type', asNothing: 'as they are', asOpen: 'as when open', asClosed: 'as when closed', values: 'And set', setIt: 'Set “{name}”', pickFirst: 'Choose a device or a type to set its values one by one',
    save: 'Save', saved: 'Saved', remove: 'Remove', restore: 'Restore', removeSure: 'Give up the branch’s own “{name}”?', rank: 'Order', gap: { name: 'It needs a name', wanted: 'It needs an entry that says how devices should be' }, mayNot: 'You may look at scenes but not change them', everything: 'every device',
    result: { waiting: 'Waiting', done: 'In place', unchanged: 'Was so already', failed: 'Failed', unknown: 'Not known', unreachable: 'Unreachable' },
  },
)
