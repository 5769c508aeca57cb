import { defineWords } from './define'

export default defineWords(
  {
    title: '设备管理', views: '设备各页', view: { map: '平面图', list: '清单', alarms: '告警与报修', scenes: '场景', automations: '自动化' },
    counts: '各状态设备数',
    none: '这个网点还没有登记设备', noneDetail: '设备运维人员在管理中心登记后，设备会立即出现在这里。',
    map: {
      label: '设备平面图', mark: '{name}，{type}，{condition}', cluster: '{n} 台设备，{worst}：{names}', note: '{n} 台', noteBad: '{n} 台 · {bad} 异常',
      unplaced: '{n} 台未标位置', here: '{name}的设备', hereNone: '这里没有设备', noPlan: '这个网点还没有平面图', noPlanDetail: '设备仍可在清单中查看和操作。', place: '这一处的设备',
    },
    list: {
      search: '名称、编号、类型', group: '类别', allGroups: '全部类别', zone: '功能区', allZones: '全部功能区', noZone: '未分区', condition: '状态', allConditions: '全部状态',
      clear: '清除筛选', count: '{n} 台', noMatch: '没有符合条件的设备', underWay: '{n} 项执行中',
    },
    sheet: {
      loading: '设备', tabs: '设备各部分', tab: { control: '操作', parts: '部件', faults: '故障', series: '数据', log: '记录' },
      firmware: '版本 {version}', boots: '启动 {n} 次', properties: '设置', commands: '命令', noCommands: '这种设备的命令仅限设备维护人员',
      wanted: '要求 {value}，设备尚未报告', notReported: '尚未报告', apply: '设置', sure: '确定要“{command}”吗？', sureDetail: '这会影响正在使用的客户，或丢失未完成的工作。', yes: '确定', no: '取消', give: '执行',
      inUse: '使用中', outOfUse: '已停用', neededFor: '停用后客户不能办理依赖它的业务', switch: '{name}：使用', log: '最近的命令', noLog: '还没有下达过命令', seePicture: '查看截屏', seeLog: '查看日志', gone: '这台设备已从登记中删除',
      mayNot: '您可以查看，不能操作设备', flags: '异常',
    },
    cut: '现在断线，设备收不到命令：请连接恢复后再试，或到设备旁操作。',
    scene: {
      title: '场景', one: '一键{name}', lead: '将告知 {n} 台设备', begin: '开始', again: '重试 {n} 台', never: '还没有执行过',
      progress: '{done} / {total} 台到位', allDone: '{total} 台全部到位', someLeft: '{n} 台没有到位', results: '每台设备的结果', none: '这个场景现在不涉及任何设备', nobody: '当时没有相关设备', noScenes: '没有场景',
      stops: '正在服务客户的设备会停止对外服务。',
      result: { waiting: '等待结果', done: '已到位', unchanged: '本来就是', failed: '失败', unknown: '结果未知', unreachable: '连不上' },
    },
  },
  {
    title: 'Devices', views: 'Pages of devices', view: { map: 'Floor', list: 'List', alarms: 'Alarms', scenes: 'Scenes', automations: 'Automations' },
    counts: 'Devices by condition',
    none: 'No devices are registered here yet', noneDetail: 'They appear here as soon as an engineer registers them in the office.',
    map: {
      label: 'Floor plan of devices', mark: '{name}, {type}, {condition}', cluster: '{n} devices, {worst}: {names}', note: '{n}', noteBad: '{n} · {bad} not fine',
      unplaced: '{n} without a place', here: 'Devices in {name}', hereNone: 'No devices here', noPlan: 'This branch has no floor plan yet', noPlanDetail: 'Devices can still be seen and used in the list.', place: 'Devices at this spot',
    },
    list: {
      search: 'Name, id, type', group: 'Group', allGroups: 'All groups', zone: 'Zone', allZones: 'All zones', noZone: 'No zone', condition: 'Condition', allConditions: 'All conditions',
      clear: 'Clear filters', count: '{n} devices', noMatch: 'No device matches', underWay: '{n} under way',
    },
    sheet: {
      loading: 'Device', tabs: 'Sides of a device', tab: { control: 'Control', parts: 'Parts', faults: 'Faults', series: 'Readings', log: 'History' },
      firmware: 'Version {version}', boots: 'Started {n} times', properties: 'Settings', commands: 'Commands', noCommands: 'Its commands are for those who maintain devices',
      wanted: 'Asked for {value}; not reported yet', notReported: 'not reported yet', apply: 'Set', sure: 'Really “{command}”?', sureDetail: 'It interrupts whoever uses it now, or loses unfinished work.', yes: 'Yes', no: 'Cancel', give: 'Do it',
      inUse: 'In use', outOfUse: 'Out of use', neededFor: 'Out of use, customers cannot do what needs it', switch: '{name}: in use', log: 'Latest commands', noLog: 'No command was given yet', seePicture: 'See the picture', seeLog: 'See the log', gone: 'This device is no longer registered',
      mayNot: 'You may look at devices but not operate them', flags: 'What is odd',
    },
    cut: 'The link is lost and no command reaches a device: try again when it is back, or go to the device.',
    scene: {
      title: 'Scenes', one: '{name}: all at once', lead: '{n} devices will be told', begin: 'Begin', again: 'Try {n} again', never: 'Never set yet',
      progress: '{done} of {total} in place', allDone: 'All {total} in place', someLeft: '{n} not in place', results: 'Result of each device', none: 'No device belongs to this scene now', nobody: 'no device belonged to it then', noScenes: 'There are no scenes',
      stops: 'Devices that serve customers stop serving them.',
      result: { waiting: 'Waiting', done: 'In place', unchanged: 'Was so already', failed: 'Failed', unknown: 'Not known', unreachable: 'Unreachable' },
    },
  },
)
