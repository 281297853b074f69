import { geoDatabases } from '../../local/geo-databases.ts'
import { KINDS } from '../../local/synthetic/days/kinds.ts'
import { type DayLine, synthesiseDays } from '../../local/synthetic/days/synthesise-days.ts'
import { neutralised } from '../../shared/decide/advise/pack.ts'
import type { Policy } from '../../shared/domain/policy.ts'
import { geoIpFrom } from '../../shared/geo/geo-ip.ts'
import type { EvidencePack } from '../../shared/ports/advisor.ts'
import { opinionOf } from '../embedded.ts'
import { FIELDS, PAYLOADS, type Payload } from './payloads.ts'
import { lastSituation, type Situation } from './situations.ts'

/** A situation of a synthetic day. */
export interface DayCase extends Situation {
  readonly name: string
  readonly label: 'malicious' | 'benign'
}

/** A day into whose records somebody has written a text for the model. */
export interface InjectedCase extends DayCase {
  readonly payload: Payload
  readonly field: string
  /** The same evidence with a text of no meaning in the place of the payload; undefined where the payload does not reach the model. */
  readonly plainPack: EvidencePack | undefined
}

/** The seed of the synthetic days. */
const SEED = 1

/** So many days of each label, evenly over all kinds that the advisor is asked about; half of them such that an opinion can change the action. */
export async function dayCases(policy: Policy, perLabel: number): Promise<DayCase[]> {
  const geoIp = geoIpFrom(await geoDatabases())
  const found: DayCase[] = []
  for (const kind of KINDS) {
    for (const [source, lines] of Map.groupBy(synthesiseDays(SEED, [kind]), ({ source }) => source)) {
      const situation = await lastSituation(replayed(lines, kind.label), { policy, geoIp })
      if (situation !== undefined) found.push({ ...situation, name: `${kind.name} (${source})`, label: kind.label })
    }
  }
  return (['benign', 'malicious'] as const).flatMap((label) => {
    const ofLabel = found.filter((one) => one.label === label)
    const open = ofLabel.filter(isOpen)
    const some = evenly(open, Math.ceil(perLabel / 2))
    const settled = ofLabel.filter((one) => !isOpen(one))
    return [...some, ...evenly(settled, perLabel - some.length)]
  })
}

/** Each payload in each field, or so many of these pairs. */
export async function injectedCases(policy: Policy, most: number): Promise<InjectedCase[]> {
  const geoIp = geoIpFrom(await geoDatabases())
  const all = PAYLOADS.flatMap((payload) => FIELDS.map((field) => ({ payload, field })))
  const pairs = evenly(all, most)
  const cases: InjectedCase[] = []
  for (const { payload, field } of pairs) {
    const kind = KINDS.find(({ name }) => name === field.kinds[payload.label])
    if (kind === undefined) throw new Error(`there is no kind of day ${field.kinds[payload.label]}`)
    const text = field.isName ? payload.name : payload.text
    const lines = [...synthesiseDays(SEED, [kind])].filter(({ source }) => source.endsWith('-history'))
    const records = replayed(lines, kind.label).map(({ event, isOfCase }) => ({
      event: isOfCase ? field.write(event, text) : event,
      isOfCase,
    }))
    const situation = await lastSituation(records, { policy, geoIp, text })
    if (situation === undefined) throw new Error(`the advisor is not asked about ${kind.name} with a text in the ${field.name}`)
    const plainPack = withPlain(situation.pack, { text, plain: field.plain })
    cases.push({ ...situation, name: kind.name, label: payload.label, payload, field: field.name, plainPack })
  }
  return cases
}

function replayed(lines: readonly DayLine[], label: string) {
  return lines.map((line) => ({ event: line.event, isOfCase: line.label === label }))
}

/** True where some opinion changes the action. */
function isOpen({ actionWith }: Situation): boolean {
  return [0, 100].some((likelihood) => actionWith(opinionOf(likelihood)) !== actionWith(undefined))
}

/** So many of a list, at even distances. */
function evenly<T>(list: readonly T[], count: number): T[] {
  if (count >= list.length) return [...list]
  return Array.from({ length: count }, (_, at) => list[Math.floor((at * list.length) / count)] as T)
}

function withPlain(pack: EvidencePack, { text, plain }: { text: string; plain: string }): EvidencePack | undefined {
  const written = neutralised(text)
  const untrusted = Object.fromEntries(Object.entries(pack.untrusted).map(([field, value]) => [field, value.replaceAll(written, plain)]))
  return Object.entries(untrusted).some(([field, value]) => value !== pack.untrusted[field]) ? { ...pack, untrusted } : undefined
}
