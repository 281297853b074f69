import { enforce } from '../shared/contain/enforce.ts'
import { blastRadiusOf } from '../shared/decide/reach/policy-radius.ts'
import { placeOf, userArn } from '../shared/domain/arn.ts'
import { exceptionText } from '../shared/domain/excepted.ts'
import { findingUid } from '../shared/domain/finding-id.ts'
import type { Incident } from '../shared/domain/incident.ts'
import type { ReportingSource } from '../shared/domain/report.ts'
import { reportedBy } from '../shared/domain/reported-by.ts'
import type { Identity, Signal } from '../shared/domain/signal.ts'
import { type BatchResult, pipeline } from '../shared/pipeline.ts'
import type { Advisor, AdvisorBudget } from '../shared/ports/advisor.ts'
import type { Iam } from '../shared/ports/iam.ts'
import type { GeoIp } from '../shared/ports/lookup.ts'
import type { Notifier } from '../shared/ports/notices.ts'
import type { Rules } from '../shared/ports/rules.ts'
import type { Log } from '../shared/ports/runtime.ts'
import type { Breaker, ChangeRecord, IdentityStore, IncidentStore } from '../shared/ports/stores.ts'
import { REPLAYED, type Trust } from '../shared/sense/believe.ts'
import { readInput } from '../shared/sense/read-input.ts'
import type { SensePorts } from '../shared/sense/sense.ts'
import { QUARANTINE_POLICY } from './memory-ports.ts'
import { type Refusals, refusals } from './refusals.ts'
import { refusesCalls } from './refused-by-steps.ts'
import { ObservedInputs } from './replay/observed-inputs.ts'
import type { SimulatedClock } from './simulated-clock.ts'

export interface BacktestPorts {
  readonly identities: IdentityStore
  readonly incidents: IncidentStore
  readonly record: ChangeRecord
  readonly breaker: Breaker
  readonly iam: Iam
  readonly advisor: Advisor
  readonly budget: AdvisorBudget
  readonly notifier: Notifier
  readonly geoIp: GeoIp
  readonly clock: SimulatedClock
  readonly log: Log
  /** Adds a user and a key that the log shows to the account in memory; undefined where the account is known. */
  readonly meet?: (identity: Identity, accessKeyId: string | undefined) => void
  /** The account whose IAM refuses what was denied, so that events tell of it; undefined where a log is replayed, of which nothing was contained. */
  readonly account?: string | undefined
  /** The rules of people; absent where there are none, or where `read` knows them. */
  readonly rules?: Rules | undefined
}

/** Counts over a whole backtest. */
export interface Tally {
  signals: number
  ignored: number
  unreadable: number
  /** Signals that are no calls, by the party that reports them, and the ids of what it reported: a finding about several identities is a signal for each. */
  readonly reports: Map<ReportingSource, { signals: number; readonly ids: Set<string> }>
  /** How often the policy did not count a finding, by detector and reason. */
  readonly excepted: Map<string, number>
}

/** The whole responder over a history: respond and contain run in one process, and the clock follows the events. */
export interface Backtest {
  run(records: readonly unknown[]): Promise<BatchResult>
  readonly tally: Tally
  readonly observed: Pick<ObservedInputs, 'ignored'>
  readonly refusals: Refusals
}

/** Who vouches for the records, and how they are read, as the pipeline takes them. */
interface Reading {
  readonly trust?: Trust
  readonly read?: SensePorts['read']
}

/** Makes a backtest over these ports. */
export function backtest({ trust = REPLAYED, read: given, ...ports }: BacktestPorts & Reading): Backtest {
  const refused = refusals()
  const tally: Tally = { signals: 0, ignored: 0, unreadable: 0, reports: new Map(), excepted: new Map() }
  const observed = new ObservedInputs()
  const read = (input: unknown) => observed.note(given === undefined ? readInput(input, { ...ports, trust }) : given(input))
  // An incident is written at the time of its latest event, so the clock moves there first.
  const incidents: IncidentStore = {
    ...ports.incidents,
    save(incident, version) {
      ports.clock.moveTo(incident.updatedAt)
      return ports.incidents.save(incident, version)
    },
  }
  // Only the responder changes a replayed account, so no containment has to be verified later.
  const inner = {
    ...ports,
    // Where the account is not known, the log says whose key it is.
    iam: ports.meet === undefined ? ports.iam : observed.knowing(ports.iam),
    blastRadiusOf,
    incidents,
    pager: ports.notifier,
    reverifyQueue: { verifyLater: async () => {} },
    quarantinePolicyArn: QUARANTINE_POLICY,
    account: ports.account,
  }
  const containInvoker = {
    async contain(incidentId: string) {
      const about = (await incidents.get(incidentId))?.value
      if (about !== undefined) meetAll(about)
      await enforce(incidentId, inner)
    },
  }
  /** Containment needs the users and keys in the account. Where the account is not known, they are taken from the incident. */
  function meetAll({ identity, credentials, lineage }: Incident): void {
    for (const { id, kind } of credentials) ports.meet?.(identity, kind === 'access-key' ? id : undefined)
    for (const { id, kind, owner } of lineage) {
      if (kind === 'access-key')
        ports.meet?.({ id: userArn(placeOf(identity), owner), kind: 'iam-user', name: owner, account: identity.account }, id)
    }
  }
  const respondPorts = {
    ...inner,
    containInvoker,
    isReplay: true as const,
    // There are no events beside the history, so nothing is looked up.
    bootstrapQueue: { bootstrap: async () => {} },
    history: { lookup: async () => [] },
  }
  const respond = pipeline(respondPorts, undefined, trust, read)
  return {
    tally,
    observed,
    refusals: refused,
    async run(records) {
      const result = await respond(records)
      // In the order of the calls, so that it does not matter how many come at a time.
      const evaluated = Map.groupBy(result.outcomes, ({ signal }) => signal.id)
      for (const signal of result.signals) {
        for (const { incidentId, incident, findings, excepted = [] } of evaluated.get(signal.id) ?? []) {
          for (const { detector, exception } of excepted) {
            const text = `${detector} (${exceptionText(exception)})`
            tally.excepted.set(text, (tally.excepted.get(text) ?? 0) + 1)
          }
          if (incidentId === undefined || incident === undefined) continue
          if (findings.length > 0 && !isWithoutAddress(signal)) refused.suspected(incidentId, signal)
          if (refusesCalls(incident)) refused.acted(incident, incident.decidedBy.time)
        }
        evaluated.delete(signal.id)
        const party = reportedBy(signal)
        if (party !== undefined) {
          const told = tally.reports.get(party) ?? { signals: 0, ids: new Set() }
          tally.reports.set(party, { signals: told.signals + 1, ids: told.ids.add(findingUid(signal.id)) })
        }
        refused.observe(signal)
      }
      tally.signals += result.signals.length
      tally.ignored += result.ignored
      tally.unreadable += result.failed.size
      return result
    },
  }
}

/** True for a report that says no address of a caller: in its place stands the party's own. */
function isWithoutAddress(signal: Signal): boolean {
  return reportedBy(signal) !== undefined && signal.origin.addressKind === 'aws-service'
}
