import type { Action } from '../../shared/domain/decision.ts'
import type { Policy } from '../../shared/domain/policy.ts'
import { pipeline } from '../../shared/pipeline.ts'
import type { Advisor } from '../../shared/ports/advisor.ts'
import type { GeoIp } from '../../shared/ports/lookup.ts'
import { applyPolicy } from '../../shared/record/policy-in-force.ts'
import { emptyPorts } from '../memory-ports.ts'
import type { Labelled, LabelledCase } from './labelled.ts'

/** What the responder decided for one labelled record. */
export interface CaseResult {
  readonly record: Labelled
  readonly time: number
  readonly credential: string
  readonly risk: number
  /** What the thresholds call for at this record, whatever the mode; undefined where nothing new was found. */
  readonly would: Action | undefined
  readonly detectors: readonly string[]
}

/** Replays a case with fresh state. A record that cannot be read counts as risk 0 without findings. */
export async function runCase(
  { records }: LabelledCase,
  { policy, advisor, geoIp }: { policy: Policy; advisor: Advisor; geoIp: GeoIp },
): Promise<CaseResult[]> {
  // The advisor is measured without a budget, so that every question is asked.
  const ports = { ...emptyPorts({ advisor, geoIp }), budget: { reserve: async () => true } }
  await applyPolicy(ports.record, { policy, by: 'local:eval', why: 'evaluated', at: new Date(0).toISOString() })
  const run = pipeline(ports)
  const results: CaseResult[] = []
  for (const [at, record] of records.entries()) {
    // Each record gets an event id of its own, because records of public files may share one.
    const { signals, outcomes } = await run([{ ...record.event, eventID: `${at}` }])
    const [signal] = signals
    // One record can be two signals, such as a quarantine policy that is attached. The one with the higher risk counts.
    const strongest = [...outcomes].sort((a, b) => b.assessment.risk - a.assessment.risk)[0]
    results.push({
      record,
      time: signal?.time ?? 0,
      credential: signal?.credential.id ?? 'unreadable',
      risk: strongest?.assessment.risk ?? 0,
      would: strongest?.decision?.would,
      detectors: strongest?.findings.map(({ detector }) => detector) ?? [],
    })
  }
  return results
}
