import { isBinding } from '../domain/binding-detectors.ts'
import { type Axis, axisOf } from '../domain/finding.ts'
import { type DeployedRules, type DetectorDelivery, deliveryOf } from './delivery.ts'
import { rulesOf } from './delivery-rules.ts'
import type { Delivery, Detector } from './detector.ts'

/** What people read of one detector, in docs/detectors.md and on the command line. */
export interface DetectorDescription extends Pick<Detector, 'id' | 'title' | 'weight' | 'group' | 'runbook'> {
  readonly axis: Axis
  /** What its findings rest on: those of several detectors that rest on one fact count once. */
  readonly fact: string
  readonly technique: string
  /** The page of the technique. */
  readonly techniqueUrl: string
  readonly isConfirmed: boolean
  /** True where it counts as it is, whatever the policy says. */
  readonly isBinding: boolean
  /** The calls, or the kind of them, that it looks at. */
  readonly looksAt: readonly string[]
  readonly delivery: Pick<DetectorDelivery, 'state' | 'by' | 'gaps'>
  /** What it does not look at, and what stands in for it where a record says too little. */
  readonly notes: readonly string[]
}

const DEFAULT = { readOnlyEvents: true, includeRoleSessions: false }

/** A stack with the default settings, in the region of the global services. */
const DEFAULT_STACK: DeployedRules = { options: DEFAULT, rules: new Set(rulesOf(DEFAULT)), region: 'us-east-1' }

/** Describes a detector. What of its calls is delivered is said of a stack, without one of the default settings. */
export function describeDetector(detector: Detector, stack: DeployedRules = DEFAULT_STACK): DetectorDescription {
  const { id, title, weight, group, fact, attack, runbook, isConfirmed, sparesOwnWorks, readsRequest } = detector
  const { state, by, gaps } = deliveryOf(detector, stack)
  return {
    id,
    title,
    weight,
    group,
    runbook,
    axis: axisOf(group),
    fact: fact ?? id,
    technique: attack,
    techniqueUrl: `https://attack.mitre.org/techniques/${attack.replace('.', '/')}/`,
    isConfirmed: isConfirmed === true,
    isBinding: isBinding(id),
    looksAt: looksAt(detector),
    delivery: { state, by, gaps },
    notes: [
      ...(sparesOwnWorks === true ? ['Not on: what the identity itself created within a day.'] : []),
      ...(readsRequest === undefined ? [] : ['Where the record leaves the parameters out: `parameters-left-out`.']),
    ],
  }
}

/** What a detector looks at that names no calls. */
const KINDS: Readonly<Record<Exclude<Delivery, readonly string[]>, string>> = {
  'every-call': 'every call',
  'session-calls': 'every call of a session',
  'key-calls': 'every call of an access key',
  'refused-calls': 'every refused call',
  'root-calls': 'every call of the root user',
  'guest-calls': 'every call of sessions of the users of an app',
  'credential-changes': 'changes of IAM',
  'responder-changes': 'every change of the responder',
  assumptions: 'assumptions of roles',
  exposures: 'credential exposures',
  findings: 'findings of other products',
  reports: 'what parties outside AWS report',
  'other-regions': 'every call',
  'canary-calls': 'every call of a canary',
}

function looksAt({ actions, delivery }: Detector): readonly string[] {
  if (actions === undefined && typeof delivery === 'string') return [KINDS[delivery]]
  return [...new Set(actions ?? (typeof delivery === 'object' ? delivery : []))]
}
