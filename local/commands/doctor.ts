import { CATALOGUE } from '../../shared/detect/catalogue.ts'
import { type DeployedRules, type DetectorDelivery, deliveryOf, type Gap } from '../../shared/detect/delivery.ts'
import { DELIVERY_RULES, rulesOf } from '../../shared/detect/delivery-rules.ts'
import type { Recording } from '../../shared/domain/trail.ts'

/**
 * Says which detectors a stack delivers the calls of, which not or in part, why, and what would deliver them. `isWhole` is false where a rule of the stack
 * is missing or disabled, or the trails are known not to record all management events, or could not be read. `recording` is undefined where no stack is looked at.
 */
export function doctor(
  stack: DeployedRules & { readonly recording?: Recording },
  { isJson }: { isJson: boolean },
): { output: string; isWhole: boolean } {
  const { options, rules, region, recording } = stack
  const all = CATALOGUE.map((detector) => deliveryOf(detector, stack)).sort((a, b) => (a.detector < b.detector ? -1 : 1))
  const missing = rulesOf(options).filter((rule) => !rules.has(rule))
  const isWhole = missing.length === 0 && (recording === undefined || recording.kind === 'whole')
  if (isJson) return { output: JSON.stringify({ region, options, rules: [...rules], missing, recording, detectors: all }), isWhole }
  const of = (state: DetectorDelivery['state']) => all.filter((one) => one.state === state)
  const [whole, inPart, none] = [of('delivered'), of('in-part'), of('not')]
  const lines = [
    `A stack in ${region} with readOnlyEvents ${options.readOnlyEvents} and includeRoleSessions ${options.includeRoleSessions}: of ${all.length} detectors`,
    `${whole.length} get all calls that they look at, ${inPart.length} a part of them, ${none.length} cannot fire.`,
    ...recordingLines(recording),
    ...missing.map(
      (rule) => `The rule ${rule} is missing or disabled, so these do not arrive: ${DELIVERY_RULES[rule]}. Deploy the stack again.`,
    ),
    ...section('Cannot fire', none),
    ...section('Fire on a part of the calls', inPart),
    ...(whole.length === 0 ? [] : ['', 'Get all calls', ...wrapped(whole.map(({ detector }) => detector).join(', '))]),
  ]
  return { output: lines.join('\n'), isWhole }
}

const RECORDING: Readonly<Record<Recording['kind'], string>> = {
  whole: 'A trail records the management events of all regions, reads and writes.',
  partial: 'The trails do not record all that these rules deliver:',
  missing: 'NO CALL ARRIVES, whatever the rules are: no trail records them, and EventBridge delivers only what a trail records.',
  unknown: 'Whether any call arrives is not known: it could not be read whether a trail records them.',
}

/** What the trails record, with what would mend it. */
function recordingLines(recording: Recording | undefined): string[] {
  if (recording === undefined)
    return [
      'Calls arrive only where a trail logs the management events of the region, which is not looked at here; reports of AWS Health need none.',
    ]
  const { kind, lines, commands } = recording
  return [RECORDING[kind], ...lines.flatMap((line) => wrapped(line)), ...commands.map((command) => `    ${command}`)]
}

/** Detectors with the same gaps together, because most gaps are those of many. */
function section(title: string, found: readonly DetectorDelivery[]): string[] {
  if (found.length === 0) return []
  const groups = new Map<string, { gaps: readonly Gap[]; detectors: string[] }>()
  for (const { detector, gaps } of found) {
    const key = JSON.stringify(gaps)
    const group = groups.get(key) ?? { gaps, detectors: [] }
    group.detectors.push(detector)
    groups.set(key, group)
  }
  const blocks = [...groups.values()].sort((a, b) => b.detectors.length - a.detectors.length)
  return ['', title, ...blocks.flatMap(({ gaps, detectors }) => [...wrapped(detectors.join(', ')), ...gaps.flatMap(gapLines)])]
}

function gapLines({ what, remedy }: Gap): string[] {
  const [first = '', ...others] = wrapped(`not delivered: ${what}`, 6)
  return [first, ...others, ...(remedy === undefined ? [] : [`      delivered by: ${remedy}`])]
}

const WIDTH = 118

/** A text in lines of at most `WIDTH` characters. */
function wrapped(text: string, indent = 2): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > WIDTH) lines.push(' '.repeat(indent) + word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}
