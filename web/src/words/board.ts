import { defineWords } from './define'

export default defineWords(
  { title: '叫号屏' },
  { title: 'Hall board' },
)
