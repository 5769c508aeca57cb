import { defineWords } from './define'

export default defineWords(
  { title: '我的号票' },
  { title: 'My ticket' },
)
