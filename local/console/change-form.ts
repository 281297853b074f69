import { html } from 'hono/html'
import type { Markup } from '../page/document.ts'
import type { Room } from './frame.ts'

/** A form that changes something; nothing where the console is shared. No other file makes one, which a test holds. */
export function changeForm(
  { isReadOnly }: Pick<Room, 'isReadOnly'>,
  { action, id, isLine = false }: { readonly action: string; readonly id?: string; readonly isLine?: boolean },
  fields: Markup,
): Markup | '' {
  if (isReadOnly) return ''
  return html`<form${id === undefined ? '' : html` id="${id}"`}${isLine ? html` class="line"` : ''} method="post" action="${action}">${fields}</form>`
}
