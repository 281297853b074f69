import type { PackedRules } from '../../shared/detect/rules/packed-rule.ts'
import { ruleSet } from '../../shared/detect/rules/rule-set.ts'
import type { Policy } from '../../shared/domain/policy.ts'
import { ResponderError } from '../../shared/errors.ts'
import { geoIpFrom } from '../../shared/geo/geo-ip.ts'
import { absentAdvisor } from '../../shared/memory/advisor.ts'
import type { Advisor } from '../../shared/ports/advisor.ts'
import { readBars, shortfalls } from '../evaluate/bars.ts'
import { figuresOf, type SourceFigures } from '../evaluate/figures.ts'
import { type LabelledCase, readCases } from '../evaluate/labelled.ts'
import { noted, renderQuestions } from '../evaluate/questions.ts'
import { type Evaluated, renderTable } from '../evaluate/report.ts'
import { type CaseResult, runCase } from '../evaluate/run-case.ts'
import { geoDatabases } from '../geo-databases.ts'
import { jsonText } from '../render/json-text.ts'
import { wrapText } from '../render/wrap.ts'
import { requireWritable, writeOut } from '../write-out.ts'
import { InputTally } from './input-tally.ts'

export interface EvaluateOptions {
  readonly files: readonly string[]
  readonly policy: Policy
  readonly rules?: PackedRules | undefined
  readonly isJson: boolean
  /** That of the terminal. */
  readonly width?: number | undefined
  readonly out?: string
  readonly failUnder?: string
  /** Minutes after which a simulated person answers "legitimate" to what was asked; undefined where nobody answers. */
  readonly answerLegitimate?: number
  /** An advisor to measure beside the deterministic score alone, with the name of its model. */
  readonly advised?: { readonly advisor: Advisor; readonly model: string }
  readonly complain: (line: string) => void
}

/** Measures detection on labelled records, each case with fresh state. Returns what to print, and whether every bar was reached. */
export async function evaluate({
  files,
  policy,
  rules,
  isJson,
  width,
  out,
  failUnder,
  answerLegitimate,
  advised,
  complain,
}: EvaluateOptions): Promise<{ output: string; isReached: boolean; isWhole: boolean }> {
  // What would end the command after its work ends it before.
  const bars = failUnder === undefined ? undefined : await readBars(failUnder)
  if (out !== undefined) await requireWritable(out)
  let problems = 0
  const passed = new InputTally({ write: complain })
  const onProblem = (problem: string) => {
    problems += 1
    complain(problem)
  }
  const cases = await readCases(files, onProblem, passed.onSkip)
  if (cases.length === 0 && problems === 0)
    throw new ResponderError(
      'usage',
      `nothing was measured: no labelled record in ${files.join(', ')}${passed.passedOver.length === 0 ? '' : ` (passed over: ${passed.passedOver.join(', ')})`}; docs/evaluation.md shows what a line looks like`,
    )
  const geoIp = geoIpFrom(await geoDatabases())
  const matching = rules && ruleSet(rules)
  const asking = advised && noted(advised.advisor)
  const alone = new Map<string, Evaluated[]>()
  const together = new Map<string, Evaluated[]>()
  let events = 0
  // Of each case its figures are kept and not its records, which are most of the memory.
  for (let one = cases.shift(); one !== undefined; one = cases.shift()) {
    events += one.records.length
    const settings = { policy, geoIp, rules: matching, answerAfterMinutes: answerLegitimate }
    addTo(alone, one, await runCase(one, { ...settings, advisor: absentAdvisor }))
    if (asking !== undefined) addTo(together, one, await runCase(one, { ...settings, advisor: asking.advisor }))
  }
  const sources = figuresFor(alone)
  if (out !== undefined) await writeOut(out, await (await import('../evaluate/page.ts')).evaluationPage(sources, alone, policy.thresholds))
  const short = bars === undefined ? [] : shortfalls(bars, sources)
  for (const line of short) complain(line)
  if (failUnder !== undefined && short.length === 0) complain(`every bar of ${failUnder} is reached`)
  const reached = { isReached: short.length === 0, isWhole: problems === 0 }
  // What was wrong is told above, and a table of nothing would look like a result.
  if (!isJson && alone.size === 0) return { output: '', ...reached }
  if (advised === undefined || asking === undefined)
    return { output: isJson ? jsonText({ sources }) : renderTable(sources, width), ...reached }
  const withAdvisor = figuresFor(together)
  const questions = asking.figures(advised.model, events)
  const output = isJson
    ? jsonText({ sources, advised: { sources: withAdvisor, questions } })
    : `The deterministic score alone\n${renderTable(sources, width)}\n\nWith the advisor\n${renderTable(withAdvisor, width)}\n\n${wrapText(renderQuestions(questions), width)}`
  return { output, ...reached }
}

function addTo(evaluated: Map<string, Evaluated[]>, { name, source, records }: LabelledCase, results: readonly CaseResult[]): void {
  const { needsContext = false, severity = '' } = records[0] ?? {}
  const known = evaluated.get(source) ?? []
  known.push({ case: { name, source, needsContext, severity }, results })
  evaluated.set(source, known)
}

function figuresFor(evaluated: ReadonlyMap<string, readonly Evaluated[]>): Record<string, SourceFigures> {
  return Object.fromEntries([...evaluated].map(([name, all]) => [name, figuresOf(all)]))
}
