import { displayWidth } from './display-width.ts'
import { columns } from './style.ts'
import { type Column, fitColumns, GAP, type Placed } from './table-widths.ts'
import { wrapText, wrapWords } from './wrap.ts'

export type { Column } from './table-widths.ts'

/** Where a table is printed. `width`: that of the terminal; without one each row is one line, and nothing is left out. */
export interface TablePlace {
  readonly width: number | undefined
  /** Spaces before each line. */
  readonly indent?: number
  /** What shows the columns that are left out. */
  readonly shownBy?: string
}

/** A table as lines: of the headings, of each row, and of what is left out. */
export interface Laid {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly note: readonly string[]
}

/** Spaces before a cell that has lines of its own below its row. */
const BELOW = 4

/** A table as text. */
export function table(declared: readonly Column[], rows: readonly (readonly string[])[], place: TablePlace): string {
  const { head, rows: laid, note } = layTable(declared, rows, place)
  return [...head, ...laid.flat(), ...note].join('\n')
}

/** The same in lines, for whoever prints something between them. */
export function layTable(declared: readonly Column[], rows: readonly (readonly string[])[], place: TablePlace): Laid {
  const { width, indent = 0, shownBy = '--json' } = place
  const names = declared.map(({ name = '' }) => name)
  const isHeaded = names.some((name) => name !== '')
  const indented = (line: string) => ' '.repeat(indent) + line
  if (width === undefined) {
    const lines = columns(isHeaded ? [names, ...rows] : rows)
      .split('\n')
      .map(indented)
    const [first = '', ...others] = lines
    return isHeaded
      ? { head: [first], rows: others.map((line) => [line]), note: [] }
      : { head: [], rows: lines.map((line) => [line]), note: [] }
  }
  const room = width - indent
  const { placed, leftOut } = fitColumns(declared, rows, room)
  const lay = (cells: readonly string[]) => layRow(cells, placed, room).map(indented)
  const missing = leftOut.map(({ name = '', called = name }) => called).join(', ')
  const left = `Left out: ${missing}. A wider terminal or ${shownBy} shows ${leftOut.length === 1 ? 'it' : 'them'}.`
  return {
    head: isHeaded ? [indented(layHead(placed))] : [],
    rows: rows.map(lay),
    note: leftOut.length === 0 ? [] : wrapText(indented(left), width).split('\n'),
  }
}

function layHead(placed: readonly Placed[]): string {
  const beside = placed.filter(({ isBelow }) => !isBelow)
  return beside
    .map(({ column, width }) => pad(column.name ?? '', width, column))
    .join(' '.repeat(GAP))
    .trimEnd()
}

/** A row: its cells beside each other, each folded in its column, and what has no room there on lines of its own. */
function layRow(cells: readonly string[], placed: readonly Placed[], room: number): string[] {
  const parts = placed.map((one, at) => {
    const text = cells[one.at] ?? ''
    const lines = one.column.isText === true ? wrapWords(text, one.width) : [text.trimEnd()]
    const isOut = one.isBelow || lines.some((line) => displayWidth(line) > one.width)
    return { ...one, text, lines: isOut ? [] : lines, isAbove: isOut && at === 0, isOut }
  })
  const beside = parts.filter(({ isBelow }) => !isBelow)
  const height = Math.max(0, ...beside.map(({ lines }) => lines.length))
  const grid = Array.from({ length: height }, (_, line) =>
    beside
      .map(({ lines, width, column }) => pad(lines[line] ?? '', width, column))
      .join(' '.repeat(GAP))
      .trimEnd(),
  ).filter((line) => line !== '')
  const above = parts.filter(({ isAbove }) => isAbove).flatMap(({ text, column }) => linesOf(text, column, room))
  const below = packed(
    parts.filter(({ isOut, isAbove, text }) => isOut && !isAbove && text !== '').map((part) => ownLines(part, room - BELOW)),
    room - BELOW,
  )
  const lines = [...above, ...grid, ...below.map((line) => ' '.repeat(BELOW) + line)]
  return lines.length === 0 ? [''] : lines
}

/** The lines of a cell below its row, after the name of its column. */
function ownLines({ text, column }: { text: string; column: Column }, room: number): string[] {
  const named = column.name === undefined || column.name === '' ? text : `${column.name}: ${text}`
  const isWhole = column.isText !== true && displayWidth(named) > room
  return isWhole && named !== text ? [`${column.name}:`, text.trimEnd()] : linesOf(named, column, room)
}

/** Cells below a row: those that have one line each stand beside each other where they fit. */
function packed(cells: readonly (readonly string[])[], room: number): string[] {
  const lines: string[] = []
  for (const cell of cells) {
    const joined = `${lines.at(-1) ?? ''}${' '.repeat(GAP)}${cell[0] ?? ''}`
    if (lines.length > 0 && cell.length === 1 && displayWidth(joined) <= room) lines[lines.length - 1] = joined
    else lines.push(...cell)
  }
  return lines
}

function linesOf(text: string, { isText }: Column, room: number): string[] {
  return isText === true ? wrapWords(text, room) : [text.trimEnd()]
}

function pad(text: string, width: number, { align }: Column): string {
  const spaces = ' '.repeat(Math.max(0, width - displayWidth(text)))
  return align === 'right' ? spaces + text : text + spaces
}
