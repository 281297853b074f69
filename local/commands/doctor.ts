import { CATALOGUE } from '../../shared/detect/catalogue.ts'
import { type DeployedRules, type DetectorDelivery, deliveryOf, type Gap } from '../../shared/detect/delivery.ts'
import { rulesOf } from '../../shared/detect/delivery-rules.ts'
import type { Recording } from '../../shared/domain/trail.ts'
import type { Check } from '../doctor/check.ts'
import { rulesCheck, trailCheck } from '../doctor/delivery-checks.ts'
import { renderChecks } from '../render/checks.ts'
import { jsonText } from '../render/json-text.ts'
import { wrapText, wrapWords } from '../render/wrap.ts'

/** What is looked at: the rules of a deployed stack or of settings, and what else was checked. `recording`: what the trails record; undefined where no stack is looked at. */
export interface DoctorSubject extends DeployedRules {
  readonly recording?: Recording
  readonly checks?: readonly Check[]
  /** What was checked, such as `stack Countersign`. */
  readonly name?: string
}

/** What doctor prints, and whether every check is well. `exitCode`: 1 where something is broken, 3 where something could not be read and nothing is broken. */
export interface Diagnosis {
  readonly output: string
  readonly isWhole: boolean
  readonly exitCode: 0 | 1 | 3
}

interface Printing {
  readonly isJson: boolean
  readonly width?: number | undefined
}

/** Says how a deployed stack does, and which detectors it delivers the calls of, which not or in part, why, and what would deliver them. */
export function doctor({ checks = [], name = 'the stack', ...stack }: DoctorSubject, { isJson, width }: Printing): Diagnosis {
  const { options, rules, region, recording } = stack
  const all = CATALOGUE.map((detector) => deliveryOf(detector, stack)).sort((a, b) => (a.detector < b.detector ? -1 : 1))
  const missing = rulesOf(options).filter((rule) => !rules.has(rule))
  const found = recording === undefined ? checks : [rulesCheck(stack), trailCheck(recording), ...checks]
  if (isJson)
    return {
      output: jsonText({
        region,
        options,
        rules: [...rules],
        missing,
        recording,
        ...(recording && { checks: found }),
        detectors: all,
      }),
      ...outcomeOf(found),
    }
  const head = recording === undefined ? [] : [renderChecks(name, found, width), '']
  return {
    output: [...head, ...deliveryLines(all, { options, region, hasTrails: recording !== undefined, width })].join('\n'),
    ...outcomeOf(found),
  }
}

/** Says how an account does of which no rules are known: one in a folder, or a stack whose rules could not be read. `note` is the last line. */
export function diagnose({ name, checks, note }: Examined, { isJson, width }: Printing): Diagnosis {
  const text = [renderChecks(name, checks, width), wrapText(note, width)].join('\n')
  return { output: isJson ? jsonText({ checks }) : text, ...outcomeOf(checks) }
}

interface Examined {
  readonly name: string
  readonly checks: readonly Check[]
  readonly note: string
}

function outcomeOf(checks: readonly Check[]): Pick<Diagnosis, 'isWhole' | 'exitCode'> {
  const has = (state: Check['state']) => checks.some((check) => check.state === state)
  const exitCode = has('broken') ? 1 : has('not known') ? 3 : 0
  return { isWhole: exitCode === 0, exitCode }
}

type DeliveryOf = Pick<DeployedRules, 'options' | 'region'> & { readonly hasTrails: boolean; readonly width: number | undefined }

function deliveryLines(all: readonly DetectorDelivery[], { options, region, hasTrails, width }: DeliveryOf): string[] {
  const of = (state: DetectorDelivery['state']) => all.filter((one) => one.state === state)
  const [whole, inPart, none] = [of('delivered'), of('in-part'), of('not')]
  const fold = (text: string) => wrapText(text, width)
  return [
    fold(
      `A stack in ${region} with readOnlyEvents ${options.readOnlyEvents} and includeRoleSessions ${options.includeRoleSessions}: of ${all.length} detectors`,
    ),
    fold(`${whole.length} get all calls that they look at, ${inPart.length} a part of them, ${none.length} cannot fire.`),
    ...(hasTrails
      ? []
      : [
          fold(
            'Calls arrive only where a trail logs the management events of the region, which is not looked at here; reports of AWS Health need none.',
          ),
        ]),
    ...section('Cannot fire', none, width),
    ...section('Fire on a part of the calls', inPart, width),
    ...(whole.length === 0 ? [] : ['', 'Get all calls', ...wrapped(whole.map(({ detector }) => detector).join(', '), { width })]),
  ]
}

/** Detectors with the same gaps together, because most gaps are those of many. */
function section(title: string, found: readonly DetectorDelivery[], width: number | undefined): string[] {
  if (found.length === 0) return []
  const groups = new Map<string, { gaps: readonly Gap[]; detectors: string[] }>()
  for (const { detector, gaps } of found) {
    const key = JSON.stringify(gaps)
    const group = groups.get(key) ?? { gaps, detectors: [] }
    group.detectors.push(detector)
    groups.set(key, group)
  }
  const blocks = [...groups.values()].sort((a, b) => b.detectors.length - a.detectors.length)
  return [
    '',
    title,
    ...blocks.flatMap(({ gaps, detectors }) => [
      ...wrapped(detectors.join(', '), { width }),
      ...gaps.flatMap((gap) => gapLines(gap, width)),
    ]),
  ]
}

function gapLines({ what, remedy }: Gap, width: number | undefined): string[] {
  const lines = wrapped(`not delivered: ${what}`, { indent: 6, width })
  return [...lines, ...(remedy === undefined ? [] : [wrapText(`      delivered by: ${remedy}`, width)])]
}

/** Lists are no wider than this on the widest terminal. */
const WIDTH = 118

/** A list in lines of at most `WIDTH` cells, or of the terminal's width where that is less. Without a width, as in a pipe, it is one line. */
function wrapped(text: string, { indent = 2, width }: { indent?: number; width?: number | undefined }): string[] {
  const lines = width === undefined ? [text] : wrapWords(text, Math.min(width, WIDTH) - indent)
  return lines.map((line) => ' '.repeat(indent) + line)
}
