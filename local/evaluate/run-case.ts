import type { Action } from '../../shared/domain/decision.ts'
import type { Policy } from '../../shared/domain/policy.ts'
import { pipeline } from '../../shared/pipeline.ts'
import type { Advisor } from '../../shared/ports/advisor.ts'
import type { GeoIp } from '../../shared/ports/lookup.ts'
import { applyPolicy } from '../../shared/record/policy-in-force.ts'
import { emptyPorts } from '../memory-ports.ts'
import type { Labelled, LabelledCase } from './labelled.ts'

/** What the responder said of one labelled record. */
export interface CaseResult {
  readonly record: Labelled
  readonly time: number
  readonly credential: string
  readonly risk: number
  /** What the thresholds call for at this record, whatever the mode; undefined where nothing new was found. */
  readonly would: Action | undefined
  readonly detectors: readonly string[]
}

/** Replays a case with fresh state. Records that cannot be read are judged as nothing said. */
export async function runCase(
  { records }: LabelledCase,
  { policy, advisor, geoIp }: { policy: Policy; advisor: Advisor; geoIp: GeoIp },
): Promise<CaseResult[]> {
  // Every question is asked: what budgets would leave unasked is not what is measured.
  const ports = { ...emptyPorts({ advisor, geoIp }), budget: { reserve: async () => true } }
  await applyPolicy(ports.record, { policy, by: 'local:eval', why: 'evaluated', at: new Date(0).toISOString() })
  const run = pipeline(ports)
  const judged: CaseResult[] = []
  for (const [at, record] of records.entries()) {
    // Every record is its own event here, also where two share an event id.
    const { signals, outcomes } = await run([{ ...record.event, eventID: `${at}` }])
    const [signal] = signals
    // A record can be two signals, such as a quarantine: the one that says more counts.
    const said = [...outcomes].sort((a, b) => b.assessment.risk - a.assessment.risk)[0]
    judged.push({
      record,
      time: signal?.time ?? 0,
      credential: signal?.credential.id ?? 'unreadable',
      risk: said?.assessment.risk ?? 0,
      would: said?.decision?.would,
      detectors: said?.findings.map(({ detector }) => detector) ?? [],
    })
  }
  return judged
}
