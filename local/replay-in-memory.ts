import type { PackedRules } from '../shared/detect/rules/packed-rule.ts'
import { ruleSet } from '../shared/detect/rules/rule-set.ts'
import { AuthorizationDetails } from '../shared/domain/authorization-details.ts'
import { geoIpFrom } from '../shared/geo/geo-ip.ts'
import { offlineAdvisor } from '../shared/memory/advisor.ts'
import { memoryAdvisorBudget } from '../shared/memory/advisor-budget.ts'
import { memoryBreaker } from '../shared/memory/breaker.ts'
import { memoryChangeRecord } from '../shared/memory/change-record.ts'
import { memoryIam } from '../shared/memory/iam.ts'
import { memoryIdentityStore } from '../shared/memory/identity-store.ts'
import { silentLog } from '../shared/memory/log.ts'
import { memoryNotifier } from '../shared/memory/notifier.ts'
import { replayedIncidents } from '../shared/memory/replayed-incidents.ts'
import type { Rules } from '../shared/ports/rules.ts'
import type { Clock, Log } from '../shared/ports/runtime.ts'
import type { IncidentStore } from '../shared/ports/stores.ts'
import { applyPolicy } from '../shared/record/policy-in-force.ts'
import { CLOCK_SKEW_MS, type Trust } from '../shared/sense/believe.ts'
import type { Normalised } from '../shared/sense/normalised.ts'
import { readInput } from '../shared/sense/read-input.ts'
import { readAccount } from './account-file.ts'
import { type Backtest, backtest } from './backtest.ts'
import { geoDatabases } from './geo-databases.ts'
import { readPolicyFile } from './policy-file.ts'
import { ReadRecord } from './reader/read-record.ts'
import { simulatedClock } from './simulated-clock.ts'

/** A replay that is about to run, and where its incidents will be. */
export interface Replay {
  readonly run: Backtest
  readonly incidents: Pick<IncidentStore, 'listAll' | 'signals'>
  /** Whom it believes. */
  readonly trust: Trust
}

/** Whom a replay believes: nothing of a log can be later than the machine that replays it. */
const trustOfLogs = (): Trust => ({ kind: 'replay', until: Date.now() + CLOCK_SKEW_MS })

/** How a replay reads its inputs: what another thread has read is taken as it is, and raw records are read here. */
export function readingOfLogs(ports: { clock: Clock; log: Log; rules: Rules | undefined }): {
  trust: Trust
  read: (input: unknown) => Normalised
} {
  const trust = trustOfLogs()
  return { trust, read: (input) => ReadRecord.outcomeOf(input) ?? readInput(input, { ...ports, trust }) }
}

/** The backtest for `replay`, with everything in memory. Memory grows with the number of identities and incidents, not with the input. */
export async function replayInMemory(options: { policy: string; account?: string; rules?: PackedRules | undefined }): Promise<Replay> {
  const policy = await readPolicyFile(options.policy)
  const iam = memoryIam(options.account === undefined ? AuthorizationDetails.parse({}) : await readAccount(options.account))
  const record = memoryChangeRecord()
  await applyPolicy(record, { policy, by: 'local:replay', why: `replayed under ${options.policy}`, at: new Date(0).toISOString() })
  const incidents = replayedIncidents()
  const clock = simulatedClock()
  const reading = readingOfLogs({ clock, log: silentLog, rules: options.rules && ruleSet(options.rules) })
  const run = backtest({
    identities: memoryIdentityStore({ lendsStates: true }),
    incidents,
    record,
    breaker: memoryBreaker(),
    iam,
    advisor: offlineAdvisor(),
    budget: memoryAdvisorBudget(),
    notifier: memoryNotifier(),
    geoIp: geoIpFrom(await geoDatabases()),
    clock,
    log: silentLog,
    ...reading,
    ...(options.account === undefined ? { meet: iam.addObserved } : {}),
  })
  return { run, incidents, trust: reading.trust }
}
