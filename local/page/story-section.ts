import { html } from 'hono/html'
import { plainText } from '../../shared/domain/story/said.ts'
import { type StoryInput, storyOf } from '../../shared/domain/story/story.ts'
import { type Markup, shown } from './document.ts'

/** The most characters of a sentence. */
const SENTENCE = 1000

/** How an incident stands on a page: its state in a word, sentences that follow its story, and what stands behind a line that opens. */
export interface StoryParts {
  readonly badge: string
  readonly after?: readonly string[]
  readonly rest: Markup
}

/** One incident: what happened in plain words first, ids and tables behind a line that opens. */
export function storySection(known: StoryInput, { badge, after = [], rest }: StoryParts): Markup {
  const { headline, sentences } = storyOf(known)
  const lines = [...sentences.map(({ parts }) => plainText(parts)), ...after.map((line) => line.charAt(0).toUpperCase() + line.slice(1))]
  return html`<section class="incident" id="${shown(known.incident.id, 64)}"><h3>${headlineText(headline)} <span class="badge">${badge}</span></h3>
<ul class="story">${lines.map((line) => html`<li>${shown(line, SENTENCE)}</li>`)}</ul><details><summary>Why, and everything else of it</summary>${rest}</details></section>`
}

/** The headline of a story as text for a page. */
export function headlineText(parts: Parameters<typeof plainText>[0]): string {
  return shown(plainText(parts), 300)
}
