import { html } from 'hono/html'
import { shown } from '../page/document.ts'
import type { Page } from './frame.ts'

/** The page that says what went wrong. */
export function errorPage(text: string): Page {
  return {
    title: 'That did not work',
    body: html`<p class="note bad" role="alert">${shown(text, 600)}</p><p>Go back, or look at the open incidents.</p>`,
  }
}
