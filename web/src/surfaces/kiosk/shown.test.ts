import { describe, expect, it } from 'vitest'
import { checkInBy, looksLikeBooking, shownBy } from './shown'

describe('what a reader read', () => {
  it.each([
    ['%B6222020000000003^WANG/XM^2512101?', 'card', '6222020000000003'],
    [';6222020000000003=25121010000012300000?', 'card', '6222020000000003'],
    ['6222020000000003', 'card', '6222020000000003'],
    ['11010519491231002x', 'id_number', '11010519491231002X'],
    ['110105194912310021', 'card', '110105194912310021'],
    ['13800138000', 'phone', '13800138000'],
    ['042917', 'booking', '042917'],
    ['a012', 'ticket', 'A012'],
    [' tt.b.01981234 ', 'qr', 'tt.b.01981234'],
    ['https://hall.example/phone/t#c.Abc', 'qr', 'https://hall.example/phone/t#c.Abc'],
  ])('%s is a %s', (read, by, value) => {
    expect(shownBy(read)).toEqual({ by, value })
  })
  it('checks in with what belongs to a booking only', () => {
    expect(checkInBy(shownBy('042917'))).toEqual({ code: '042917' })
    expect(checkInBy(shownBy('13800138000'))).toEqual({ phone: '13800138000' })
    expect(checkInBy(shownBy('tt.b.x'))).toEqual({ qr: 'tt.b.x' })
    expect(checkInBy(shownBy('6222020000000003'))).toBeNull()
    expect(looksLikeBooking(shownBy('tt.b.x'))).toBe(true)
    expect(looksLikeBooking(shownBy('k1.99.abc'))).toBe(false)
  })
})
