/** What a customer showed to a reader: a number, a card, a code; as the server is asked about it. */
export type By = 'phone' | 'id_number' | 'card' | 'booking' | 'ticket' | 'qr'
export interface Shown {
  by: By
  value: string
}

/** Magnetic stripes by ISO/IEC 7813: track 1 (`%B…^NAME^…`) and track 2 (`;…=…`); only the number is used. */
const TRACKS = [/^%?[Bb](\d{13,19})\^/, /^;?(\d{13,19})[=D]/]
const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const ID_CHECKS = '10X98765432'

/** GB 11643-1999: the last of 18 characters is the check (MOD 11-2). It tells an ID number from a card of 18 digits. */
function isIdNumber(text: string): boolean {
  if (!/^\d{17}[\dX]$/.test(text)) return false
  const sum = ID_WEIGHTS.reduce((total, weight, index) => total + weight * Number(text[index]), 0)
  return ID_CHECKS[sum % 11] === text[17]
}

export function shownBy(read: string): Shown {
  const text = read.trim()
  for (const track of TRACKS) {
    const number = track.exec(text)?.[1]
    if (number) return { by: 'card', value: number }
  }
  const plain = text.toUpperCase()
  if (isIdNumber(plain)) return { by: 'id_number', value: plain }
  if (/^1[3-9]\d{9}$/.test(plain)) return { by: 'phone', value: plain }
  if (/^\d{6}$/.test(plain)) return { by: 'booking', value: plain }
  if (/^\d{13,19}$/.test(plain)) return { by: 'card', value: plain }
  if (/^[A-Z]\d{3,5}$/.test(plain)) return { by: 'ticket', value: plain }
  return { by: 'qr', value: text }
}

/** With what one can check in: a booking's code, phone number or QR code; nothing else. */
export function checkInBy(shown: Shown): { code: string } | { phone: string } | { qr: string } | null {
  if (shown.by === 'booking') return { code: shown.value }
  if (shown.by === 'phone') return { phone: shown.value }
  return shown.by === 'qr' ? { qr: shown.value } : null
}

/** The QR code of a booking, or a link to one: whoever shows it at the start page wants to check in. */
export const looksLikeBooking = ({ by, value }: Shown): boolean => by === 'qr' && (value.startsWith('tt.b.') || value.includes('/phone/t#'))

/** The QR code by which business begun elsewhere goes on here. */
export const looksLikeJourney = ({ by, value }: Shown): boolean => by === 'qr' && value.includes('/phone/j#')
