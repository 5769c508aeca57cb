import { defineWords } from './define'

export default defineWords(
  {
    about: '柜面个人业务的全部场景，以及客户能自己办的占业务量多少。左边按申报的占比推算，右边按实际办成的业务统计，两者不要混用。',
    assumed: '按占比推算', assumedNote: '占比是申报的假设，不是测得的数字；{own} 个场景用的是本行自己的占比。', measured: '实际测得（近 {days} 天）', measuredNote: '办成 {done} 笔，其中客户自己办 {own} 笔；中途放弃 {left} 笔。', measuredNone: '近 {days} 天还没有办成的业务，没有可以统计的数字。', unattendedNone: '近 {days} 天没有在无人值守时段办成的业务。',
    goal: '目标 {n}%', selfService: '客户自助', assisted: '员工协助', gap: '仍在柜台', unattended: '无人值守时段', unattendedNote: '24 小时中，网点无人时由客户自己办成的笔数', hour: '{n} 时',
    search: '查找业务', scene: '场景', group: '分组', share: '假设占比', ownShare: '本行占比', standing: '现状', channels: '渠道', authorisation: '授权', done: '实际笔数', all: '全部', none: '没有这样的业务', always: '全天',
    standingOf: { self_service: '可自助', assisted: '需员工协助', gap: '未覆盖' },
    authorisationOf: { none: '无需', identity: '核验身份', amount: '按金额', always: '一律' },
    channelOf: { kiosk: '自助柜台', pad: 'PAD', counter: '柜台', phone: '手机' },
  },
  {
    about: 'Every scene of personal counter business, and how much of the volume customers can do themselves: on the left as declared shares would have it, on the right as was really done. The two are not the same.',
    assumed: 'By declared shares', assumedNote: 'Shares are an assumption and were not measured; {own} scenes use the bank’s own.', measured: 'Measured in {days} days', measuredNote: '{done} done, {own} of them by customers themselves; {left} given up.', measuredNone: 'Nothing was done in the last {days} days: there is no figure.', unattendedNone: 'Nothing was done in unattended hours in the last {days} days.',
    goal: 'Goal {n}%', selfService: 'By customers', assisted: 'With staff', gap: 'At the counter', unattended: 'Unattended hours', unattendedNote: 'Done by customers while nobody of the branch was there, by the hour', hour: '{n}:00',
    search: 'Find business', scene: 'Scene', group: 'Group', share: 'Assumed share', ownShare: 'Own share', standing: 'State', channels: 'Where', authorisation: 'Authorisation', done: 'Done', all: 'All', none: 'There is no such business', always: 'All day',
    standingOf: { self_service: 'By oneself', assisted: 'With staff', gap: 'Not covered' },
    authorisationOf: { none: 'None', identity: 'Identity', amount: 'By amount', always: 'Always' },
    channelOf: { kiosk: 'Kiosk', pad: 'PAD', counter: 'Counter', phone: 'Phone' },
  },
)
