import { consoleApp } from '../local/console/app.ts'
import type { Target } from '../local/target.ts'
import { Action } from '../shared/domain/action.ts'
import { AdvisorFallback, Familiarity, Opinion } from '../shared/domain/assessment.ts'
import { BlastRadius } from '../shared/domain/blast-radius.ts'
import { chain } from '../shared/domain/change.ts'
import { Axis, EvidenceGroup, Technique } from '../shared/domain/finding.ts'
import { type Incident, type IncidentSignal, NoticeKind, SignalOrigin } from '../shared/domain/incident.ts'
import { Mode } from '../shared/domain/policy.ts'
import { CreatedKind, IdentityKind, Outcome } from '../shared/domain/signal.ts'
import { memorySealVault } from '../shared/memory/seal-vault.ts'
import { headOf, incidentSubject } from '../shared/record/append.ts'
import { approve } from '../shared/review/approve.ts'
import { review } from '../shared/review/review.ts'
import { ATTACK, embedded } from './embedded.ts'

export const TOKEN = 'a-token-that-nobody-guesses'
export const AUTHORITY = '127.0.0.1:4000'
export const ORIGIN = `http://${AUTHORITY}`

/** Markup that has an effect where it is not escaped: in text, in an attribute with either quote, in a style, as a link. */
export const PAYLOAD = `"'><x-poison onclick=alert(1)></x-poison><img src=x onerror=window.poisoned=1><script>window.poisoned=1</script>\u202e\u0007`

/** The responder in memory with one contained incident, as the console's target. */
export async function consoleWorld(
  parts: { policy?: object; caller?: string; options?: string; events?: readonly object[]; account?: object } = {},
) {
  const account = parts.account === undefined ? {} : { account: parts.account }
  const world = await embedded({ policy: { breaker: { maxUserFraction: 1 }, ...parts.policy }, ...account })
  for (const event of parts.events ?? ATTACK) await world.respond([event])
  const { ports } = world
  const vault = memorySealVault()
  const caller = parts.caller ?? 'local:anna'
  const target: Target = {
    name: 'a test account',
    options: parts.options ?? '',
    caller,
    ...ports,
    vault,
    async review(id, said) {
      const reviewed = await review(id, { ...said, by: target.caller }, ports)
      return { ...reviewed, ...(await ports.incidents.get(id))?.value }
    },
    approve: (id, approval) => approve(id, { ...approval, by: caller }, ports),
    deleteRootKeys: async () => [],
    report: async () => 'evaluated',
    close: async () => {},
  }
  const app = consoleApp({ target, geoIp: ports.geoIp, clock: ports.clock, token: TOKEN, authority: AUTHORITY })
  const [incident] = await ports.incidents.listOpen(1)
  if (incident === undefined) throw new Error('the attack opened no incident')
  const get = (path: string, headers: Record<string, string> = {}) =>
    app.request(`/${TOKEN}${path}`, { headers: { host: AUTHORITY, ...headers } })
  const post = (
    path: string,
    form: Readonly<Record<string, string>> | readonly (readonly [name: string, value: string])[],
    headers: Record<string, string> = {},
  ) =>
    app.request(`/${TOKEN}${path}`, {
      method: 'POST',
      headers: { host: AUTHORITY, origin: ORIGIN, 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(form as Record<string, string> | [string, string][]).toString(),
    })
  /** Gives a verdict as a person does: by the form of the incident's page and, where a page asks once more, by a button of that page. */
  const answer = async (form: Readonly<Record<string, string>> & { readonly kind: string }, pressed = form.kind) => {
    const path = `/incidents/${incident.id}/verdict`
    const first = await post(path, form)
    if (first.status !== 200) return first
    const page = await first.text()
    if (!page.includes(`name="confirms" value="${pressed}"`)) throw new Error(`the page that asks once more has no button for ${pressed}`)
    const hidden = [...page.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g)]
    return post(path, [...hidden.map(([, name = '', value = '']) => [name, unescaped(value)] as const), ['confirms', pressed]])
  }
  return { ...world, target, vault, app, incident, get, post, answer }
}

/** A value of an attribute as a browser reads it. */
function unescaped(text: string): string {
  const characters: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' }
  return text.replace(/&(?:lt|gt|quot|#39|amp);/g, (entity) => characters[entity] ?? entity)
}

/** Fields that the console branches on, dates, and texts of a bounded length. They keep their values: with the payload they would be invalid. */
const KEPT: ReadonlySet<string> = new Set(['state', 'head', 'revision', 'at', 'scenes'])

/** Values of enumerations, which keep their values: an item with another value does not fit its schema and is not read. */
const CLOSED_WORDS: ReadonlySet<string> = new Set([
  ...[IdentityKind, CreatedKind, Outcome, Axis, EvidenceGroup, Familiarity, Action, Mode, NoticeKind, AdvisorFallback].flatMap(
    ({ options }) => options,
  ),
  ...BlastRadius.unwrap().shape.basis.options,
  ...Opinion.unwrap().shape.verdict.options,
  ...SignalOrigin.unwrap().shape.source.options,
  ...[Axis, Familiarity].flatMap(({ options }) => options),
  'answered',
  'fallback',
])

/** A copy of a value with the payload appended to every text in it. */
export function poisoned<T>(value: T): T {
  if (typeof value === 'string') return (CLOSED_WORDS.has(value) || Technique.safeParse(value).success ? value : `${value}${PAYLOAD}`) as T
  if (Array.isArray(value)) return value.map(poisoned) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, KEPT.has(key) ? item : poisoned(item)])) as T
}

/** Stores an incident, its timeline and its chain with the payload in every text. Returns its id. */
export async function plantPoison({ incidents, record }: Pick<Target, 'incidents' | 'record'>, sample: Incident): Promise<string> {
  const id = 'inc-poisoned'
  const [signals, changes] = await Promise.all([incidents.signals(sample.id), record.list(incidentSubject(sample.id))])
  let last = undefined as ReturnType<typeof chain> | undefined
  for (const { at, actor, kind, target, from, to, why } of changes) {
    const draft = { at, ...poisoned({ actor, target, from, to, why }), kind }
    last = chain(incidentSubject(id), headOf(last), draft)
    await record.append(last)
  }
  const incident: Incident = { ...poisoned(sample), id, head: headOf(last) }
  if (!(await incidents.save(incident, 0))) throw new Error('the poisoned incident is there already')
  for (const signal of signals) await incidents.addSignal(id, { ...poisoned<IncidentSignal>(signal), id: `poisoned-${signal.id}` })
  return id
}
