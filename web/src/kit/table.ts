/** A column of a DataTable. */
export interface Column<Row> {
  key: (keyof Row & string) | (string & {})
  title: string
  /** In pixels; the rest of the width is shared. */
  width?: number
  /** Figures stand to the right, in tabular digits. */
  number?: boolean
  sortable?: boolean
  ellipsis?: boolean
  /** What the cell says; the row's own value under `key` where it is not given. */
  text?: (row: Row) => string | number | null | undefined
}
