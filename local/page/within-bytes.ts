import { html } from 'hono/html'
import { counted } from '../../shared/domain/counted.ts'
import { type Cell, type Column, type Markup, rowOf, table } from './document.ts'

/** The most bytes of a page that is written to a file: it has to open on a phone and go through mail. Held by a test for every page. */
export const PAGE_BYTES = 1_000_000

/** Parts of a page that fit, and how many are left out. */
export interface Within {
  readonly parts: readonly Markup[]
  readonly left: number
}

/** Makes a part of each item, first ones first, as long as all of them have at most `limit` bytes. What is left out is not made. */
export async function withinBytes<T>(
  items: readonly T[],
  limit: number,
  partOf: (item: T, at: number) => Markup | Promise<Markup>,
): Promise<Within> {
  const parts: Markup[] = []
  let bytes = 0
  for (const [at, item] of items.entries()) {
    const part = await partOf(item, at)
    bytes += Buffer.byteLength(String(part))
    if (bytes > limit) return { parts, left: items.length - at }
    parts.push(part)
  }
  return { parts, left: 0 }
}

/** A table of as many rows as have at most `limit` bytes, and how many are left out. */
export async function tableWithin(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  { caption, limit }: { readonly caption: string; readonly limit: number },
): Promise<{ readonly table: Markup; readonly left: number }> {
  const { parts, left } = await withinBytes(rows, limit, (row) => rowOf(columns, row))
  return { table: table(columns, rows.slice(0, parts.length), caption), left }
}

/** That some are left out, and how to get them; nothing where none is. `how` is a command. */
export function leftOut(left: number, what: readonly [one: string, several: string], how: string): Markup | '' {
  if (left === 0) return ''
  return html`<p>${counted(left, `more ${what[0]} is`, `more ${what[1]} are`)} not on this page, to keep it small; <code>${how}</code> has all.</p>`
}
