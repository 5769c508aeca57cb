import { defineWords } from './define'

/** Words of booking capacity, complaints and the register of moved business. */
export default defineWords(
  {
    closedDay: '这一天不营业，没有可预约的时段', capacityHint: '每时段 {slot} 分钟；每人每时段的 {share}% 开放预约，其余留给到店客户；同时最多 {positions} 人办理。',
    by: { services: '按业务：各时段还可预约数', people: '按人员：各时段已约占比' }, booked: '已约', full: '约满',
    serviceNote: '{minutes} 分钟 · {people} 人会办 · {places} 个窗口', personNote: '可约 {n} 项业务',
    all: '全部', noComplaints: '没有投诉', complaintText: '内容', category: '类别', from: '来源', registered: '登记时间', due: '答复期限', handler: '处理人', late: '已逾期',
    complaintState: { open: '待处理', assigned: '处理中', answered: '已答复', closed: '已办结' },
    channel: { kiosk: '取号机', pad: 'PAD', counter: '柜台', phone: '手机', booking: '预约', staff: '员工登记' },
    register: '登记投诉', customerName: '客户称呼（可不填）', customerPhone: '联系电话（可不填）', notes: '处理记录', note: '处理记录（客户不可见）', addNote: '记录',
    answer: '答复', answerText: '给客户的答复', sendAnswer: '答复客户', scored: '客户评分 {n} 分', assign: '分派',
    remark: '备注', notYet: '可迁移而尚未登记的业务', plan: '列入计划',
  },
  {
    closedDay: 'The branch is closed on this day: there are no slots', capacityHint: 'Slots of {slot} minutes; {share}% of each person’s time in a slot is open to booking, the rest is for walk-ins; at most {positions} people serve at once.',
    by: { services: 'By service: what still fits into each slot', people: 'By person: booked share of each slot' }, booked: 'Booked', full: 'Full',
    serviceNote: '{minutes} min · {people} people · {places} counters', personNote: 'Booked for {n} services',
    all: 'All', noComplaints: 'There are no complaints', complaintText: 'Words', category: 'Category', from: 'From', registered: 'Registered', due: 'Answer by', handler: 'Handled by', late: 'Overdue',
    complaintState: { open: 'Open', assigned: 'In hand', answered: 'Answered', closed: 'Closed' },
    channel: { kiosk: 'Kiosk', pad: 'PAD', counter: 'Counter', phone: 'Phone', booking: 'Booking', staff: 'Staff' },
    register: 'Register a complaint', customerName: 'Customer’s name (if given)', customerPhone: 'Phone number (if given)', notes: 'What was found', note: 'Note (the customer does not see it)', addNote: 'Note it',
    answer: 'Answer', answerText: 'Answer to the customer', sendAnswer: 'Answer', scored: 'The customer gave {n} of 5', assign: 'Assign',
    remark: 'Remark', notYet: 'Could be moved and is not registered yet', plan: 'Plan it',
  },
)
