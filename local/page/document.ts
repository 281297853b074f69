import { readFileSync } from 'node:fs'
import { html, raw } from 'hono/html'
import { printable } from '../../shared/record/notice.ts'

/** HTML in which every value was escaped by the tag `html`. */
export type Markup = ReturnType<typeof html>

export const STYLE = readFileSync(new URL('style.css', import.meta.url), 'utf8')

/** A text of others for a page: clipped, without characters that nobody sees. `html` escapes it. */
export function shown(value: unknown, limit = 200): string {
  return printable(String(value), limit)
}

/** A whole page as text. Whatever its parts let through, it holds no character that nobody sees, and none that turns text around. */
export async function pageText(page: Markup): Promise<string> {
  return String(await page).replace(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '·')
}

/** A page that stands alone in a file: its style in it, no scripts, nothing fetched. */
export async function standAlone(title: string, body: Markup): Promise<string> {
  const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
  return pageText(
    html`<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${raw(STYLE)}</style></head><body><main>${body}</main></body></html>`,
  )
}

/** A cell: plain text, or what `html` made. */
export type Cell = Markup | string | number

export interface Column {
  readonly name: string
  /** Numbers stand on the right, times are not broken, wide ones get room. */
  readonly kind?: 'number' | 'time' | 'wide'
}

/** A table that becomes cards on a phone. Texts of others have to be `shown` before. */
export function table(columns: readonly Column[], rows: readonly (readonly Cell[])[], caption?: string): Markup {
  return html`<div class="frame" tabindex="0" role="region" aria-label="${caption ?? columns.map(({ name }) => name).join(', ')}"><table class="cards">${caption === undefined ? '' : html`<caption>${caption}</caption>`}
<thead><tr>${columns.map(({ name, kind }) => html`<th scope="col" class="${kind ?? ''}">${name}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell, at) => html`<td class="${columns[at]?.kind ?? ''} ${cell === '' ? 'none' : ''}" data-label="${columns[at]?.name ?? ''}"><div>${cell}</div></td>`)}</tr>`)}</tbody></table></div>`
}

/** Figures that are read first: a name, a value, and what it rests on. */
export function figures(all: readonly (readonly [name: string, value: string | number, basis?: string])[]): Markup {
  return html`<dl class="figures">${all.map(
    ([name, value, basis]) => html`<div><dt>${name}</dt><dd>${value}${basis === undefined ? '' : html`<small>${basis}</small>`}</dd></div>`,
  )}</dl>`
}
