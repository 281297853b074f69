import { html } from 'hono/html'
import type { Markup } from '../page/document.ts'

/** A part of a page that a person opens. A link to `#id` opens it, because that is inside of it. */
export function fold(
  { id, title, says, isOpen = false }: { readonly id: string; readonly title: string; readonly says?: string; readonly isOpen?: boolean },
  content: Markup | '',
): Markup {
  return html`<details class="part"${isOpen ? html` open` : ''}><summary><h2>${title}</h2>${says === undefined ? '' : html` <span class="faint">${says}</span>`}</summary><div id="${id}">${content}</div></details>
`
}
