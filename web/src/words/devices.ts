import { defineWords } from './define'

/** Words of devices that the PAD and the office share: what the server's codes mean. */
export default defineWords(
  {
    condition: { fault: '故障', offline: '离线', warning: '预警', unknown: '未知', paused: '暂停', sleeping: '休眠', ok: '正常' },
    about: {
      fault: '应用或部件出了故障，需要有人处理',
      offline: '连不上设备，显示的是断开前的状态',
      warning: '还能用，但有部件或数据异常',
      unknown: '登记后还没有收到过它的消息',
      paused: '设备正常，暂停对外服务',
      sleeping: '按计划关机或休眠',
      ok: '网络、应用、部件都正常',
    },
    group: {
      self_service: '自助设备', cash: '现金设备', delivery: '实物交付', display: '显示屏', environment: '环境', audio_video: '音视频',
      sensing: '感知', companion: '机器人与服务', network: '网络',
    },
    network: '网络', application: '应用', parts: '部件',
    link: { online: '在线', sleeping: '休眠', offline: '离线', unknown: '未知' },
    why: { said: '设备报告', will: '连接中断', silence: '没有心跳' },
    app: { running: '运行中', paused: '已暂停', fault: '故障', unknown: '未知' },
    health: { ok: '正常', warning: '预警', fault: '故障', absent: '未安装', unknown: '未知' },
    partsOk: '{n} 个部件正常', partsNone: '没有部件', partsBad: '{n} 个部件异常', partsOff: '{n} 个停用', partsUnknown: '{n} 个状态未知',
    since: '自 {time}', sinceFor: '已 {for}', never: '从未连接',
    span: { seconds: '{n} 秒', minutes: '{n} 分钟', hours: '{n} 小时', days: '{n} 天' },
    command: { sent: '已发送', accepted: '执行中', done: '已完成', failed: '失败', unknown: '结果未知' },
    commandAbout: { sent: '等待设备接收', accepted: '设备已接收，正在执行', done: '设备报告已完成', failed: '设备报告失败', unknown: '没有收到结果，可能已做，也可能没做' },
    code: {
      restarted: '设备重新启动了', timeout: '设备超时', busy: '设备忙', unsupported: '设备不支持', not_possible: '现在做不到', jam: '卡住', power: '断电', not_taken: '未取走',
      paper_out: '缺纸', paper_low: '纸将用尽', empty: '已用尽', low: '余量低', full: '已满', error: '出错', expired: '已过时限', link_down: '连接已断',
    },
    set: '设置',
    on: '开', off: '关',
    flag: {
      implausible: '上报了不可能或未声明的数值', clock_off: '设备时钟偏差过大，时间以服务器为准', malformed: '上报内容无法读取',
      too_large: '上报内容过大，已丢弃', too_often: '上报过于频繁，已限流', duplicate: '同一编号有两处连接', unknown_name: '上报了未声明的名称', bad_secret: '有人用错误的密钥以它的名义连接', client_id: '连接用的客户端编号不是它自己的', topic: '试图读写不属于它的主题', other: '设备上报异常（{code}）',
    },
    protocol: { mqtt: 'MQTT', home_assistant: 'Home Assistant', xfs: 'XFS4IoT' },
    series: {
      finding: '{name}：现在 {now}，最低 {from}，最高 {until}', findingSame: '{name}：一直是 {now}', none: '{name}：这段时间没有数据', measure: '{span}，单位 {unit}', measureBare: '{span}',
      day: '最近一天', hour: '最近一小时', week: '最近七天', month: '最近三十天', time: '时间', value: '数值', noneAtAll: '这种设备不上报数据', cut: '数据较多，只显示最近 {n} 个点，自 {time}',
    },
  },
  {
    condition: { fault: 'Fault', offline: 'Offline', warning: 'Warning', unknown: 'Unknown', paused: 'Paused', sleeping: 'Asleep', ok: 'Fine' },
    about: {
      fault: 'Its program or a part of it has failed: somebody must see to it',
      offline: 'It cannot be reached; what is shown was so before',
      warning: 'It works, but a part or a reading is odd',
      unknown: 'Nothing was heard of it since it was registered',
      paused: 'It is fine and serves nobody for now',
      sleeping: 'Switched off or asleep on purpose',
      ok: 'Network, program and parts are fine',
    },
    group: {
      self_service: 'Self-service', cash: 'Cash', delivery: 'Delivery', display: 'Displays', environment: 'Environment', audio_video: 'Audio and video',
      sensing: 'Sensing', companion: 'Robots and service', network: 'Network',
    },
    network: 'Network', application: 'Program', parts: 'Parts',
    link: { online: 'Online', sleeping: 'Asleep', offline: 'Offline', unknown: 'Unknown' },
    why: { said: 'it said so', will: 'connection broken', silence: 'no heartbeat' },
    app: { running: 'Running', paused: 'Paused', fault: 'Failed', unknown: 'Unknown' },
    health: { ok: 'Fine', warning: 'Warning', fault: 'Fault', absent: 'Not there', unknown: 'Unknown' },
    partsOk: '{n} fine', partsNone: 'No parts', partsBad: '{n} not working', partsOff: '{n} out of use', partsUnknown: '{n} unknown',
    since: 'since {time}', sinceFor: 'for {for}', never: 'never connected',
    span: { seconds: '{n} s', minutes: '{n} min', hours: '{n} h', days: '{n} d' },
    command: { sent: 'Sent', accepted: 'Under way', done: 'Done', failed: 'Failed', unknown: 'Not known' },
    commandAbout: { sent: 'Waiting for the device to take it', accepted: 'The device took it and is at it', done: 'The device says it is done', failed: 'The device says it failed', unknown: 'No result came: it may or may not be done' },
    code: {
      restarted: 'the device started anew', timeout: 'the device took too long', busy: 'the device is busy', unsupported: 'the device cannot do it', not_possible: 'not possible now', jam: 'jammed', power: 'no power', not_taken: 'not taken',
      paper_out: 'out of paper', paper_low: 'paper is low', empty: 'used up', low: 'running low', full: 'full', error: 'error', expired: 'too late', link_down: 'the link is down',
    },
    set: 'Set',
    on: 'On', off: 'Off',
    flag: {
      implausible: 'It reported a value that cannot be or is not declared', clock_off: 'Its clock is far off; our time is used', malformed: 'What it sends cannot be read',
      too_large: 'What it sends is too large and was dropped', too_often: 'It sends too often and was slowed down', duplicate: 'Two connections use the same id', unknown_name: 'It reported a name that is not declared', bad_secret: 'Somebody tried its name with a wrong secret', client_id: 'It connected under a client id that is not its own', topic: 'It tried to read or write a topic that is not its own', other: 'It behaves oddly ({code})',
    },
    protocol: { mqtt: 'MQTT', home_assistant: 'Home Assistant', xfs: 'XFS4IoT' },
    series: {
      finding: '{name}: {now} now, lowest {from}, highest {until}', findingSame: '{name}: {now} all the time', none: '{name}: nothing measured in this time', measure: '{span}, in {unit}', measureBare: '{span}',
      day: 'The last day', hour: 'The last hour', week: 'The last seven days', month: 'The last thirty days', time: 'Time', value: 'Value', noneAtAll: 'Devices of this type measure nothing', cut: 'Only the newest {n} points are shown, from {time}',
    },
  },
)
