import { readFile } from 'node:fs/promises'
import type { Incident } from '../shared/domain/incident.ts'
import { ResponderError } from '../shared/errors.ts'
import { geoIpFrom } from '../shared/geo/geo-ip.ts'
import { offlineAdvisor } from '../shared/memory/advisor.ts'
import { memoryAdvisorBudget } from '../shared/memory/advisor-budget.ts'
import { AuthorizationDetails } from '../shared/memory/authorization-details.ts'
import { memoryBreaker } from '../shared/memory/breaker.ts'
import { memoryChangeRecord } from '../shared/memory/change-record.ts'
import { memoryIam } from '../shared/memory/iam.ts'
import { memoryIdentityStore } from '../shared/memory/identity-store.ts'
import { memoryIncidentStore } from '../shared/memory/incident-store.ts'
import { silentLog } from '../shared/memory/log.ts'
import { memoryNotifier } from '../shared/memory/notifier.ts'
import { applyPolicy } from '../shared/record/policy-in-force.ts'
import { CLOCK_SKEW_MS } from '../shared/sense/believe.ts'
import { type Backtest, backtest } from './backtest.ts'
import { geoDatabases } from './geo-databases.ts'
import { readPolicyFile } from './policy-file.ts'
import { whyUnreadable } from './read/list-files.ts'
import { simulatedClock } from './simulated-clock.ts'

/** The backtest for `replay`, with everything in memory. Memory grows with the number of identities, not with the input. */
export async function replayInMemory(options: {
  policy: string
  account?: string
}): Promise<{ run: Backtest; incidents: () => AsyncIterable<Incident> }> {
  const policy = await readPolicyFile(options.policy)
  const iam = memoryIam(options.account === undefined ? AuthorizationDetails.parse({}) : await readAccount(options.account))
  const record = memoryChangeRecord()
  await applyPolicy(record, { policy, by: 'local:replay', why: `replayed under ${options.policy}`, at: new Date(0).toISOString() })
  const incidents = memoryIncidentStore()
  const run = backtest({
    identities: memoryIdentityStore(),
    incidents,
    record,
    breaker: memoryBreaker(),
    iam,
    advisor: offlineAdvisor(),
    budget: memoryAdvisorBudget(),
    notifier: memoryNotifier(),
    geoIp: geoIpFrom(await geoDatabases()),
    clock: simulatedClock(),
    log: silentLog,
    // Nothing of a log can be later than the machine that replays it.
    trust: { kind: 'replay', until: Date.now() + CLOCK_SKEW_MS },
    ...(options.account === undefined ? { meet: iam.addObserved } : {}),
  })
  return { run, incidents: incidents.listAll }
}

async function readAccount(path: string): Promise<AuthorizationDetails> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ResponderError('input.unreadable', `cannot read the account file ${path}: ${whyUnreadable(cause)}`, { cause })
  })
  const content = parseJson(text, path)
  const parsed = AuthorizationDetails.safeParse(content)
  const isAuthorizationDetails = Object.keys(AuthorizationDetails.shape).some((key) => Object.hasOwn(Object(content), key))
  if (parsed.success && !isAuthorizationDetails)
    throw new ResponderError(
      'input.unreadable',
      `${path} is not what \`aws iam get-account-authorization-details\` prints: it has none of ${Object.keys(AuthorizationDetails.shape).join(', ')}`,
    )
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new ResponderError(
    'input.unreadable',
    `${path} is not what \`aws iam get-account-authorization-details\` prints: ${issue?.path.join('.')}: ${issue?.message}`,
  )
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ResponderError('input.unreadable', `${path} is not JSON: ${cause instanceof Error ? cause.message : 'unknown error'}`, {
      cause,
    })
  }
}
