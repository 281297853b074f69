import { readFileSync } from 'node:fs'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { contextStorage } from 'hono/context-storage'
import { secureHeaders } from 'hono/secure-headers'
import type { Incident } from '../../shared/domain/incident.ts'
import { DAY_MS } from '../../shared/domain/time.ts'
import { ResponderError, type UnreadableItem } from '../../shared/errors.ts'
import type { GeoIp } from '../../shared/ports/lookup.ts'
import type { Clock } from '../../shared/ports/runtime.ts'
import type { OnUnreadable } from '../../shared/ports/stores.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { audit } from '../../shared/record/audit.ts'
import { readNotices } from '../../shared/record/orders.ts'
import { readPolicy } from '../../shared/record/policy-in-force.ts'
import { searchRecord } from '../../shared/record/search.ts'
import { explain } from '../../shared/review/explain/explain.ts'
import { expectFeature } from '../commands/baseline.ts'
import { measured } from '../measured.ts'
import { pageText, STYLE } from '../page/document.ts'
import type { Target } from '../target.ts'
import { addDismissRoutes } from './dismiss-routes.ts'
import { errorPage, STATUS } from './error-page.ts'
import { framed, type Page, type Room } from './frame.ts'
import { guard, type Lock } from './guard.ts'
import { HEADERS } from './headers.ts'
import { IDENTITIES, identitiesPage, type KnownIdentity } from './identities-page.ts'
import { ExpectedForm, identityPage, unseenPage } from './identity-page.ts'
import { incidentPage } from './incident-page.ts'
import { LISTED } from './incidents-page.ts'
import { addIncidentsRoute } from './incidents-route.ts'
import { latestSubjects } from './latest-subjects.ts'
import { metricsPage, PERIODS } from './metrics-page.ts'
import { addPatternRoutes } from './pattern-routes.ts'
import { addPolicyRoutes } from './policy-routes.ts'
import { addPulseRoute } from './pulse-route.ts'
import { addReachRoutes, reachOf } from './reach-routes.ts'
import { readForm } from './read-form.ts'
import { readOnlyTarget, withoutChanges } from './read-only.ts'
import { auditPage, chainPage, RecordAsked, recordPage, SEARCH_LIMITS } from './record-page.ts'
import { SAID } from './said-section.ts'
import { type Share, sharedGuard, viewerNow } from './shared-guard.ts'
import { addTeamRoutes } from './team-routes.ts'
import { collected } from './unreadable.ts'
import { addVerdictRoutes } from './verdict-routes.ts'

/** What the console shows: its target, the databases of places, and the clock. */
export interface ConsoleParts {
  readonly target: Target
  readonly geoIp: GeoIp
  readonly clock: Clock
}

/** Who gets in: whoever has the token, or whom proxies name. */
export type Access = Lock | { readonly share: Share }

const PULSE = readFileSync(new URL('pulse.js', import.meta.url), 'utf8')

/** The largest form that is accepted, in bytes: a reason and a few short fields. */
const FORM_LIMIT = 16_384

/** The place of a page that stands nowhere in the bar. */
const NOWHERE = '-'

/** The console as a web application over the ports of a target. Every request needs the token, or comes from a proxy: then nothing can be changed. */
export function consoleApp({ target: given, geoIp, clock, ...access }: ConsoleParts & Access): Hono {
  const isShared = 'share' in access
  const target = isShared ? readOnlyTarget(given) : given
  const room: Room = {
    base: isShared ? '' : `/${access.token}`,
    where: target.name,
    caller: isShared ? 'not known' : target.caller,
    options: target.options,
    isReadOnly: isShared,
    note: target.replayedNote,
  }
  const outside = new Hono({ strict: false })
  outside.use(secureHeaders({ ...HEADERS }), async (context, next) => {
    await next()
    context.header('Cache-Control', 'no-store')
  })
  if (isShared) outside.use(contextStorage(), sharedGuard(access.share))
  else outside.use(guard(access))
  const app = isShared ? withoutChanges(outside.basePath('/')) : outside.basePath(room.base)
  const whole = (page: Page, place: string, unreadable: readonly UnreadableItem[] = []) =>
    pageText(framed(page, { ...room, caller: viewerNow() ?? room.caller }, { place, unreadable }))
  const limited = bodyLimit({
    maxSize: FORM_LIMIT,
    onError: (context) => context.html(whole(errorPage('The form is too large.', room), NOWHERE), 413),
  })

  app.get('/style.css', (context) => context.body(STYLE, 200, { 'Content-Type': 'text/css; charset=utf-8' }))
  app.get('/pulse.js', (context) => context.body(PULSE, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }))
  addPulseRoute(app, target)

  addTeamRoutes(app, { target, room, whole, limited })
  addDismissRoutes(app, { target, room, whole, limited })
  addIncidentsRoute(app, { target, room, whole, limited }, clock)
  app.get('/incidents/:id', async (context) => {
    const id = context.req.param('id')
    const incident = await incidentOf(id, target)
    const { unreadable, onUnreadable } = collected()
    const [signals, changes, notices, { policy }, known, among] = await Promise.all([
      target.incidents.signals(id, onUnreadable),
      target.record.list(incidentSubject(id)),
      readNotices(id, target.record, onUnreadable),
      readPolicy(target.record),
      target.identities.load([incident.identity.id]),
      incident.reports === undefined ? [] : target.incidents.listOpen(LISTED, onUnreadable),
    ])
    const stored = known.get(incident.identity.id)
    if (stored?.unreadable !== undefined) onUnreadable(stored.unreadable)
    const said = isShared ? undefined : SAID.find((one) => one === context.req.query('said'))
    const part = Math.max(0, Math.trunc(Number(context.req.query('part') ?? 0)) || 0)
    const explanation = await explain({ incident, signals, changes }, undefined)
    const baseline = stored?.state?.value.baseline
    const isTurned = context.req.query('part') !== undefined
    const looked = { incident, signals, changes, notices, policy, geoIp, among, said, part, isTurned, explanation, baseline }
    return context.html(whole(incidentPage(looked, room), '', unreadable))
  })
  addVerdictRoutes(app, { target, room, whole, limited })

  app.get('/identities', async (context) => {
    const q = (context.req.query('q') ?? '').slice(0, 200)
    const { unreadable, onUnreadable } = collected()
    const { known, isMore } = await identitiesOf(q, target, onUnreadable)
    return context.html(whole(identitiesPage({ known, q, isMore }, room), '/identities', unreadable))
  })
  app.get('/identities/:id', async (context) => {
    const { unreadable, onUnreadable } = collected()
    const [known] = await knownOf([context.req.param('id')], target, onUnreadable)
    if (unreadable[0] !== undefined) throw unreadable[0]
    const reach = await reachOf(context.req.param('id'), target, onUnreadable)
    if (known === undefined && reach === undefined)
      throw new ResponderError('usage', 'this identity is not known; the list shows those that are')
    const page =
      known === undefined
        ? unseenPage(context.req.param('id'), reach)
        : identityPage(known, { ...room, reach }, !isShared && context.req.query('said') === 'done')
    return context.html(whole(page, '/identities', unreadable))
  })
  app.post('/identities/:id/expected', limited, async (context) => {
    const id = context.req.param('id')
    const { value, reason } = readForm(ExpectedForm, await context.req.parseBody())
    await expectFeature(target, id, value, reason)
    return context.redirect(`${room.base}/identities/${encodeURIComponent(id)}?said=done`, 303)
  })

  addPatternRoutes(app, { target, room, whole, limited })
  addReachRoutes(app, { target, room, whole, limited })
  addPolicyRoutes(app, { target, room, whole, limited }, clock)

  app.get('/record', async (context) => {
    const asked = readForm(RecordAsked, context.req.query())
    const { subject, part } = asked
    if (subject !== undefined)
      return context.html(whole(chainPage({ subject, changes: await target.record.list(subject), part }, room), '/record'))
    const isSearch = asked.q.trim() !== '' || asked.kind !== undefined
    const { unreadable, onUnreadable } = collected()
    const subjects = isSearch ? target.record.subjects() : await latestSubjects(target, onUnreadable)
    const found = await searchRecord({ text: asked.q, kind: asked.kind }, subjects, { record: target.record, limits: SEARCH_LIMITS })
    return context.html(whole(recordPage({ found, asked: isSearch ? asked : undefined }, room), '/record', unreadable))
  })
  app.get('/record/check', async (context) => context.html(whole(auditPage(await audit(target), room), '/record')))

  app.get('/metrics', async (context) => {
    const days = PERIODS.find((one) => String(one) === context.req.query('days')) ?? 30
    const now = clock.now()
    const { unreadable, onUnreadable } = collected()
    const measures = await measured(target, { since: now - days * DAY_MS, until: now + 1 }, onUnreadable)
    return context.html(whole(metricsPage(measures, { days }, room), '/metrics', unreadable))
  })

  outside.notFound((context) => context.html(whole(errorPage('There is no such page.', room), NOWHERE), 404))
  outside.onError((cause, context) => {
    const known = cause instanceof ResponderError ? cause : undefined
    const status = known === undefined ? 500 : (STATUS[known.code] ?? 500)
    // Another error's message may contain text of an attacker, so only its name is shown.
    const text = known === undefined ? `The page could not be made: ${cause.name}. Try again.` : `${known.message} [${known.code}]`
    return context.html(whole(errorPage(text, room), NOWHERE), status)
  })
  return outside
}

async function incidentOf(id: string, { incidents }: Pick<Target, 'incidents'>): Promise<Incident> {
  const stored = await incidents.get(id)
  if (stored === undefined) throw new ResponderError('incident.unknown', 'there is no incident with that id')
  return stored.value
}

async function identitiesOf(
  q: string,
  { identities }: Pick<Target, 'identities'>,
  onUnreadable: OnUnreadable,
): Promise<{ known: KnownIdentity[]; isMore: boolean }> {
  const wanted = q.trim().toLowerCase()
  const ids: string[] = []
  let isMore = false
  for await (const id of identities.ids()) {
    if (!id.toLowerCase().includes(wanted)) continue
    isMore = ids.length === IDENTITIES
    if (isMore) break
    ids.push(id)
  }
  return { known: await knownOf(ids, { identities }, onUnreadable), isMore }
}

async function knownOf(
  ids: readonly string[],
  { identities }: Pick<Target, 'identities'>,
  onUnreadable: OnUnreadable,
): Promise<KnownIdentity[]> {
  return [...(await identities.load(ids)).values()].flatMap(({ state, incidentId, unreadable }) => {
    if (unreadable !== undefined) onUnreadable(unreadable)
    return state === undefined ? [] : [{ identity: state.value.identity, baseline: state.value.baseline, incidentId }]
  })
}
