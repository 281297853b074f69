import type { Policy } from '../../shared/domain/policy.ts'
import { geoIpFrom } from '../../shared/geo/geo-ip.ts'
import { absentAdvisor } from '../../shared/memory/advisor.ts'
import type { Advisor } from '../../shared/ports/advisor.ts'
import { readBars, shortfalls } from '../evaluate/bars.ts'
import { figuresOf, type SourceFigures } from '../evaluate/figures.ts'
import { readCases } from '../evaluate/labelled.ts'
import { noted, renderQuestions } from '../evaluate/questions.ts'
import { type Evaluated, renderHtml, renderTable } from '../evaluate/report.ts'
import { runCase } from '../evaluate/run-case.ts'
import { geoDatabases } from '../geo-databases.ts'
import { writeOut } from '../write-out.ts'

export interface EvaluateOptions {
  readonly files: readonly string[]
  readonly policy: Policy
  readonly isJson: boolean
  readonly out?: string
  readonly failUnder?: string
  /** An advisor to measure beside the deterministic score alone, with the name of its model. */
  readonly advised?: { readonly advisor: Advisor; readonly model: string }
  readonly complain: (line: string) => void
}

/** Measures detection on labelled records, each case with fresh state. Returns what to print, and whether every bar was reached. */
export async function evaluate({
  files,
  policy,
  isJson,
  out,
  failUnder,
  advised,
  complain,
}: EvaluateOptions): Promise<{ output: string; isReached: boolean; isWhole: boolean }> {
  let problems = 0
  const cases = await readCases(files, (problem) => {
    problems += 1
    complain(problem)
  })
  const geoIp = geoIpFrom(await geoDatabases())
  const runAll = async (advisor: Advisor) => {
    const evaluated = new Map<string, Evaluated[]>()
    for (const one of cases) {
      const results = await runCase(one, { policy, advisor, geoIp })
      evaluated.set(one.source, [...(evaluated.get(one.source) ?? []), { case: one, results }])
    }
    return evaluated
  }
  const figuresFor = (evaluated: ReadonlyMap<string, readonly Evaluated[]>): Record<string, SourceFigures> =>
    Object.fromEntries([...evaluated].map(([name, all]) => [name, figuresOf(all, policy.thresholds)]))
  const evaluated = await runAll(absentAdvisor)
  const sources = figuresFor(evaluated)
  if (out !== undefined) await writeOut(out, await renderHtml(sources, evaluated, policy.thresholds))
  const short = failUnder === undefined ? [] : shortfalls(await readBars(failUnder), sources)
  for (const line of short) complain(line)
  if (failUnder !== undefined && short.length === 0) complain(`every bar of ${failUnder} is reached`)
  const reached = { isReached: short.length === 0, isWhole: problems === 0 }
  if (advised === undefined) return { output: isJson ? JSON.stringify({ sources }) : renderTable(sources), ...reached }
  const asking = noted(advised.advisor)
  const withAdvisor = figuresFor(await runAll(asking.advisor))
  const events = cases.reduce((sum, { records }) => sum + records.length, 0)
  const questions = asking.figures(advised.model, events)
  const output = isJson
    ? JSON.stringify({ sources, advised: { sources: withAdvisor, questions } })
    : `The deterministic score alone\n${renderTable(sources)}\n\nWith the advisor\n${renderTable(withAdvisor)}\n\n${renderQuestions(questions)}`
  return { output, ...reached }
}
