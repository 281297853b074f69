import { createHash } from 'node:crypto'
import { type GitlabAuthentication, ReportParty } from '../../domain/report-party.ts'
import type { AlertInvoker, DeliveryLog, ReportBus } from '../../ports/intake.ts'
import type { Notifier } from '../../ports/notices.ts'
import type { Clock, Log } from '../../ports/runtime.ts'
import { falco } from './falco.ts'
import { gitguardian } from './gitguardian.ts'
import { github, placeOf } from './github.ts'
import { gitlab } from './gitlab.ts'
import { jira } from './jira.ts'
import { linear } from './linear.ts'
import type { Delivery, Party, Reading } from './party.ts'
import { SIFT_LIMIT } from './sift.ts'
import { signedForm } from './signed-form.ts'
import { unnamedNotice } from './unnamed-notice.ts'

/** The largest body that is taken, in bytes. An alert has some kilobytes, an issue with its comments some hundred. */
export const BODY_LIMIT = 2 ** 20

/** So long a delivery is remembered. A signature with a time is worth nothing after five minutes, and one without is worth something for good. */
const REMEMBERED_SECONDS = 90 * 24 * 3600

/** A request as it came. `party`: the last part of its route; `body`: text, or base64 as the flag says. */
export interface ReportRequest {
  readonly party: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
  readonly isBase64: boolean
}

export interface IntakePorts {
  /** The secrets of a party: one, or two while one replaces the other. Undefined where the stack does not take its reports. */
  secretsOf(party: ReportParty): Promise<readonly string[] | undefined>
  readonly gitlabAuthentication: GitlabAuthentication
  readonly deliveries: DeliveryLog
  readonly bus: ReportBus
  /** Undefined where no App of GitHub is set up. */
  readonly alerts: AlertInvoker | undefined
  readonly notifier: Notifier
  readonly clock: Clock
  readonly log: Log
}

/** The answer: a status without a body, so that who is not the party learns nothing. */
export type Answer = { readonly status: 200 | 400 | 401 | 404 | 413 | 503 }

/**
 * Handles a request of a party: proves whose it is before anything in it is parsed, reads which credentials it reports, and hands that on. What is handed on
 * holds no secret, and neither does the log.
 *
 * A delivery counts once, however often somebody sends it: it is remembered by the hash of what is signed, since a signature covers no other id. Throws where
 * it could not be handed on; the party sees an error then, and the same delivery is taken again.
 */
export async function receive(request: ReportRequest, ports: IntakePorts): Promise<Answer> {
  const { log, clock } = ports
  const known = ReportParty.safeParse(request.party)
  if (!known.success) return { status: 404 }
  const party = known.data
  const refuse = (status: 400 | 401 | 413, reason: string): Answer => {
    log.warn('webhook.refused', { party, reason })
    return { status }
  }
  const read = textOf(request)
  if (typeof read !== 'string') return refuse(read.status, read.reason)
  const secrets = await ports.secretsOf(party)
  if (secrets === undefined) return { status: 404 }
  const delivery: Delivery = { headers: request.headers, text: read }
  const now = clock.now()
  const one = partyOf(party, ports)
  if (!(await one.isAuthentic(delivery, { secrets, now }))) return refuse(401, 'not authentic')
  const reading = read === '' ? undefined : parsed(read, (body) => one.read(body, { headers: delivery.headers, now }))
  if (reading === undefined || reading.kind === 'unreadable') {
    // The party found something, and nobody knows what.
    log.warn('webhook.unreadable', { party })
    return { status: 400 }
  }
  if (reading.kind === 'ignored') {
    log.info('webhook.ignored', { party, event: nameOf(reading.event) })
    return { status: 200 }
  }
  if (reading.kind === 'reports' && reading.reports.length === 0) return { status: 200 }
  return handOn(reading, { party, id: hashOf(read), now, forgetAt: Math.floor(now / 1000) + REMEMBERED_SECONDS }, ports)
}

type Taken = Exclude<Reading, { readonly kind: 'unreadable' | 'ignored' }>

async function handOn(reading: Taken, claim: Parameters<DeliveryLog['claim']>[0], ports: IntakePorts): Promise<Answer> {
  const { deliveries, log } = ports
  const { party } = claim
  const state = await deliveries.claim(claim)
  if (state === 'busy') return { status: 503 }
  if (state === 'done') {
    log.warn('webhook.replayed', { party })
    return { status: 200 }
  }
  if (reading.kind === 'reports') {
    await ports.bus.put(reading.reports)
    if (reading.unnamed !== undefined) await ports.notifier.notify(unnamedNotice(reading.unnamed))
  } else if (reading.kind === 'unnamed') await ports.notifier.notify(unnamedNotice(reading.unnamed))
  else if (ports.alerts !== undefined) await ports.alerts.fetchAlert(reading.alert)
  else {
    const what = 'GitHub found a credential of AWS, and the stack has no App by which to read which'
    await ports.notifier.notify(unnamedNotice({ what, place: placeOf(reading.alert), url: reading.url }))
  }
  await deliveries.settle(claim)
  // There may be more ids in the text than are read of one.
  if (reading.kind === 'reports' && reading.reports.length >= SIFT_LIMIT) log.warn('webhook.read-in-part', { party })
  log.info('webhook.taken', { party, kind: reading.kind, ...(reading.kind === 'reports' ? { reports: reading.reports.length } : {}) })
  return { status: 200 }
}

/** The body as text that stands for its bytes, or how it is refused. */
function textOf({ body, isBase64, headers }: ReportRequest): string | { readonly status: 400 | 413; readonly reason: string } {
  // Four characters of base64 are three bytes, and a character of text is one byte at least.
  if (body.length > (isBase64 ? Math.ceil(BODY_LIMIT / 3) * 4 : BODY_LIMIT)) return { status: 413, reason: 'too large' }
  if (!['identity', undefined].includes(headers['content-encoding'])) return { status: 400, reason: 'encoded' }
  if (isBase64 && !/^[A-Za-z0-9+/]*={0,2}$/.test(body)) return { status: 400, reason: 'no base64' }
  const bytes = Buffer.from(body, isBase64 ? 'base64' : 'utf8')
  if (bytes.length > BODY_LIMIT) return { status: 413, reason: 'too large' }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return { status: 400, reason: 'no UTF-8' }
  }
}

function partyOf(party: ReportParty, { gitlabAuthentication }: IntakePorts): Party {
  switch (party) {
    case 'github':
      return github
    case 'gitlab':
      return gitlab(gitlabAuthentication)
    case 'gitguardian':
      return gitguardian
    case 'jira':
      return jira
    case 'linear':
      return linear
    case 'falco':
      return falco
    case 'webhook':
      return signedForm
  }
}

/** Undefined where the text is no JSON, or JSON in a depth that cannot be walked. The error is dropped, because it would quote the text; the caller raises an alarm. */
function parsed(text: string, read: (body: unknown) => Reading): Reading | undefined {
  try {
    return read(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** The name of a kind of event as it may be logged. */
function nameOf(event: string): string {
  return /^[\w.:-]{1,64}$/.test(event) ? event : 'other'
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
