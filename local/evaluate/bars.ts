import * as z from 'zod'
import type { Action } from '../../shared/domain/action.ts'
import { issueText } from '../../shared/domain/schema-issues.ts'
import { ResponderError } from '../../shared/errors.ts'
import { readJson } from '../read/read-text.ts'
import { type SourceFigures, share } from './figures.ts'
import { isAtLeast, REACHED } from './reached.ts'

const Share = z.number().min(0).max(1)
const Reached = z.enum(REACHED)

/** The figures that a source must reach. Shares are 0 to 1; a figure that is not named is not checked. */
const Bar = z.strictObject({
  /** Share of malicious cases found, at least. */
  found: Share.optional(),
  /** Share of benign cases with a decision ≥ ask, at most. */
  falseCases: Share.optional(),
  /** Share of benign credentials with a decision ≥ ask, at most. */
  benignCredentialsAsk: Share.optional(),
  /** Benign credentials with the decision contain, at most: a number. */
  benignCredentialsContain: z.number().int().min(0).optional(),
  /** Benign identities that can be contained with the decision contain, at most: a number. */
  benignIdentitiesContain: z.number().int().min(0).optional(),
  /** By action, the share of benign cases that come to it or to a stronger one, at most. */
  benignCases: z.partialRecord(Reached, Share).optional(),
  /** By action, the share of malicious cases that come to it or to a stronger one, from the first malicious record on, at least. */
  maliciousCases: z.partialRecord(Reached, Share).optional(),
  /** By action, the share of malicious cases with an irreversible record that came to it or to a stronger one before that record, at least. */
  beforeIrreversible: z.partialRecord(Reached, Share).optional(),
  /** Questions and containments for each benign case, at most. */
  benignInterventions: z.number().min(0).optional(),
  /** Share of benign calls within 24 hours after a restriction or containment that it would have refused, at most. */
  collateral: Share.optional(),
  /** Median over the malicious cases of the share of calls that would have been refused, at least. */
  stopped: Share.optional(),
})
type Bar = z.infer<typeof Bar>
const Bars = z.record(z.string(), Bar)
export type Bars = z.infer<typeof Bars>

/** Reads and checks a file of bars. */
export async function readBars(path: string): Promise<Bars> {
  const fail = (reason: string, cause?: unknown) => new ResponderError('usage', `cannot read the bars in ${path}: ${reason}`, { cause })
  const content = await readJson(path).catch((cause: unknown) => {
    throw fail(cause instanceof Error ? cause.message : 'it cannot be read', cause)
  })
  const parsed = Bars.safeParse(content)
  if (parsed.success) return parsed.data
  throw fail(parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the file'} ${barIssue(issue, content)}`).join('; '))
}

function barIssue(issue: z.core.$ZodIssue, content: unknown): string {
  return issue.code === 'unrecognized_keys'
    ? `has no ${issue.keys.join(', ')}; the figures are ${Object.keys(Bar.shape).join(', ')}`
    : issueText(issue, Bars, content)
}

/** A figure that has a bar, and of what it was counted. `of.count` 0: nothing was measured. */
interface Figure {
  readonly name: string
  readonly value: number
  readonly of: { readonly what: string; readonly count: number }
  readonly bound: number | undefined
  readonly isAtLeast: boolean
}

/** The missed bars, one line each. A source that has bars but no records, and a figure that nothing was measured for, are missed bars too. */
export function shortfalls(bars: Bars, sources: Readonly<Record<string, SourceFigures>>): string[] {
  return Object.entries(bars).flatMap(([name, bar]) => {
    const figures = sources[name]
    if (figures === undefined) return [`${name}: no such source in the files`]
    const all = [...benignFigures(bar, figures), ...maliciousFigures(bar, figures)]
    return all.flatMap((figure) => shortfallOf(figure) ?? []).map((line) => `${name}: ${line}`)
  })
}

function shortfallOf({ name, value, of, bound, isAtLeast: isLeast }: Figure): string | undefined {
  if (bound === undefined) return undefined
  if (of.count === 0) return `${name} was not measured: there is no ${of.what} in the files, so remove the bar or add some`
  if (isLeast ? value >= bound : value <= bound) return undefined
  return `${name} is ${Math.round(value * 1000) / 1000}, must be ${isLeast ? 'at least' : 'at most'} ${bound}`
}

function benignFigures(bar: Bar, { cases, records, credentials, identities, interventions, collateral }: SourceFigures): Figure[] {
  const benign = cases.filter((one) => one.benign)
  const alarms = benign.filter(({ trigger }) => trigger !== null).length
  const { total, ask, contain } = credentials.benign
  const ofCases = { what: 'benign case', count: benign.length }
  const ofCredentials = { what: 'benign credential', count: total }
  const ofRecords = { what: 'benign record', count: records.benign.total }
  const ofIdentities = { what: 'benign identity that can be contained', count: identities.benign.total }
  const atMost = (name: string, value: number, bound: number | undefined, of: Figure['of']): Figure => ({
    name,
    value,
    of,
    bound,
    isAtLeast: false,
  })
  const reaching = REACHED.map((action) => {
    const count = benign.filter(({ decision }) => isAtLeast(decision, action)).length
    return atMost(`benignCases.${action}`, share(count, benign.length), bar.benignCases?.[action], ofCases)
  })
  return [
    atMost('falseCases', share(alarms, benign.length), bar.falseCases, ofCases),
    atMost('benignCredentialsAsk', share(ask, total), bar.benignCredentialsAsk, ofCredentials),
    atMost('benignCredentialsContain', contain, bar.benignCredentialsContain, ofCredentials),
    atMost('benignIdentitiesContain', identities.benign.contain, bar.benignIdentitiesContain, ofIdentities),
    ...reaching,
    atMost('benignInterventions', interventions.benign.perCase ?? 0, bar.benignInterventions, ofCases),
    // Without an action no call is refused: that is measured wherever there are benign records.
    atMost('collateral', share(collateral.refused, collateral.benign), bar.collateral, ofRecords),
  ]
}

function maliciousFigures(bar: Bar, { cases, stopped }: SourceFigures): Figure[] {
  const malicious = cases.filter((one) => one.malicious)
  const irreversible = malicious.filter(({ hasIrreversible }) => hasIrreversible)
  const ofCases = { what: 'malicious case', count: malicious.length }
  const ofIrreversible = { what: 'malicious case with an irreversible record', count: irreversible.length }
  const atLeast = (name: string, value: number, bound: number | undefined, of: Figure['of']): Figure => ({
    name,
    value,
    of,
    bound,
    isAtLeast: true,
  })
  const found = malicious.filter(({ detected }) => detected).length
  const before = (action: Action) =>
    irreversible.filter(({ beforeIrreversible: most }) => most !== 'none' && isAtLeast(most, action)).length
  return [
    atLeast('found', share(found, malicious.length), bar.found, ofCases),
    ...REACHED.map((action) => {
      const count = malicious.filter(({ reached }) => reached[action] !== null).length
      return atLeast(`maliciousCases.${action}`, share(count, malicious.length), bar.maliciousCases?.[action], ofCases)
    }),
    ...REACHED.map((action) =>
      atLeast(`beforeIrreversible.${action}`, share(before(action), irreversible.length), bar.beforeIrreversible?.[action], ofIrreversible),
    ),
    atLeast('stopped', stopped.median ?? 0, bar.stopped, ofCases),
  ]
}
