import { defineWords } from './define'

/** The screens beside lockers and dispensers. */
export default defineWords(
  {
    locker: '银行卡、U盾、存单、现金封包等实物，备好后存放在这里，凭本人证件和取件码领取。',
    dispenser: '这里领取：{kinds}。请带本人证件和取件码。',
    how: { paper: '刷本人身份证', code: '输入短信里的取件码，或扫手机二维码', door: '柜门打开，取走后关好', slot: '从出口取走' },
    home: { title: '请输入取件码', detail: '短信里的 6 位数字', code: '取件码（6 位）', reader: '也可以把手机上的取件二维码对准扫码口', begin: '取件', noCode: '先刷证件' },
    door: {
      opening: '{cell} 号格正在打开', open: '{cell} 号格已打开', shut: '柜门已关好，谢谢',
      pick_up: '请取走物品，并关好柜门', load: '请把封包放入 {cell} 号格，并关好柜门', take_back: '请取回封包，并关好柜门', forced: '请关好柜门，并请工作人员查看',
      late: '柜门开着很久了，请看一看并关好',
    },
    out: {
      title: '暂时不能取件', away: '这台柜机正在恢复连接，暂时开不了门', paused: '这台柜机暂停服务', broken: '这台柜机有故障，暂时不能取件',
      instead: '您的物品不会丢失。请点“呼叫大堂经理”，工作人员凭证件为您办理。',
    },
  },
  {
    locker: 'Cards, U-keys, certificates and sealed cash wait here once they are ready. Bring your paper and the code.',
    dispenser: 'Collected here: {kinds}. Bring your paper and the code.',
    how: { paper: 'Lay your ID card on the reader', code: 'Type the code of your message, or scan the phone’s QR', door: 'The door opens: take it, and shut the door', slot: 'Take it out of the slot' },
    home: { title: 'Please type the pick-up code', detail: 'The 6 digits in your message', code: 'Pick-up code (6 digits)', reader: 'Or hold the QR code on your phone to the reader', begin: 'Collect', noCode: 'ID card first' },
    door: {
      opening: 'Door {cell} is opening', open: 'Door {cell} is open', shut: 'The door is shut. Thank you',
      pick_up: 'Please take what is yours, and shut the door', load: 'Put the parcel into cell {cell}, and shut the door', take_back: 'Take the parcel out, and shut the door', forced: 'Please shut the door, and ask our staff to look',
      late: 'This door has been open for a while: please look, and shut it',
    },
    out: {
      title: 'Nothing can be collected now', away: 'This cabinet is reconnecting: its doors cannot be opened now', paused: 'This cabinet is out of service', broken: 'This cabinet does not work just now',
      instead: 'Nothing of yours is lost. Call the lobby manager: our staff hand it over against your paper.',
    },
  },
)
