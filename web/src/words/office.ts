import { defineWords } from './define'

export default defineWords(
  { title: '管理中心' },
  { title: 'Head office' },
)
