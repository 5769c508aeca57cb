import { defineWords } from './define'

/** Words of the customers' page. */
export default defineWords(
  {
    find: '查找客户', by: '识别方式', way: { phone: '手机号', id_number: '身份证号', card: '银行卡号', ticket: '号票号码', booking: '预约码', qr: '二维码内容' }, identify: '识别',
    nobody: '尚未识别客户', nobodyDetail: '出于保护客户信息，这里不列出名单；请按客户出示的信息识别。', register: '登记客户', tier: '客户等级', care: '需要关怀', language: '语言',
    tiers: { 0: '普通客户', 1: '支行级贵宾', 2: '分行级贵宾', 3: '总行级贵宾' },
    field: { name: '姓名', phone: '手机号', id_number: '身份证号', cards: '银行卡' }, home: '归属网点', privileges: '礼遇',
    reveal: '查看明文', reason: '查看原因', reasonHint: '原因会记入审计日志', inOffice: '管理中心登记',
    consents: '授权同意', purpose: { show_name: '厅堂人员可见姓名', recognise_face: '人脸识别', verify_face: '办业务时人脸比对（一次一用）', profile: '客户画像', marketing: '营销推荐', messages: '短信与微信通知' },
    given: '已同意', notGiven: '未同意', withdrawn: '已撤回', withdraw: '撤回', record: '登记同意', noHistory: '还没有记录',
    erase: '删除客户资料', eraseHint: '姓名、电话、证件与卡号将被永久删除，办理记录只保留编号，无法恢复。', eraseNow: '永久删除',
  },
  {
    find: 'Find a customer', by: 'By', way: { phone: 'Phone number', id_number: 'ID number', card: 'Card number', ticket: 'Ticket number', booking: 'Booking code', qr: 'QR code content' }, identify: 'Identify',
    nobody: 'Nobody is identified yet', nobodyDetail: 'Customers are not listed here, to protect them: identify one by what they show.', register: 'Register a customer', tier: 'Tier', care: 'Care needs', language: 'Language',
    tiers: { 0: 'Customer', 1: 'Branch VIP', 2: 'Managing-branch VIP', 3: 'Head-office VIP' },
    field: { name: 'Name', phone: 'Phone', id_number: 'ID number', cards: 'Cards' }, home: 'Home branch', privileges: 'Privileges',
    reveal: 'See in the clear', reason: 'Why', reasonHint: 'The reason is kept in the audit log', inOffice: 'recorded in the office',
    consents: 'Consents', purpose: { show_name: 'Staff in the hall see the name', recognise_face: 'Face recognition', verify_face: 'Comparing the face for one business', profile: 'Profile', marketing: 'Marketing', messages: 'Messages' },
    given: 'Given', notGiven: 'Not given', withdrawn: 'Withdrawn', withdraw: 'Withdraw', record: 'Record it', noHistory: 'Nothing is recorded yet',
    erase: 'Erase the customer', eraseHint: 'Name, phone, papers and cards are erased for good; what was done stays under a number. This cannot be undone.', eraseNow: 'Erase for good',
  },
)
