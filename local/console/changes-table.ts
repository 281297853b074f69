import { html } from 'hono/html'
import type { Change } from '../../shared/domain/change.ts'
import { isOrderChain } from '../../shared/record/orders.ts'
import { commandOn } from '../command-name.ts'
import { type Markup, shown, table } from '../page/document.ts'
import { brief, whyOf } from '../render/changes.ts'
import { chainLink, type Room } from './frame.ts'

/** The most characters of a value that are shown. The inline policies of a role have at most 10,240. */
const VALUE_LIMIT = 12_000

/**
 * The most bytes of values that a table shows in full, as HTML: policies of 10 KB fill a page otherwise. Of older entries there is the short form.
 */
const VALUES_LIMIT = 300_000

/**
 * A table of entries of the record, with the values before and after. `isMixed`: of several chains, the latest first, so the chain is shown too; otherwise
 * oldest first.
 */
export function changesTable(
  changes: readonly Change[],
  room: Pick<Room, 'base' | 'options'>,
  { isMixed, caption }: { isMixed: boolean; caption: string },
): Markup {
  const columns = [
    ...(isMixed ? [] : [{ name: '#', kind: 'number' as const }]),
    { name: 'At (UTC)', kind: 'time' as const },
    { name: 'What', kind: 'wide' as const },
    { name: 'Before → after', kind: 'wide' as const },
    { name: 'Who and why', kind: 'wide' as const },
    ...(isMixed ? [{ name: 'Chain, entry', kind: 'wide' as const }] : []),
  ]
  const inFull = shownInFull(isMixed ? changes : changes.toReversed())
  const rows = changes.map((change) => rowOf(change, { base: room.base, isMixed, isInFull: inFull.has(change) }))
  const left = changes.filter((change) => !inFull.has(change)).length
  const note =
    left === 0
      ? ''
      : html`<p>Values of ${left} older ${left === 1 ? 'entry' : 'entries'} are shown in short; <code>${shown(commandOn(room, 'changes export'), 300)}</code> has them in full.</p>`
  return html`${table(columns, rows, caption)}${note}`
}

function rowOf(
  { subject, number, at, kind, target, from, to, actor, why }: Change,
  { base, isMixed, isInFull }: { readonly base: string; readonly isMixed: boolean; readonly isInFull: boolean },
) {
  return [
    ...(isMixed ? [] : [numberOf({ subject, number, kind }, base)]),
    `${shown(at, 30).slice(0, 10)} ${shown(at, 30).slice(11, 23)}`,
    html`<strong>${kind}</strong> <span class="id">${shown(target, 160)}</span>`,
    beforeAfter({ from, to, target }, isInFull),
    html`${shown(actor, 120)}: ${shown(whyOf({ kind, why }), 300)}`,
    ...(isMixed ? [html`${chainLink(base, subject)}, ${number}`] : []),
  ]
}

/** The entries whose values fit, from the first on. */
function shownInFull(changes: readonly Change[]): ReadonlySet<Change> {
  let left = VALUES_LIMIT
  return new Set(
    changes.filter(({ from, to }) => {
      if (isShort(from) && isShort(to)) return true
      left -= bytesOf(whole(from)) + bytesOf(whole(to))
      return left >= 0
    }),
  )
}

/** As HTML has it, in which a quote takes six bytes. */
function bytesOf(text: string): number {
  return Buffer.byteLength(text.replace(/[&<>"']/g, '&quot;'))
}

/** The number of an entry. A notice among the entries of an incident is of another chain, where it has its number. */
function numberOf({ subject, number, kind }: Pick<Change, 'subject' | 'number' | 'kind'>, base: string): Markup | number {
  return kind === 'notice' && isOrderChain(subject)
    ? html`<a href="${base}/record?subject=${encodeURIComponent(subject)}">told</a>`
    : number
}

/** A short form of both values; a click shows them in full, where there is room. */
function beforeAfter({ from, to, target }: Pick<Change, 'from' | 'to' | 'target'>, isInFull: boolean): Markup {
  const [before, after] = [from, to].map((value) => brief(value, target))
  if (!isInFull || (isShort(from) && isShort(to))) return html`${before} → ${after}`
  return html`<details><summary>${before} → ${after}</summary><h4>Before</h4><pre>${whole(from)}</pre><h4>After</h4><pre>${whole(to)}</pre></details>`
}

function isShort(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === 'string' && value.length <= 40)
}

/** A value as indented text. Policies are stored as JSON text, which is parsed first. */
function whole(value: unknown): string {
  if (value === null || value === undefined) return 'absent'
  const text = typeof value === 'string' ? (pretty(value) ?? value) : JSON.stringify(value, undefined, 2)
  return text
    .split('\n')
    .map((line) => shown(line, 1000))
    .join('\n')
    .slice(0, VALUE_LIMIT)
}

function pretty(text: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2)
  } catch {
    // The value is not JSON but a plain word such as Active.
    return undefined
  }
}
