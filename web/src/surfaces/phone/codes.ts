/** Booking codes are told once; this phone keeps its own. */
const name = (booking: string): string => `tingtang.phone.code.${booking}`

export function keepCode(booking: string, code: string): void {
  try {
    localStorage.setItem(name(booking), code)
  } catch {
    // The message has it too.
  }
}

export function codeOf(booking: string): string {
  try {
    return localStorage.getItem(name(booking)) ?? ''
  } catch {
    return ''
  }
}
