import { CATALOGUE } from '../../shared/detect/catalogue.ts'
import { type DetectorDescription, describeDetector } from '../../shared/detect/describe-detector.ts'
import { unknownDetector } from '../../shared/detect/detector-names.ts'
import { tuningOf } from '../../shared/domain/detector-tuning.ts'
import type { Policy } from '../../shared/domain/policy.ts'
import { ResponderError } from '../../shared/errors.ts'
import { exceptionLine, tuningText } from '../render/detector-tuning.ts'
import { jsonText } from '../render/json-text.ts'
import { type Column, table } from '../render/table.ts'
import { wrapText } from '../render/wrap.ts'

/** What the command goes by: a policy, where it is from, and the time (epoch ms) by which exceptions end. */
export interface DetectorsInput {
  readonly policy: Pick<Policy, 'detectors'>
  readonly from: string
  readonly now: number
  readonly isJson: boolean
  /** That of the terminal. */
  readonly width?: number | undefined
}

const COLUMNS: readonly Column[] = [
  { name: 'id' },
  { name: 'says', worth: 3 },
  { name: 'weight', align: 'right', worth: 5 },
  { name: 'ATT&CK', worth: 2 },
  { name: 'rests on', worth: 1 },
  { name: 'policy', isText: true, worth: 6 },
  { name: 'title', isText: true, least: 24 },
]

/** Every detector with what it says, what it rests on, and how the policy tunes it. */
export function listDetectors({ policy, from, now, isJson, width }: DetectorsInput): string {
  const all = [...CATALOGUE].sort((a, b) => (a.id < b.id ? -1 : 1)).map((detector) => describeDetector(detector))
  if (isJson) return jsonText({ policy: from, detectors: all.map((one) => withTuning(one, policy)) })
  const rows = all.map((one) => [
    one.id,
    one.axis,
    `${one.weight}`,
    one.technique,
    one.fact === one.id ? '' : one.fact,
    one.isBinding ? 'as it is' : tuningText(tuningOf(policy.detectors, one.id), now),
    one.title,
  ])
  const own = Object.keys(policy.detectors).filter((id) => all.every((one) => one.id !== id))
  const tuned = all.filter(({ id, isBinding }) => !isBinding && tuningText(tuningOf(policy.detectors, id), now) !== '').length
  // On a terminal the two lines are one paragraph.
  const legend = [
    `${all.length} detectors, of which ${from} tunes ${tuned}${own.length === 0 ? '' : `, and ${own.length} rules of its own`}. "says": who calls, or what is done. "rests on": the fact, where that is`,
    'not the detector’s own; findings that rest on one fact count once. "as it is": no policy tunes it.',
  ].join(width === undefined ? '\n' : ' ')
  return wrapText([table(COLUMNS, rows, { width }), '', legend].join('\n'), width)
}

/** One detector with everything that is known of it. Throws `usage` where there is none of the id. */
export function showDetector(id: string, { policy, from, now, isJson, width }: DetectorsInput): string {
  const detector = CATALOGUE.find((one) => one.id === id)
  if (detector === undefined) throw new ResponderError('usage', `${id}: ${unknownDetector(id)}`)
  const one = describeDetector(detector)
  if (isJson) return jsonText({ policy: from, ...withTuning(one, policy) })
  const { title, axis, weight, group, fact, technique, techniqueUrl, isConfirmed, looksAt, delivery, notes, runbook } = one
  const rows = [
    ['says', `${axis}, weight ${weight}, group ${group}${isConfirmed ? '; confirmed: contained without asking' : ''}`],
    ['rests on', fact === id ? 'a fact of its own' : `the fact ${fact}, with ${sharing(one).join(', ') || 'no other detector'}`],
    ['ATT&CK', `${technique} ${techniqueUrl}`],
    ['looks at', looksAt.join(', ')],
    ['delivered', delivery.state === 'not' ? 'no' : delivery.by.join(', ') || 'yes'],
    ...delivery.gaps.map(({ what, remedy }) => ['not delivered', remedy === undefined ? what : `${what}; delivered by: ${remedy}`]),
    ...notes.map((note) => ['note', note]),
    ['first', runbook],
    ...policyRows(one, { policy, from, now }),
  ]
  return `${wrapText(`${id}: ${title}`, width)}\n${table([{}, { isText: true }], rows, { width, indent: 2 })}`
}

function policyRows({ id, isBinding }: DetectorDescription, { policy, from, now }: Omit<DetectorsInput, 'isJson' | 'width'>): string[][] {
  if (isBinding) return [['policy', 'counts as it is, whatever a policy says']]
  const tuning = tuningOf(policy.detectors, id)
  const text = tuningText(tuning, now)
  return [
    ['policy', text === '' ? `${from} leaves it as it is` : `${from}: ${text}`],
    ...tuning.except.map((exception) => ['except', exceptionLine(exception, now)]),
  ]
}

/** The other detectors that rest on the same fact. */
function sharing({ id, fact }: DetectorDescription): string[] {
  return CATALOGUE.filter((other) => other.id !== id && (other.fact ?? other.id) === fact).map((other) => other.id)
}

function withTuning(one: DetectorDescription, { detectors }: DetectorsInput['policy']): object {
  return { ...one, tuning: tuningOf(detectors, one.id) }
}
