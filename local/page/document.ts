import { readFileSync } from 'node:fs'
import { html, raw } from 'hono/html'
import { printable } from '../../shared/domain/printable.ts'

/** HTML in which every value was escaped by the tag `html`. */
export type Markup = ReturnType<typeof html>

/** The style sheet of every page. */
export const STYLE = readFileSync(new URL('style.css', import.meta.url), 'utf8')

/** A text from events for a page: clipped, without invisible characters. `html` escapes it. */
export function shown(value: unknown, limit = 200): string {
  return printable(String(value), limit)
}

/** A whole page as text, without invisible or bidirectional control characters, whatever its parts contain. */
export async function pageText(page: Markup): Promise<string> {
  return String(await page).replace(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '·')
}

/** A self-contained page for a file: with its style, without scripts, loading nothing. */
export async function standAlone(title: string, body: Markup): Promise<string> {
  const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
  return pageText(
    html`<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${raw(STYLE)}</style></head><body><main>${body}</main></body></html>`,
  )
}

/** A cell of a table: plain text, or markup by `html`. */
export type Cell = Markup | string | number

/** A column of a table. */
export interface Column {
  readonly name: string
  /** `number`: aligned right. `time` and `word`: not wrapped. `wide`: gets the free width. */
  readonly kind?: 'number' | 'time' | 'word' | 'wide'
}

/** A table that becomes cards on a phone. Pass text from events through `shown` first. */
export function table(columns: readonly Column[], rows: readonly (readonly Cell[])[], caption?: string): Markup {
  return html`<div class="frame" tabindex="0" role="region" aria-label="${caption ?? columns.map(({ name }) => name).join(', ')}"><table class="cards">${caption === undefined ? '' : html`<caption>${caption}</caption>`}
<thead><tr>${columns.map(({ name, kind }) => html`<th scope="col" class="${kind ?? ''}">${name}</th>`)}</tr></thead>
<tbody>${rows.map((row) => rowOf(columns, row))}</tbody></table></div>`
}

/** A row of such a table. */
export function rowOf(columns: readonly Column[], row: readonly Cell[]): Markup {
  return html`<tr>${row.map((cell, at) => html`<td class="${columns[at]?.kind ?? ''} ${cell === '' ? 'none' : ''}" data-label="${columns[at]?.name ?? ''}"><div>${cell}</div></td>`)}</tr>`
}

/** What a page says in figures, to be read first: what, how many, and what that rests on. */
export function atAGlance(rows: readonly (readonly [what: string, count: string | number, basis?: string])[]): Markup {
  return html`<section aria-labelledby="glance"><h2 id="glance">At a glance</h2><table class="glance"><tbody>${rows.map(
    ([what, count, basis = '']) =>
      html`<tr><th scope="row">${what}</th><td><strong>${count}</strong></td><td class="faint">${basis}</td></tr>`,
  )}</tbody></table></section>`
}

/** The main figures of a page: a name, a value, and what it is based on. */
export function figures(all: readonly (readonly [name: string, value: string | number, basis?: string])[]): Markup {
  return html`<dl class="figures">${all.map(
    ([name, value, basis]) => html`<div><dt>${name}</dt><dd>${value}${basis === undefined ? '' : html`<small>${basis}</small>`}</dd></div>`,
  )}</dl>`
}
