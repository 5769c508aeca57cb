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
      media_jam: '卡纸或卡卡', paper_jam: '卡纸', note_jam: '卡钞', reader_dirty: '读头脏污', no_antenna: '天线无响应', head_hot: '打印头过热', cutter: '切刀故障', misaligned: '位置偏移', scanner_dirty: '扫描头脏污', shutter: '闸门故障', no_picture: '没有画面', covered: '镜头被遮挡',
      overload: '过载', limit_switch: '限位开关故障', bad_sectors: '磁盘坏道', smart_warning: '磁盘预警', overheated: '过热', no_ignition: '灯泡不亮', cell_not_closed: '柜格未关', no_answer: '没有应答', fault: '故障',
      restarted: '设备重新启动了', timeout: '设备超时', busy: '设备忙', unsupported: '设备不支持', not_possible: '现在做不到', jam: '卡住', power: '断电', not_taken: '未取走',
      paper_out: '缺纸', paper_low: '纸将用尽', empty: '已用尽', low: '余量低', full: '已满', error: '出错', expired: '已过时限', link_down: '连接已断', not_connected: '部件没有连接',
    },
    // What bank hardware says of itself in XFS4IoT: which part, and how it is.
    xfs: {
      place: {
        device: '设备', cardReader_media: '卡', cardReader_chipModule: '芯片模块', printer_media: '打印介质', printer_paper: '打印纸', printer_toner: '碳粉', printer_ink: '油墨', printer_lamp: '打印灯', printer_retractBins_state: '回收箱', keyManagement_encryptionState: '密码键盘密钥',
        cashManagement_safeDoor: '保险柜门', cashManagement_dispenser: '出钞单元', cashManagement_acceptor: '入钞单元', cashDispenser_positions_transport: '出钞通道', cashAcceptor_positions_transport: '入钞通道', cashAcceptor_banknoteReader: '验钞模块', barcodeReader_scanner: '扫码头', camera_cameras: '摄像头', check_media: '票据', check_acceptor: '票据入口',
        auxiliaries_tamperSensor: '防拆传感器', auxiliaries_seismicSensor: '震动传感器', auxiliaries_heatSensor: '高温传感器', auxiliaries_safeDoor: '保险柜门', auxiliaries_cabinetFrontDoor: '前柜门', auxiliaries_cabinetRearDoor: '后柜门',
      },
      state: {
        jammed: '卡住', inoperable: '不工作', inoperative: '不工作', inop: '不工作', low: '将用尽', out: '已用尽', fading: '亮度不足', high: '将满', full: '已满', notInitialized: '未初始化', notReady: '未就绪', doorOpen: '打开', open: '打开', tampered: '被撬动', attention: '需要处理', stop: '停止', on: '触发',
        online: '正常', deviceBusy: '忙', starting: '启动中', userError: '操作有误', potentialFraud: '疑似欺诈', offline: '离线', powerOff: '断电', hardwareError: '硬件故障', fraudAttempt: '欺诈企图', noDevice: '没有接上',
      },
    },
    set: '设置', wake: '唤醒',
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
      media_jam: 'jammed', paper_jam: 'paper jam', note_jam: 'note jam', reader_dirty: 'reader dirty', no_antenna: 'no antenna', head_hot: 'print head hot', cutter: 'cutter', misaligned: 'misaligned', scanner_dirty: 'scanner dirty', shutter: 'shutter', no_picture: 'no picture', covered: 'covered',
      overload: 'overload', limit_switch: 'limit switch', bad_sectors: 'bad sectors', smart_warning: 'disk warning', overheated: 'overheated', no_ignition: 'lamp does not light', cell_not_closed: 'cell not closed', no_answer: 'no answer', fault: 'fault',
      restarted: 'the device started anew', timeout: 'the device took too long', busy: 'the device is busy', unsupported: 'the device cannot do it', not_possible: 'not possible now', jam: 'jammed', power: 'no power', not_taken: 'not taken',
      paper_out: 'out of paper', paper_low: 'paper is low', empty: 'used up', low: 'running low', full: 'full', error: 'error', expired: 'too late', link_down: 'the link is down', not_connected: 'not connected',
    },
    xfs: {
      place: {
        device: 'device', cardReader_media: 'card', cardReader_chipModule: 'chip module', printer_media: 'print media', printer_paper: 'paper', printer_toner: 'toner', printer_ink: 'ink', printer_lamp: 'printer lamp', printer_retractBins_state: 'retract bin', keyManagement_encryptionState: 'keys of the PIN pad',
        cashManagement_safeDoor: 'safe door', cashManagement_dispenser: 'dispensing unit', cashManagement_acceptor: 'accepting unit', cashDispenser_positions_transport: 'way out for notes', cashAcceptor_positions_transport: 'way in for notes', cashAcceptor_banknoteReader: 'note reader', barcodeReader_scanner: 'scanner', camera_cameras: 'camera', check_media: 'bill', check_acceptor: 'slot for bills',
        auxiliaries_tamperSensor: 'tamper sensor', auxiliaries_seismicSensor: 'seismic sensor', auxiliaries_heatSensor: 'heat sensor', auxiliaries_safeDoor: 'safe door', auxiliaries_cabinetFrontDoor: 'front door', auxiliaries_cabinetRearDoor: 'rear door',
      },
      state: {
        jammed: 'jammed', inoperable: 'does not work', inoperative: 'does not work', inop: 'does not work', low: 'running low', out: 'used up', fading: 'fading', high: 'nearly full', full: 'full', notInitialized: 'not initialised', notReady: 'not ready', doorOpen: 'open', open: 'open', tampered: 'tampered with', attention: 'needs somebody', stop: 'stopped', on: 'went off',
        online: 'fine', deviceBusy: 'busy', starting: 'starting', userError: 'used wrongly', potentialFraud: 'fraud suspected', offline: 'offline', powerOff: 'without power', hardwareError: 'hardware fault', fraudAttempt: 'fraud attempted', noDevice: 'not there',
      },
    },
    set: 'Set', wake: 'Wake',
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
