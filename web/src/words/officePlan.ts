import { defineWords } from './define'

/** Words of the floor plan editor. */
export default defineWords(
  {
    title: '平面图', views: '视图', draw: '绘图', floors: '楼层', addFloor: '增加楼层', tools: '绘图工具', undo: '撤销', redo: '重做', snap: '对齐网格',
    canvas: '平面图画布',
    canvasHelp: '方向键移动选中的元素，按住 Shift 移动更多，按住 Alt 微调；方括号键切换元素；Delete 删除；选择工具后按回车在中央放置；Esc 取消。',
    kind: { zone: '功能区', walkway: '通道', door: '门', kiosk: '取号引导机', counter: '窗口', lift: '电梯', stairs: '楼梯', outline: '外墙', wall: '隔墙', furniture: '家具' },
    tool: { select: '选择', zone: '功能区', free: '多边形区', walkway: '通道', counter: '窗口', kiosk: '取号机', door: '门', lift: '电梯', stairs: '楼梯', furniture: '家具', wall: '隔墙', outline: '外墙' },
    furniture: {
      sofa: '沙发', seats: '座椅', table: '桌子', tea_table: '茶几', desk: '办公桌', counter: '柜台', reception: '接待台', screen: '屏幕', lockers: '储物柜', bookcase: '书柜', shelf: '货架',
      stage: '讲台', health_check: '健康检测站', plant: '绿植', handrail: '扶手',
    },
    whichFurniture: '是什么家具',
    how: {
      press: '点按放置{kind}', drag: '拖出{kind}', corners: '逐点点按画{kind}，双击或回车结束，Esc 取消', chosen: '拖动或按方向键移动；拖角点改形状',
      none: '点选元素，或选工具后绘制', 
    },
    thing: '选中的元素', chooseThing: '图上元素', nothing: '（无）', nameZh: '中文名称', nameEn: '英文名称', aboutZh: '用途说明（中文）', aboutEn: '用途说明（英文）',
    whichCounter: '是哪个窗口', pickCounter: '请选择窗口', kioskId: '设备编号', entrance: '临街入口', doorOf: '通往功能区', joins: '连接楼层',
    width: '宽', height: '高', facing: '朝向', corners: '角点（{n} 个）', addCorner: '在第 {n} 点后加一点', removeCorner: '删除第 {n} 点', removeThing: '删除此元素',
    site: '场地与楼层', floorZh: '楼层名称（中文）', floorEn: '楼层名称（英文）', floorHolds: '本层有 {n} 个功能区', removeFloor: '删除本层及其内容',
    check: '检查', checking: '检查中', fine: '没有发现问题', route: '试走路线', from: '起点', to: '终点', stepFree: '无障碍（不走楼梯）', tryRoute: '试走',
    routeLong: '全程约 {m} 米，步行约 {s} 秒', export: '导出 GeoJSON', import: '导入文件', textHint: '平面数据（GeoJSON，单位米，原点在左下角）', takeText: '采用这份数据',
    notAPlan: '不是平面图的 FeatureCollection', saved: '平面图已保存，各终端立即更新', reopen: '重新打开最新的平面图', leave: '平面图有未保存的修改，确定离开？',
  },
  {
    title: 'Floor plan', views: 'Views', draw: 'Draw', floors: 'Floors', addFloor: 'Add a floor', tools: 'Drawing tools', undo: 'Undo', redo: 'Redo', snap: 'Snap to grid',
    canvas: 'Drawing area of the floor plan',
    canvasHelp: 'Arrow keys move what is chosen, further with Shift, finely with Alt. Square brackets go to the next thing. Delete removes it. With a tool chosen Enter puts a thing into the middle. Escape cancels.',
    kind: { zone: 'Zone', walkway: 'Walkway', door: 'Door', kiosk: 'Kiosk', counter: 'Counter', lift: 'Lift', stairs: 'Stairs', outline: 'Outer wall', wall: 'Wall', furniture: 'Furniture' },
    tool: { select: 'Select', zone: 'Zone', free: 'Polygon zone', walkway: 'Walkway', counter: 'Counter', kiosk: 'Kiosk', door: 'Door', lift: 'Lift', stairs: 'Stairs', furniture: 'Furniture', wall: 'Wall', outline: 'Outer wall' },
    furniture: {
      sofa: 'Sofa', seats: 'Seats', table: 'Table', tea_table: 'Tea table', desk: 'Desk', counter: 'Counter', reception: 'Reception desk', screen: 'Screen', lockers: 'Lockers', bookcase: 'Bookcase', shelf: 'Shelf',
      stage: 'Stage', health_check: 'Health station', plant: 'Plant', handrail: 'Handrail',
    },
    whichFurniture: 'What it is',
    how: {
      press: 'Press where to put it: {kind}', drag: 'Drag it out: {kind}', corners: 'Press corner after corner ({kind}); double press or Enter ends, Escape cancels', chosen: 'Drag it or press arrows to move; drag its corners to reshape',
      none: 'Choose a thing, or a tool to draw with',
    },
    thing: 'What is chosen', chooseThing: 'Things on this floor', nothing: '(none)', nameZh: 'Chinese name', nameEn: 'English name', aboutZh: 'What for (Chinese)', aboutEn: 'What for (English)',
    whichCounter: 'Which counter', pickCounter: 'Choose a counter', kioskId: 'Number of the machine', entrance: 'A way in from the street', doorOf: 'Leads into', joins: 'Joins floors',
    width: 'Width', height: 'Height', facing: 'Faces', corners: 'Corners ({n})', addCorner: 'Add a corner after {n}', removeCorner: 'Remove corner {n}', removeThing: 'Remove this',
    site: 'Site and floors', floorZh: 'Name of the floor (Chinese)', floorEn: 'Name of the floor (English)', floorHolds: 'Zones on this floor: {n}', removeFloor: 'Remove this floor and all on it',
    check: 'Check', checking: 'Checking', fine: 'Nothing is wrong', route: 'Try a route', from: 'From', to: 'To', stepFree: 'Without steps', tryRoute: 'Try it',
    routeLong: 'About {m} m, {s} s on foot', export: 'Export GeoJSON', import: 'Import a file', textHint: 'The plan as GeoJSON, in metres from the lower left corner', takeText: 'Use this',
    notAPlan: 'not a FeatureCollection of a floor plan', saved: 'The plan is saved; all screens follow at once', reopen: 'Open the newest plan', leave: 'The plan has unsaved changes. Leave all the same?',
  },
)
