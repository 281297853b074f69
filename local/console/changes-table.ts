import { html } from 'hono/html'
import type { Change } from '../../shared/domain/change.ts'
import { isOrderChain } from '../../shared/record/orders.ts'
import { type Markup, shown, table } from '../page/document.ts'
import { brief, whyOf } from '../render/changes.ts'
import { chainLink } from './frame.ts'

/** The most characters of a value that are shown. The inline policies of a role have at most 10,240. */
const VALUE_LIMIT = 12_000

/** A table of entries of the record, with the values before and after. `isMixed`: of several chains, so the chain is shown too. */
export function changesTable(
  changes: readonly Change[],
  base: string,
  { isMixed, caption }: { isMixed: boolean; caption: string },
): Markup {
  const columns = [
    ...(isMixed ? [] : [{ name: '#', kind: 'number' as const }]),
    { name: 'At (UTC)', kind: 'time' as const },
    { name: 'What', kind: 'wide' as const },
    { name: 'Before → after', kind: 'wide' as const },
    { name: 'Who and why', kind: 'wide' as const },
    ...(isMixed ? [{ name: 'Chain, entry' }] : []),
  ]
  const rows = changes.map(({ subject, number, at, kind, target, from, to, actor, why }) => [
    ...(isMixed ? [] : [numberOf({ subject, number, kind }, base)]),
    `${shown(at, 30).slice(0, 10)} ${shown(at, 30).slice(11, 23)}`,
    html`<strong>${kind}</strong> <span class="id">${shown(target, 160)}</span>`,
    beforeAfter({ from, to, target }),
    html`${shown(actor, 120)}: ${shown(whyOf({ kind, why }), 300)}`,
    ...(isMixed ? [html`${chainLink(base, subject)}, ${number}`] : []),
  ])
  return table(columns, rows, caption)
}

/** The number of an entry. A notice among the entries of an incident is of another chain, where it has its number. */
function numberOf({ subject, number, kind }: Pick<Change, 'subject' | 'number' | 'kind'>, base: string): Markup | number {
  return kind === 'notice' && isOrderChain(subject)
    ? html`<a href="${base}/record?subject=${encodeURIComponent(subject)}">told</a>`
    : number
}

/** A short form of both values; a click shows them in full. */
function beforeAfter({ from, to, target }: Pick<Change, 'from' | 'to' | 'target'>): Markup {
  const [before, after] = [from, to].map((value) => brief(value, target))
  if (isShort(from) && isShort(to)) return html`${before} → ${after}`
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
