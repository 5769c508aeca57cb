import { defineWords } from './define'

export default defineWords(
  { title: '数字厅堂' },
  { title: 'Digital hall' },
)
