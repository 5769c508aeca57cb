/** A column of a DataTable. */
export interface Column<Row> {
  key: (keyof Row & string) | (string & {})
  title: string
  /** A CSS width; the rest of the table is shared. */
  width?: string
  /** Figures stand to the right, in tabular digits. */
  number?: boolean
  sortable?: boolean
  /** One line, cut where it does not fit. */
  ellipsis?: boolean
  /** What the cell says; the row's own value under `key` where it is not given. */
  text?: (row: Row) => string | number | null | undefined
  /** What the rows are ordered by, where that is not what the cell says. */
  sortBy?: (row: Row) => string | number | null | undefined
}

/** The order after one more press on a column's head: rising, falling, none. */
export function nextOrder(order: string, key: string): string {
  if (order === key) return `-${key}`
  return order === `-${key}` ? '' : key
}

const CHINESE_FIRST = new Intl.Collator(['zh-CN', 'en'], { numeric: true })

/** The rows in `order` (`key` or `-key`); numbers by size, words as a Chinese reader expects, gaps last. */
export function orderRows<Row extends object>(rows: readonly Row[], columns: readonly Column<Row>[], order: string): readonly Row[] {
  const isFalling = order.startsWith('-')
  const column = columns.find(({ key }) => key === (isFalling ? order.slice(1) : order))
  if (!column) return rows
  const valueOf = column.sortBy ?? column.text ?? ((row: Row) => row[column.key as keyof Row] as string | number | null | undefined)
  const sign = isFalling ? -1 : 1
  return [...rows].sort((one, other) => {
    const a = valueOf(one)
    const b = valueOf(other)
    if (a === null || a === undefined) return b === null || b === undefined ? 0 : 1
    if (b === null || b === undefined) return -1
    if (typeof a === 'number' && typeof b === 'number') return sign * (a - b)
    return sign * CHINESE_FIRST.compare(String(a), String(b))
  })
}
