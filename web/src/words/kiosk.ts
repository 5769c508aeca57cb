import { defineWords } from './define'

export default defineWords(
  { title: '智慧柜台' },
  { title: 'Self-service kiosk' },
)
