import { defineWords } from './define'

export default defineWords(
  { title: '设计件', lead: '每个组件的每种状态；也是新组件登记的地方。', as: '按哪块屏幕的尺寸显示' },
  { title: 'Design kit', lead: 'Every component in its states; a new one is shown here too.', as: 'Sizes of which screen' },
)
