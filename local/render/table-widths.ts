import { displayWidth } from './display-width.ts'
import { widestWord } from './wrap.ts'

/** A column of a table. */
export interface Column {
  /** The heading; a table whose columns have none has no line of headings. */
  readonly name?: string
  /** What it is called where it is left out and its heading would not tell. */
  readonly called?: string
  /** How cells stand on a terminal. */
  readonly align?: 'right'
  /** True where cells are folded at words; others, such as ids, times and commands, stay in one piece. */
  readonly isText?: true
  /** What it is worth where not every column fits: the least is left out first. One without is never left out. */
  readonly worth?: number
  /** The least width (cells) to which text is folded. */
  readonly least?: number
}

/** Spaces between two columns. */
export const GAP = 2

/** A column is folded to no less, unless it says so itself. */
const LEAST = 16

/** A word that is wider does not widen its column: it has a line of its own. */
const WIDEST_WORD = 28

/** A column that is shown: its place among the cells of a row, its width, and whether its cells stand below the row. */
export interface Placed {
  readonly column: Column
  readonly at: number
  readonly width: number
  readonly isBelow: boolean
}

interface Sized {
  readonly column: Column
  readonly at: number
  readonly natural: number
  readonly least: number
}

/** Which columns are shown in `room` cells and how wide: text is folded first, then columns are left out by worth, then the last stand below. */
export function fitColumns(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  room: number,
): { placed: readonly Placed[]; leftOut: readonly Column[] } {
  let shown = columns.map((column, at) => sized(column, { at, cells: rows.map((row) => row[at] ?? '') }))
  const leftOut = new Set<Column>()
  while (sum(shown.map(({ least }) => least)) > room) {
    const worst = leastWorthy(shown)
    if (worst === undefined) break
    leftOut.add(worst.column)
    shown = shown.filter((one) => one !== worst)
  }
  let beside = shown.length
  while (beside > 1 && sum(shown.slice(0, beside).map(({ least }) => least)) > room) beside -= 1
  const widths = shrunk(shown.slice(0, beside), room)
  return {
    placed: shown.map(({ column, at, natural }, index) => ({
      column,
      at,
      // A cell that is wider than the terminal widens no other.
      width: Math.min(room, widths[index] ?? natural),
      isBelow: index >= beside,
    })),
    leftOut: columns.filter((column) => leftOut.has(column)),
  }
}

function sized(column: Column, { at, cells }: { at: number; cells: readonly string[] }): Sized {
  const name = displayWidth(column.name ?? '')
  const natural = widestOf(cells.map(displayWidth), name)
  if (column.isText !== true) return { column, at, natural, least: natural }
  const word = Math.min(WIDEST_WORD, widestOf(cells.map(widestWord)))
  return { column, at, natural, least: Math.min(natural, Math.max(name, word, column.least ?? LEAST)) }
}

/** Of those that may be left out the one of the least worth; of equal ones the last. Empty columns are no use to leave out. */
function leastWorthy(shown: readonly Sized[]): Sized | undefined {
  return shown
    .filter(({ column }) => column.worth !== undefined)
    .reduce<Sized | undefined>(
      (least, one) => ((one.column.worth ?? 0) <= (least?.column.worth ?? Number.POSITIVE_INFINITY) ? one : least),
      undefined,
    )
}

/** The widths: the widest text gives way first, and none goes below its least. */
function shrunk(shown: readonly Sized[], room: number): number[] {
  const widths = shown.map(({ natural }) => natural)
  for (let over = sum(widths) - room; over > 0; ) {
    const roomy = shown.map((_, at) => at).filter((at) => (widths[at] ?? 0) > (shown[at]?.least ?? 0))
    if (roomy.length === 0) break
    const widest = roomy.reduce((one, other) => ((widths[other] ?? 0) >= (widths[one] ?? 0) ? other : one))
    // It gives way to the next widest at once, so that a text of thousands of characters takes few turns.
    const next = Math.max(0, ...roomy.filter((at) => at !== widest).map((at) => widths[at] ?? 0))
    const wide = widths[widest] ?? 0
    const to = Math.max(shown[widest]?.least ?? 0, wide - over, Math.min(next, wide - 1))
    widths[widest] = to
    over -= wide - to
  }
  return widths
}

/** A table may have more rows than a call may have arguments. */
function widestOf(widths: readonly number[], least = 0): number {
  return widths.reduce((one, other) => Math.max(one, other), least)
}

function sum(widths: readonly number[]): number {
  return widths.reduce((all, one) => all + one, 0) + GAP * Math.max(0, widths.length - 1)
}
