import { jsonText } from '../render/json-text.ts'
import type { Paint } from '../render/style.ts'
import { type Column, table } from '../render/table.ts'
import { wrapText } from '../render/wrap.ts'
import type { PlannedCanary } from './canary-for.ts'
import { CLOCKS, type ClockName, type PublishedClock } from './clocks.ts'
import { type DrillReport, type DrillStep, STEPS, type StepMeaning } from './step.ts'

const WORDS: Readonly<Record<DrillStep['outcome'], string>> = { done: 'done', 'not-called-for': 'not called for', missed: 'MISSED' }

/** What a drill does to the account, for the person who decides whether it goes on. */
export function whatFollows(
  { name, arn, mode, tier, needsSecond }: PlannedCanary,
  { stack, account }: { stack: string; account: string },
): string {
  return [
    `A drill in ${stack}, account ${account}:`,
    `  makes    the user ${arn} without any rights, and an access key of it`,
    '  tells    people that a drill begins, as they are told of incidents',
    '  uses     that key from here: who am I, list buckets, users and secrets; AWS refuses all but the first',
    `  waits    for what the stack does about it (mode ${mode} of tier ${tier}), and releases it by your verdict${needsSecond ? ', for which the policy wants a second person' : ''}`,
    `  removes  the key and the user ${name}, and nothing else`,
    'It takes a place of the breaker for an hour where the mode is contain or restrict, and stays in the record.',
  ].join('\n')
}

const COLUMNS: readonly Column[] = [
  { name: 'step', isText: true },
  { name: 'after the first call', align: 'right' },
  {},
  { name: 'compare with', worth: 1 },
  { isText: true },
]

/** The steps of a drill with their times, beside the published clocks. */
export function drillText(report: DrillReport, { paint, width }: { paint: Paint; width?: number | undefined }, note = ''): string {
  const rows = report.steps.map((step) => {
    const { title } = STEPS[step.name]
    const clock = clockOf(step)
    return [
      title,
      step.atMs === undefined ? '-' : `+${(step.atMs / 1000).toFixed(1)} s`,
      WORDS[step.outcome],
      clock === undefined ? '' : CLOCKS[clock].time,
      step.note,
    ]
  })
  const used = [...new Set(['fastest', 'hijackers', ...report.steps.flatMap((step) => clockOf(step) ?? [])])] as ClockName[]
  const told = [
    paint('bold', `Drill with ${report.user}`),
    ...(note === '' ? [] : [note]),
    '',
    table(COLUMNS, rows, { width }),
    '',
    'Times run from the first call that AWS accepted, by the clock of this machine, which looks once a second. What to compare them with, as others have published it, each from where it says:',
    ...used.flatMap((clock) => clockLines(CLOCKS[clock])),
    ...(report.left.length === 0 ? [] : ['', 'Left in the account:', ...report.left.map((one) => `  ${one}`)]),
  ]
  return wrapText(told.join('\n'), width)
}

/** A clock and, below it, who says so. */
function clockLines({ time, what, source }: PublishedClock): string[] {
  return [`  ${time.padEnd(13)}${what}`, ...source.split(', ').map((one) => `${' '.repeat(15)}${one}`)]
}

/** The same for a program: the report, and the clocks that it names. */
export function drillJson(report: DrillReport, note = ''): string {
  const steps = report.steps.map((step) => ({
    ...step,
    title: STEPS[step.name].title,
    ...(clockOf(step) === undefined ? {} : { clock: clockOf(step) }),
  }))
  return jsonText({ ...report, steps, clocks: CLOCKS, ...(note === '' ? {} : { note }) }, 2)
}

function clockOf({ name }: DrillStep): ClockName | undefined {
  const step: StepMeaning = STEPS[name]
  return step.clock
}
