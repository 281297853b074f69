import { globSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type DayLine, synthesiseDays } from '../../local/synthetic/days/synthesise-days.ts'
import { REVERSALS } from '../../shared/contain/reversal.ts'
import { STEPS } from '../../shared/contain/steps/steps.ts'
import type { Detector } from '../../shared/detect/detector.ts'
import { TAMPERING } from '../../shared/sense/enrich/tampering-calls.ts'
import { normalise } from '../../shared/sense/normalise.ts'
import { asCall, type Call, Scenario } from '../scenarios/case.ts'

export { KINDS as DAY_KINDS } from '../../local/synthetic/days/kinds.ts'
export { CATALOGUE } from '../../shared/detect/catalogue.ts'
export { countActivity, DESTRUCTION, LAUNCHES, MAIL_PROBES, MODEL_PROBES } from '../../shared/detect/count-activity.ts'
export type { Context, Detector } from '../../shared/detect/detector.ts'
export { policyIn } from '../../shared/detect/policy-document.ts'
export { emptyBaseline } from '../../shared/domain/baseline.ts'
export { openWindow } from '../../shared/domain/credential-window.ts'
export { type Signal, text } from '../../shared/domain/signal.ts'
export { BACKDOORS } from '../../shared/sense/cloudtrail/issued.ts'
/** Everything of the responder that the vocabulary is held against stands here, so that a move of folders changes this file alone. */
export { normalise, REVERSALS, STEPS }

const ROOT = join(import.meta.dirname, '..', '..')
/** What looks at calls. Policies of IAM name rights, which are other words. */
const FILES = 'shared/{sense,detect,decide,contain,review,record,learn}/**/*.ts'
/** Rights and no calls: a list that `npm run iam-actions` holds against those that IAM has, and what reach looks for in policies. */
const RIGHTS = ['shared/contain/data-plane-actions.ts', 'shared/decide/reach/**']
const DETECTORS = 'shared/detect/detectors'
const SCENARIOS = join(ROOT, 'test', 'scenarios')

/** `iam:CreateUser` as a whole text, but for condition keys (`aws:…`) and beginnings of names. */
const ACTION = /(?<!startsWith\()'((?!aws:)[a-z0-9-]+:[A-Z][A-Za-z0-9]*)'/g

/** Every action that stands in the responder's code, with the files that name it. */
export function namedActions(): ReadonlyMap<string, readonly string[]> {
  const named = new Map<string, string[]>()
  for (const file of globSync(FILES, { cwd: ROOT, exclude: RIGHTS }).sort()) {
    for (const [, action = ''] of readFileSync(join(ROOT, file), 'utf8').matchAll(ACTION)) {
      const files = named.get(action) ?? []
      if (!files.includes(file)) named.set(action, [...files, file])
    }
  }
  return named
}

/** Every action that steps are set and reversed by, and that the responder is tampered with. Their names stand in the code without a service. */
export function declaredActions(): readonly string[] {
  const ofSteps = STEPS.flatMap(({ calls }) => [calls.set, calls.unset, ...calls.reversedBy]).map((operation) => `iam:${operation}`)
  const ofTampering = Object.entries(TAMPERING).flatMap(([service, operations]) => operations.map((operation) => `${service}:${operation}`))
  return [...ofSteps, ...REVERSALS.keys(), ...ofTampering]
}

/** The code of a detector, whose file has its name. */
export function sourceOf({ id }: Detector): string {
  return readFileSync(join(ROOT, DETECTORS, `${id}.ts`), 'utf8')
}

/** Every scenario by its name, with the calls that it plays on the last day. */
export function scenarios(): readonly { readonly name: string; readonly past: readonly Call[]; readonly calls: readonly Call[] }[] {
  const files = readdirSync(SCENARIOS).filter((file) => file.endsWith('.json'))
  return files.map((file) => {
    const { past, events } = Scenario.parse(JSON.parse(readFileSync(join(SCENARIOS, file), 'utf8')))
    return { name: file, past: (past?.calls ?? []).map(asCall), calls: events.filter((event): event is Call => 'call' in event) }
  })
}

/** The records of some seeds' days, one for each action with each set of request parameters. */
export function daysRecords(): readonly DayLine['event'][] {
  const records = SEEDS.flatMap((seed) => [...synthesiseDays(seed)].map(({ event }) => event))
  const shapeOf = (event: DayLine['event']) => `${event.eventSource} ${event.eventName} ${Object.keys(event.requestParameters ?? {})}`
  return [...new Map(records.map((event) => [shapeOf(event), event])).values()]
}

const SEEDS = [1, 2]

/** Every action of the labelled days. */
export function daysActions(): readonly string[] {
  return daysRecords().flatMap((event) => {
    const result = normalise(event)
    return result.kind === 'signals' ? result.signals.map(({ action }) => action) : []
  })
}

/** Every action that a scenario plays. */
export function playedActions(): readonly string[] {
  return scenarios().flatMap(({ past, calls }) => [...past, ...calls].map(({ call }) => call))
}
