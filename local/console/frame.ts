import { html } from 'hono/html'
import type { Incident, IncidentState } from '../../shared/domain/incident.ts'
import type { UnreadableItem } from '../../shared/errors.ts'
import { type Markup, shown } from '../page/document.ts'
import { typedLine } from './typed-line.ts'

/** What every page of the console needs: where it is served, of which account, for whom. */
export interface Room {
  /** The path before every other, `/TOKEN`; empty where the console is shared. */
  readonly base: string
  /** The name of the account that is shown. */
  readonly where: string
  /** The person who gives verdicts here, as the record names them; where the console is shared, who looks. */
  readonly caller: string
  /** True where nothing can be changed: the console is shared. */
  readonly isReadOnly: boolean
  /** The options by which the command line finds the same account. */
  readonly options: string
  /** What stands on every page where the account is a replayed log. */
  readonly note?: string | undefined
}

/** A page without its frame. */
export interface Page {
  readonly title: string
  readonly body: Markup
  /** How the page asks whether what it shows has changed: the path, and the stamp of what it shows. */
  readonly pulse?: { readonly path: string; readonly stamp: string }
}

export interface Framing {
  readonly place: string
  readonly unreadable: readonly UnreadableItem[]
}

const SECTIONS = [
  ['', 'Incidents'],
  ['/identities', 'Identities'],
  ['/reach', 'Reach'],
  ['/patterns', 'Accepted'],
  ['/policy', 'Policy'],
  ['/sources', 'Sources'],
  ['/record', 'Record'],
  ['/metrics', 'Metrics'],
] as const

/** A page of the console, whole. `unreadable`: what would stand on it and cannot be read. */
export function framed({ title, body, pulse }: Page, room: Room, { place, unreadable }: Framing): Markup {
  const { base, where, caller, isReadOnly, note } = room
  const pulsed = pulse === undefined ? '' : html` data-pulse="${base}${pulse.path}" data-stamp="${pulse.stamp}"`
  return html`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Countersign</title><link rel="icon" href="data:,"><link rel="stylesheet" href="${base}/style.css">
<script src="${base}/pulse.js" defer></script></head><body${pulsed}>
<a class="skip" href="#main">Skip to the content</a>
<header><div class="bar"><a class="name" href="${base}/">Countersign</a>
<nav aria-label="Pages">${SECTIONS.map(
    ([path, name]) => html`<a href="${base}${path === '' ? '/' : path}"${path === place ? html` aria-current="page"` : ''}>${name}</a>`,
  )}</nav><span class="where">${shown(where, 120)} · you are ${shown(caller, 120)}${isReadOnly ? ' · read-only' : ''}</span></div></header>
<main id="main" tabindex="-1"><p id="pulse" class="note ask" role="status" hidden></p>
<h1>${title}</h1>${note === undefined ? '' : html`<p class="note ask">${note}</p>`}${unreadable.map(({ message }) => html`<p class="note bad" role="alert">${typedLine(message, room, 300)}</p>`)}${body}</main></body></html>`
}

const COLOURS: Readonly<Record<IncidentState, 'bad' | 'ask' | 'good' | ''>> = {
  watching: '',
  asking: 'ask',
  restricting: 'ask',
  restricted: 'ask',
  containing: 'bad',
  contained: 'bad',
  releasing: 'ask',
  rotating: 'ask',
  released: 'good',
  confirmed: '',
  expired: '',
}

/** The state of an incident as a word with a colour; `text` is the word, where it is another than that of the state. */
export function stateBadge({ state }: Pick<Incident, 'state'>, text: string = state): Markup {
  return html`<span class="badge ${COLOURS[state]}">${text}</span>`
}

/** A link to an incident. */
export function incidentLink(base: string, id: string, text = id): Markup {
  return html`<a class="id" href="${base}/incidents/${encodeURIComponent(id)}">${shown(text, 64)}</a>`
}

/** A link to an identity, by its name. */
export function identityLink(base: string, identity: { readonly id: string; readonly name: string }): Markup {
  return html`<a href="${base}/identities/${encodeURIComponent(identity.id)}">${shown(identity.name, 64)}</a>`
}

/** A link to a chain of the record. */
export function chainLink(base: string, subject: string): Markup {
  return html`<a class="id" href="${base}/record?subject=${encodeURIComponent(subject)}">${shown(subject, 120)}</a>`
}
