import { defineWords } from './define'

export default defineWords(
  { title: '柜面' },
  { title: 'Counter' },
)
