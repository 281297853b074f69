import type { Deviation } from './deviations.ts'
import type { Decision } from './engines.ts'
import type { PolicyCase } from './generated-case.ts'

/** What an evaluator says of each request of each case, in their order; undefined where it cannot be asked. */
export type Answers = readonly (readonly (Decision | undefined)[])[]
export type Ask = (cases: readonly PolicyCase[]) => Answers
export type AskEngine = (cases: readonly PolicyCase[]) => Promise<Answers>

/** A request of which two evaluators say different things; `at` and `which` are the places of the case and of its request. */
export interface Difference {
  readonly at: number
  readonly which: number
  readonly asked: PolicyCase
  readonly ours: Decision
  readonly theirs: Decision
}

export interface Comparison {
  readonly asked: number
  readonly differences: readonly Difference[]
  /** How many differences a deviation explains by itself, by its id, and how many it takes several for. */
  readonly explained: ReadonlyMap<string, number>
  readonly unexplained: readonly Difference[]
  /** Requests of which the engine, all its deviations taken away, says another thing than ours. */
  readonly unmodelled: readonly Difference[]
}

export const SEVERAL = 'several of these'

/** What an engine says of cases, for each set of its deviations that are written away for it. */
export type EngineAnswers = ReadonlyMap<string, Answers>

export async function answersOf(cases: readonly PolicyCase[], deviations: readonly Deviation[], ask: AskEngine): Promise<EngineAnswers> {
  const written = deviations.filter(({ theirs }) => theirs !== undefined)
  const answers = new Map<string, Answers>()
  for (const subset of [[], ...subsetsOf(written)]) answers.set(keyOf(subset), await ask(cases.map((one) => asTheirs(subset, one))))
  return answers
}

/** Compares an engine with ours, request by request, and says by which deviations of the engine they differ. `plain`: what ours says of these cases and more. */
export function compare(
  cases: readonly PolicyCase[],
  deviations: readonly Deviation[],
  { ours, plain, theirs }: { readonly ours: Ask; readonly plain: Answers; readonly theirs: EngineAnswers },
): Comparison {
  const engine = answersUnder([], theirs)
  const asked = plain.flatMap((answers, at) => answers.filter((one, which) => one !== undefined && engine[at]?.[which] !== undefined))
  const differences = differencesOf(cases, plain, engine)
  const whole = ours(cases.map((one) => asOurs(deviations, one)))
  const unmodelled = differencesOf(cases, whole, answersUnder(deviations, theirs))
  return { asked: asked.length, differences, ...explain(differences, deviations, { ours, theirs }), unmodelled }
}

function differencesOf(cases: readonly PolicyCase[], ours: Answers, theirs: Answers): readonly Difference[] {
  return cases.flatMap((one, at) =>
    one.requests.flatMap((request, which) => {
      const [our, their] = [ours[at]?.[which], theirs[at]?.[which]]
      if (our === undefined || their === undefined || our === their) return []
      return [{ at, which, asked: { ...one, requests: [request] }, ours: our, theirs: their }]
    }),
  )
}

function explain(
  differences: readonly Difference[],
  deviations: readonly Deviation[],
  { ours, theirs }: { readonly ours: Ask; readonly theirs: EngineAnswers },
): Pick<Comparison, 'explained' | 'unexplained'> {
  const explained = new Map<string, number>()
  let left = differences
  for (const subset of subsetsOf(deviations)) {
    if (left.length === 0) break
    const engine = answersUnder(subset, theirs)
    const again = ours(left.map(({ asked }) => asOurs(subset, asked)))
    const open = left.filter(({ at, which }, place) => again[place]?.[0] !== engine[at]?.[which])
    const name = subset.length === 1 ? keyOf(subset) : SEVERAL
    if (open.length < left.length) explained.set(name, (explained.get(name) ?? 0) + left.length - open.length)
    left = open
  }
  return { explained, unexplained: left }
}

/** Every set of deviations but the empty one, the smaller first. */
function subsetsOf(deviations: readonly Deviation[]): readonly (readonly Deviation[])[] {
  const all = Array.from({ length: 2 ** deviations.length }, (_, mask) => deviations.filter((_, at) => (mask & (1 << at)) !== 0))
  return all.slice(1).toSorted((a, b) => a.length - b.length)
}

function answersUnder(deviations: readonly Deviation[], theirs: EngineAnswers): Answers {
  return theirs.get(keyOf(deviations.filter((one) => one.theirs !== undefined))) ?? []
}

function keyOf(deviations: readonly Deviation[]): string {
  return deviations.map(({ id }) => id).join('; ')
}

function asOurs(deviations: readonly Deviation[], one: PolicyCase): PolicyCase {
  return deviations.reduce((changed, { ours }) => ours?.(changed) ?? changed, one)
}

function asTheirs(deviations: readonly Deviation[], one: PolicyCase): PolicyCase {
  return deviations.reduce((changed, { theirs }) => theirs?.(changed) ?? changed, one)
}
