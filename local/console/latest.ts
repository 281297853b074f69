import { html } from 'hono/html'
import { type Markup, shown } from '../page/document.ts'

/** The last items of a list, so that no number of them makes a page too large to open, and what is said where there are more. */
export function latest<T>(
  all: readonly T[],
  { most, of, command }: { readonly most: number; readonly of: string; readonly command: string },
): { readonly items: readonly T[]; readonly note: Markup | '' } {
  if (all.length <= most) return { items: all, note: '' }
  return {
    items: all.slice(-most),
    note: html`<p>The latest ${most} of ${all.length} ${of}; <code>${shown(command, 300)}</code> has all.</p>`,
  }
}
