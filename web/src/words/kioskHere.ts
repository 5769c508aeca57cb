import { defineWords } from './define'

export default defineWords(
  {
    title: '这台机器暂时不能：{what}', paused: '这台机器暂停自助服务', still: '取号、签到、问路照常；其他业务可取号或用旁边的机器。', cannot: '本机暂不能办理', because: '本机暂不能办理（{what}）', ticketWindow: '可取号到窗口办理',
    noPaper: '这台机器现在不能打印', ticketDetail: '号票显示在屏幕上', byHand: '扫码暂不可用，请输入数字', what: { card: '插卡', id_card: '刷身份证', receipt: '打印凭条', ticket: '打印号票', face: '刷脸', code: '扫码', cash: '存取现金', certificate: '领取存单', bill: '办理票据', card_issue: '领卡', ukey_issue: '领U盾', voucher_issue: '领凭证', parcel: '取件' },
  },
  {
    title: 'Not possible at this machine now: {what}', paused: 'This machine serves nobody just now', still: 'Tickets, check-in and the guide go on; for the rest take a ticket or use the machine beside it.', cannot: 'Not at this machine now', because: 'Not at this machine now ({what})', ticketWindow: 'take a ticket for a counter',
    noPaper: 'This machine cannot print now', ticketDetail: 'The ticket stands on the screen', byHand: 'Scanning does not work here now: type the digits', what: { card: 'cards', id_card: 'ID cards', receipt: 'printed slips', ticket: 'printed tickets', face: 'face checks', code: 'scanning', cash: 'cash', certificate: 'certificates', bill: 'bills', card_issue: 'new cards', ukey_issue: 'U-keys', voucher_issue: 'vouchers', parcel: 'parcels' },
  },
)
