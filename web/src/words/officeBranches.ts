import { defineWords } from './define'

/** Words of templates and of the bank's tree. */
export default defineWords(
  {
    found: '按模板开设网点', foundNow: '开设', code: '网点编号', unit: '隶属机构', usedBy: '使用此模板的网点：{branches}', notUsed: '还没有网点使用此模板',
    sets: '模板设定与本网点对照', same: '与模板一致', equipment: '设备', rules: '规则（与系统默认不同之处）', overruled: '本网点已另行设定', noRules: '规则均按系统默认',
    hours: '工作日 {work}；周日 {weekend}', newUnit: '新增管辖行', parent: '上级机构', unitKind: { head_office: '总行', managing_branch: '分行·管辖行' },
    staffingEdit: '编辑配置', newCounter: '新增窗口', branchEdit: '编辑网点信息', day: { 0: '周一', 1: '周二', 2: '周三', 3: '周四', 4: '周五', 5: '周六', 6: '周日' },
    special: '特殊日期', specialNone: '没有特殊日期：每周按上面的时间营业。', specialDate: '日期', specialKind: '当天怎样', specialKinds: { closed: '不营业', hours: '另定时间', worked: '调休上班（按周一时间）' }, specialName: '名称', specialAdd: '添加特殊日期', specialRemove: '删除 {date}',
    opens: '开门', closes: '关门', closed: '不营业', phone: '电话', capacityPeople: '厅堂容量（人）', active: '启用', remove: '删除窗口',
  },
  {
    found: 'Found a branch', foundNow: 'Found it', code: 'Number of the branch', unit: 'Belongs to', usedBy: 'Branches of this template: {branches}', notUsed: 'No branch uses this template yet',
    sets: 'What the template sets, and this branch', same: 'As in the template', equipment: 'Equipment', rules: 'Rules other than the system’s', overruled: 'the branch has its own', noRules: 'All rules are the system’s',
    hours: 'Weekdays {work}; Sunday {weekend}', newUnit: 'New managing branch', parent: 'Stands below', unitKind: { head_office: 'Head office', managing_branch: 'Managing branch' },
    staffingEdit: 'Edit the plan', newCounter: 'New counter', branchEdit: 'Edit the branch', day: { 0: 'Monday', 1: 'Tuesday', 2: 'Wednesday', 3: 'Thursday', 4: 'Friday', 5: 'Saturday', 6: 'Sunday' },
    special: 'Special days', specialNone: 'No special days: every week is as above.', specialDate: 'Date', specialKind: 'What the day is', specialKinds: { closed: 'Closed', hours: 'Other hours', worked: 'Worked like a Monday (调休)' }, specialName: 'Name', specialAdd: 'Add a special day', specialRemove: 'Remove {date}',
    opens: 'Opens', closes: 'Closes', closed: 'Closed', phone: 'Phone', capacityPeople: 'The hall holds (people)', active: 'In use', remove: 'Remove the counter',
  },
)
