import { defineWords } from './define'

/** Words of the form of one service of the bank's catalogue. */
export default defineWords(
  {
    create: '新增业务', codeHint: '字母、数字、点、横线；保存后不能改', nameZh: '业务名称', nameEn: '英文名称', groupZh: '类别', groupEn: '类别（英文）', audience: '面向', audiences: { personal: '个人客户', corporate: '对公客户' },
    prefixHint: '一至两个大写字母', quotaHint: '0 为不限', words: '客户怎么叫它', wordsHint: '搜索用，用逗号分开', active: '启用', bookable: '可预约',
    how: '如何办理', channels: '办理渠道', levels: '可办柜台', level: { high: '高柜', low: '低柜', room: '单间' }, skills: '所需技能（须全部具备）', moreSkills: '其他技能代码', moreSkillsHint: '用逗号分开', needs: '自助设备须能', needsHint: '缺任何一项的机器不显示为可办；一项都不选则任何机器都可办', needsNone: '没有读到设备类型', unknownNeed: '没有设备类型提供',
    tell: '告诉客户', zh: '中文', en: '英文', addMaterial: '增加材料', addStep: '增加步骤', item: '{what} 第 {n} 项', up: '上移{what}', down: '下移{what}', removeOne: '删除{what}',
    care: '特殊关怀', careNone: '没有特别规定', addCare: '增加关怀', careNeed: '客户', careNeeds: { elder: '老年', disabled: '残障', pregnant: '孕产', child: '携带儿童' }, help: '如何帮助', home: '可上门办理',
    offered: '已在 {names} 开办', offeredNone: '还没有网点开办；保存后在“网点”页的“编辑网点信息”中选入', readOnly: '您可以查看，不能修改',
    wrong: {
      code: '须以字母或数字开头，最多 40 个字母、数字、点、横线', codeTaken: '这个代码已有业务使用', name: '需要中文名称', group: '需要类别', prefix: '须为一至两个大写字母', standard: '须在 0.2 至 240 分钟之间', quota: '须为 0 至 10000 的整数',
      channels: '至少选一个渠道', levels: '柜台可办的业务至少选一种柜台', skills: '技能代码只能有字母、数字、点、横线、下划线', needs: '自助设备的要求有误', care: '每条关怀都要写明如何帮助', materials: '每项材料都要有中文', steps: '每个步骤都要有中文', words: '搜索词有误', some: '还有 {n} 处须改正',
    },
  },
  {
    create: 'New service', codeHint: 'Letters, digits, points, dashes; it stays once saved', nameZh: 'Chinese name', nameEn: 'English name', groupZh: 'Group (Chinese)', groupEn: 'Group (English)', audience: 'For', audiences: { personal: 'Personal customers', corporate: 'Corporate customers' },
    prefixHint: 'One or two capital letters', quotaHint: '0 is no limit', words: 'What people call it', wordsHint: 'For the search; commas between', active: 'Active', bookable: 'Can be booked',
    how: 'How it is done', channels: 'Channels', levels: 'Counters that can do it', level: { high: 'High counter', low: 'Low counter', room: 'Room' }, skills: 'Skills, all of them needed', moreSkills: 'Codes of other skills', moreSkillsHint: 'Commas between', needs: 'A self-service machine must be able to do', needsHint: 'A machine that lacks one of them does not offer it; with none chosen every machine does', needsNone: 'The device types could not be read', unknownNeed: 'no device type offers it',
    tell: 'What customers are told', zh: 'Chinese', en: 'English', addMaterial: 'Add material', addStep: 'Add a step', item: '{what}, number {n}', up: 'Move {what} up', down: 'Move {what} down', removeOne: 'Remove {what}',
    care: 'Special care', careNone: 'Nothing special is laid down', addCare: 'Add care', careNeed: 'Customer', careNeeds: { elder: 'Elderly', disabled: 'Disabled', pregnant: 'Pregnant', child: 'With a child' }, help: 'How staff help', home: 'May be done at home',
    offered: 'Offered in {names}', offeredNone: 'No branch offers it yet; once saved, choose it on the page “Branch set-up”', readOnly: 'You may see this but not change it',
    wrong: {
      code: 'Begins with a letter or digit; at most 40 letters, digits, points, dashes', codeTaken: 'Another service has this code', name: 'It needs a Chinese name', group: 'It needs a group', prefix: 'One or two capital letters', standard: 'Between 0.2 and 240 minutes', quota: 'A whole number from 0 to 10000',
      channels: 'Choose at least one channel', levels: 'A service done at counters needs a kind of counter', skills: 'Codes of skills have letters, digits, points, dashes, underscores only', needs: 'What machines must do is not valid', care: 'Say how staff help, for each', materials: 'Each material needs its Chinese words', steps: 'Each step needs its Chinese words', words: 'The search words are not valid', some: '{n} to be put right',
    },
  },
)
