import { defineWords } from './define'

export default defineWords(
  {
    fleet: { title: '各网点设备', branch: '网点', devices: '设备数', empty: '还没有网点', none: '没有登记设备', open: '查看{name}的设备', bad: '{n} 台需要处理，分布在 {branches} 个网点', fine: '所有设备都没有需要处理的问题', noneAnywhere: '还没有登记设备；在“设备登记”中登记后会出现在这里' },
    register: {
      title: '设备登记', enrol: '登记设备', places: '在平面图上摆放', search: '名称、编号、序列号', name: '名称', id: '编号', type: '类型', zone: '功能区', condition: '状态', warranty: '保修到期', placed: '位置',
      isPlaced: '已标', notPlaced: '未标', outOfUse: '已停用', none: '这个网点还没有登记设备', noneDetail: '登记后得到连接用的密钥，设备联网后立即出现在 PAD 上。', allTypes: '全部类型', allConditions: '全部状态',
      warrantySoon: '{date}（将到期）', warrantyOver: '{date}（已过保）',
    },
    form: {
      create: '登记设备', edit: '{name}', nameZh: '中文名称', nameEn: '英文名称', id: '编号', idHint: '字母、数字、横线，登记后不能改；也是连接用的用户名', type: '设备类型', pickType: '请选择类型', zone: '功能区', noZone: '不指定',
      protocol: '连接方式', address: '服务地址', addressHint: '仅 XFS4IoT：服务发布者的地址', terminal: '对应终端编号', terminalHint: '这台设备的屏幕所注册的终端，没有可不填', mac: '网卡地址', macHint: '用于远程开机，形如 00:1A:2B:3C:4D:5E', wakeAddress: '开机广播地址', wakeAddressHint: '形如 10.1.2.255:9，不填则发往本网段', plug: '供电插座编号', plugHint: '给它供电的智能插座在登记册中的编号', maker: '厂商', model: '型号', serial: '序列号', bought: '购置日期', warranty: '保修到期',
      active: '投入使用', save: '保存', enrol: '登记', cancel: '取消', renew: '更换密钥', renewSure: '更换后旧密钥立即失效，设备要用新密钥重新连接。', remove: '删除设备', removeSure: '删除“{name}”？它的连接会立即断开，历史记录保留。', yes: '确定', mayNot: '您可以查看，不能修改登记',
    },
    secret: { title: '“{id}”的连接密钥', once: '密钥只显示这一次。请现在复制或让设备扫码，关闭后只能更换。', user: '用户名', secret: '密钥', copy: '复制密钥', copied: '已复制', cannotCopy: '无法自动复制，请选中密钥手动复制', qr: '设备扫码得到连接地址、用户名和密钥', done: '我已保存' },
    places: {
      title: '在平面图上摆放设备', back: '返回设备登记', unplaced: '未标位置', allPlaced: '所有设备都已标位置', how: '拖动设备到它所在的地方；或先选设备，再点平面图。方向键可微移，Delete 取消位置。', saved: '{name} 已保存到{zone}', savedNoZone: '{name} 的位置已保存',
      taken: '{name} 已取消位置', noPlan: '这个网点还没有平面图', noPlanDetail: '先在“平面图”中绘制。', canvas: '平面图', chosen: '已选：{name}', onPlan: '本层设备',
    },
    types: {
      title: '设备类型', search: '查找类型', measures: '测量', sets: '可设置', commands: '命令', modules: '部件', consumables: '耗材', range: '{low} 至 {high}', nothing: '没有', maintain: '限维护人员', asks: '需确认', open: '营业时', closed: '打烊后', beat: '每 {n} 秒报一次平安，三次不到视为离线',
      neededFor: '客户业务依赖', low: '低于 {n} 须补充', count: '{n} 种类型', none: '没有这样的类型',
    },
    readings: { title: '设备数据', device: '设备', pick: '请选择设备', value: '数据项', allValues: '全部', span: '时间', none: '选择一台设备查看它的数据', noDevices: '这个网点没有上报数据的设备', newest: '现在' },
  },
  {
    fleet: { title: 'Devices of all branches', branch: 'Branch', devices: 'Devices', empty: 'There are no branches yet', none: 'No devices registered', open: 'Devices of {name}', bad: 'Devices that need somebody: {n}, branches: {branches}', fine: 'No device needs anybody', noneAnywhere: 'No devices are registered yet; once registered under Register they appear here' },
    register: {
      title: 'Register of devices', enrol: 'Register a device', places: 'Place on the plan', search: 'Name, id, serial', name: 'Name', id: 'Id', type: 'Type', zone: 'Zone', condition: 'Condition', warranty: 'Warranty until', placed: 'Place',
      isPlaced: 'On the plan', notPlaced: 'Not placed', outOfUse: 'Out of use', none: 'No devices are registered here yet', noneDetail: 'Registering one gives the secret it connects with; once connected it is on the PAD at once.', allTypes: 'All types', allConditions: 'All conditions',
      warrantySoon: '{date} (soon)', warrantyOver: '{date} (over)',
    },
    form: {
      create: 'Register a device', edit: '{name}', nameZh: 'Chinese name', nameEn: 'English name', id: 'Id', idHint: 'Letters, digits, hyphens; it stays, and is the user name it connects with', type: 'Type of device', pickType: 'Choose a type', zone: 'Zone', noZone: 'None',
      protocol: 'Connected by', address: 'Service address', addressHint: 'XFS4IoT only: where its service publisher is', terminal: 'Terminal', terminalHint: 'The id of the enrolled terminal that is its screen, if any', mac: 'Network card', macHint: 'To switch it on from afar, like 00:1A:2B:3C:4D:5E', wakeAddress: 'Wake address', wakeAddressHint: 'Like 10.1.2.255:9; empty: our own network', plug: 'Smart plug', plugHint: 'The id of the registered plug that gives it power', maker: 'Maker', model: 'Model', serial: 'Serial number', bought: 'Bought', warranty: 'Warranty until',
      active: 'In use', save: 'Save', enrol: 'Register', cancel: 'Cancel', renew: 'New secret', renewSure: 'The old secret is dead at once; the device must connect with the new one.', remove: 'Remove', removeSure: 'Remove “{name}”? Its connection ends at once; its history stays.', yes: 'Yes', mayNot: 'You may look at the register but not change it',
    },
    secret: { title: 'Secret of “{id}”', once: 'It is shown this once. Copy it or let the device scan it now; later it can only be renewed.', user: 'User name', secret: 'Secret', copy: 'Copy the secret', copied: 'Copied', cannotCopy: 'It could not be copied: select the secret and copy it by hand', qr: 'Scanned, it gives the device its address, user name and secret', done: 'I have kept it' },
    places: {
      title: 'Devices on the floor plan', back: 'Back to the register', unplaced: 'Not placed', allPlaced: 'All devices are placed', how: 'Drag a device to where it stands, or choose one and press on the plan. Arrow keys move it a little, Delete takes it off.', saved: '{name} is kept in {zone}', savedNoZone: '{name} is kept',
      taken: '{name} is off the plan', noPlan: 'This branch has no floor plan yet', noPlanDetail: 'Draw it under “Floor plan” first.', canvas: 'Floor plan', chosen: 'Chosen: {name}', onPlan: 'On this floor',
    },
    types: {
      title: 'Types of devices', search: 'Find a type', measures: 'Measures', sets: 'Can be set', commands: 'Commands', modules: 'Parts', consumables: 'Consumables', range: '{low} to {high}', nothing: 'None', maintain: 'maintenance only', asks: 'asks first', open: 'When open', closed: 'When closed', beat: 'Says it is alive every {n} s; three missed count as offline',
      neededFor: 'customers need it', low: 'refill below {n}', count: '{n} types', none: 'There is no such type',
    },
    readings: { title: 'Readings', device: 'Device', pick: 'Choose a device', value: 'Value', allValues: 'All', span: 'Time', none: 'Choose a device to see what it measured', noDevices: 'No device of this branch measures anything', newest: 'Now' },
  },
)
