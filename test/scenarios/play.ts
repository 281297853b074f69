import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { enforce } from '../../shared/contain/enforce.ts'
import { blastRadiusOf } from '../../shared/decide/reach/policy-radius.ts'
import { type Action, isStronger } from '../../shared/domain/action.ts'
import { AuthorizationDetails } from '../../shared/domain/authorization-details.ts'
import type { Network } from '../../shared/domain/network.ts'
import { offlineAdvisor } from '../../shared/memory/advisor.ts'
import { memoryAdvisorBudget } from '../../shared/memory/advisor-budget.ts'
import { memoryBreaker } from '../../shared/memory/breaker.ts'
import { memoryChangeRecord } from '../../shared/memory/change-record.ts'
import { memoryIam } from '../../shared/memory/iam.ts'
import { memoryIdentityStore } from '../../shared/memory/identity-store.ts'
import { memoryIncidentStore } from '../../shared/memory/incident-store.ts'
import { memoryReverifyQueue } from '../../shared/memory/invokers.ts'
import { silentLog } from '../../shared/memory/log.ts'
import { memoryNotifier } from '../../shared/memory/notifier.ts'
import { type Evaluation, pipeline } from '../../shared/pipeline.ts'
import { readKnown } from '../../shared/record/notice.ts'
import { applyPolicy, parsePolicy } from '../../shared/record/policy-in-force.ts'
import { NOT_DEPLOYED } from '../../shared/sense/enrich/tampering.ts'
import { accountOf, asCall, inputOf, recordOf, Scenario } from './case.ts'

const START = Date.UTC(2026, 2, 2, 12)
const DAY_MS = 86_400_000
/** Networks of the ranges that are kept for documents: the cast works from the first. */
const PLACES: readonly (readonly [prefix: string, country: string, network: Network])[] = [
  ['192.0.2.', 'US', { asn: 64496, organisation: 'Example Broadband' }],
  ['198.51.100.', 'RO', { asn: 64497, organisation: 'Example Hosting' }],
  ['203.0.113.', 'DE', { asn: 64498, organisation: 'Example Telecom' }],
  ['198.18.', 'DE', { asn: 60729, organisation: 'Example Foundation' }],
  ['198.19.', 'US', { asn: 64499, organisation: 'Example Hosting' }],
  ['100.24.', 'US', { asn: 16509, organisation: 'Amazon.com, Inc.' }],
]

/** The scenario of a file of this folder. */
export function scenarioIn(file: string): Scenario {
  return Scenario.parse(JSON.parse(readFileSync(join(import.meta.dirname, file), 'utf8')))
}

/** Plays a scenario in memory, by a clock of its own. */
export async function play(scenario: Scenario) {
  let now = START
  const iam = memoryIam(AuthorizationDetails.parse(accountOf(scenario.tags)))
  const notifier = memoryNotifier()
  const ports = {
    identities: memoryIdentityStore(),
    incidents: memoryIncidentStore(),
    record: memoryChangeRecord(),
    breaker: memoryBreaker(),
    iam,
    blastRadiusOf,
    advisor: offlineAdvisor(),
    budget: memoryAdvisorBudget(),
    notifier,
    pager: memoryNotifier(),
    reverifyQueue: memoryReverifyQueue(),
    quarantinePolicyArn: undefined,
    account: '123456789012',
    containInvoker: { contain: (id: string) => enforce(id, ports) },
    bootstrapQueue: { bootstrap: async () => {} },
    history: { lookup: async () => [] },
    geoIp: {
      locate: (address: string) => {
        const [, country, network] = PLACES.find(([prefix]) => address.startsWith(prefix)) ?? []
        return { country, network }
      },
    },
    clock: { now: () => now },
    log: silentLog,
  }
  const policy = parsePolicy({
    version: 3,
    mode: 'contain',
    advisor: { enabled: false, band: [40, 90], maxShift: 15, deadlineSeconds: 5 },
    ...scenario.policy,
  })
  await applyPolicy(ports.record, { policy, by: 'test', why: 'test', at: new Date(START).toISOString() })
  const run = pipeline(ports, { ...NOT_DEPLOYED, stackName: 'Countersign' })
  for (const [day, calls] of Array.from({ length: scenario.past?.days ?? 0 }, (_, at) => [at, scenario.past?.calls ?? []] as const)) {
    const at = START - ((scenario.past?.days ?? 0) - day) * DAY_MS
    const past = calls.flatMap((call, n) => {
      const one = asCall(call)
      const recorded = (k: number) => recordOf(one, { id: `past-${day}-${n}-${k}`, time: at + n * 60_000 + k * 1000, n: n + k })
      return Array.from({ length: one.times }, (_, k) => recorded(k))
    })
    await run(past)
  }
  const outcomes: Evaluation[] = []
  for (const [at, event] of scenario.events.entries()) {
    const times = 'call' in event ? event.times : 1
    for (let n = 0; n < times; n++) {
      now += ('call' in event ? event.everySeconds : 10) * 1000
      const about = { id: `event-${at}-${n}`, time: now, n }
      const result = await run([inputOf(event, about)])
      expect([...result.failed.values()]).toEqual([])
      outcomes.push(...result.outcomes)
    }
  }
  const incidents = []
  for await (const incident of ports.incidents.listAll()) incidents.push(incident)
  incidents.sort((a, b) => b.priority - a.priority)
  const stories = await Promise.all(incidents.map(async (incident) => ({ incident, ...(await readKnown(incident, ports)) })))
  return { outcomes, incidents, stories, policy, picture: iam.authorizationDetails(), notices: notifier.notices }
}

/** The strongest decision that the evidence called for. */
export function strongest(outcomes: readonly Evaluation[]): Action {
  return outcomes.reduce<Action>(
    (most, { decision }) => (decision !== undefined && isStronger(decision.would, most) ? decision.would : most),
    'observe',
  )
}
