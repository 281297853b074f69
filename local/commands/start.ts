import { createInterface } from 'node:readline/promises'
import type { PackedRules } from '../../shared/detect/rules/packed-rule.ts'
import { ruleSet } from '../../shared/detect/rules/rule-set.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { reasonsOf, riskText } from '../../shared/domain/reasons.ts'
import { answersOf } from '../../shared/domain/story/answers.ts'
import { plainText } from '../../shared/domain/story/said.ts'
import { storyOf } from '../../shared/domain/story/story.ts'
import { HOUR_MS, MINUTE_MS } from '../../shared/domain/time.ts'
import { readKnown } from '../../shared/record/notice.ts'
import { backtest } from '../backtest.ts'
import { commandOn } from '../command-name.ts'
import { createEmbedded } from '../create-embedded.ts'
import { AccountBusy } from '../embedded/own-folder.ts'
import { embeddedSweep, sweepRegularly, tellSweepFailed } from '../embedded/sweep.ts'
import type { Embedded } from '../embedded.ts'
import { renderChanges } from '../render/changes.ts'
import { renderIncident } from '../render/incident.ts'
import { reviewCommand } from '../render/next-commands.ts'
import { duration, moment, type Paint } from '../render/style.ts'
import { table } from '../render/table.ts'
import { wrapText } from '../render/wrap.ts'
import { simulatedClock } from '../simulated-clock.ts'
import { type Leak, leakIn } from '../synthetic/leak.ts'
import { ANSWERER, monthAnswers, monthLine } from '../synthetic/month-answers.ts'
import { DELIVERY_MS, type Live, learn, replayLastDay } from '../synthetic/play.ts'
import { ACCOUNT, type CloudTrailRecord } from '../synthetic/record.ts'
import { byTime, type SyntheticHistory, syntheticHistory } from '../synthetic-history.ts'
import { leakLines } from './leak-lines.ts'
import { type Ask, answerTo } from './story-verdict.ts'

const DAYS = 31

/** The demonstration shows a containment, so its policy allows it. The default of a deployed stack is mode observe. */
const STORY_POLICY = { version: 3, mode: 'contain', protected: { arns: ['arn:aws:iam::*:user/break-glass'], tags: {} } }

/** What the record says of that policy. */
const BEGINNING = { by: 'local:start', why: 'the policy of the embedded account' }

/** The second key stands in a ticket so long before the end: GuardDuty's word comes six minutes later. */
const LEAK_MS = 10 * MINUTE_MS

/** CloudTrail writes whole seconds: what is done about an event is done before the next second of the story. */
const WITHIN_A_SECOND_MS = 999

export interface StartOptions {
  readonly isOnce: boolean
  readonly folder: string
  readonly seed: number
  /** The rules of people, which the calls of the story are compared with. */
  readonly rules?: PackedRules | undefined
  readonly paint: Paint
  /** That of the terminal. */
  readonly width: number | undefined
}

/** Replays a month of a synthetic account in which a CI key leaks on the last day and another one stands in a ticket, and prints what became of both. */
export async function start({ isOnce, folder, seed, rules, paint, width }: StartOptions): Promise<void> {
  const print = (...lines: string[]) => process.stdout.write(`${wrapText(lines.join('\n'), width)}\n`)
  const end = Math.floor(Date.now() / HOUR_MS) * HOUR_MS
  const story = syntheticHistory({ seed, end, days: DAYS })
  let isTold = false
  const clock = simulatedClock(
    () => performance.now(),
    () => (isTold ? Number.POSITIVE_INFINITY : WITHIN_A_SECOND_MS),
  )
  clock.moveTo(end - DAYS * 24 * HOUR_MS)
  const embedded = await createEmbedded(folder, { picture: story.account, policy: STORY_POLICY, clock, ...BEGINNING }).catch((cause) => {
    // Only on a terminal, because other output may be stored in a log: whoever has the address can give verdicts.
    if (cause instanceof AccountBusy && cause.console !== null && process.stdout.isTTY)
      print(`The process that has the account open serves its console at ${cause.console}`)
    throw cause
  })
  try {
    const run = backtest({ ...embedded.ports, clock, account: ACCOUNT, rules: rules && ruleSet(rules) })
    // The account is saved once, after the replay.
    const sweep = embeddedSweep(embedded.ports, async () => {})
    print(
      `${paint('bold', 'Countersign')}: an embedded account in ${folder}, policy mode contain (a deployed stack only observes by default)`,
      '',
    )
    if (embedded.previous !== undefined)
      print(`The account that was here, its record and verdicts with it, is now in ${embedded.previous}.`, '')
    const { iam } = embedded.ports
    const month = monthAnswers(embedded.target(`local:${ANSWERER}`))
    await learn(run, story.history, { moveTo: clock.moveTo, sweep, iam, answer: month.answer })
    print(
      `Learned what is normal from ${story.history.length} calls of ${DAYS - 1} days. Now the last day, ${story.lastDay.length} calls, one by one.`,
      monthLine(month, DAYS - 1),
      `The event of each call arrives ${duration(DELIVERY_MS)} after it, as CloudTrail may take, and the account refuses what was denied by then.`,
      ...[embedded.target('local:start').timesNote ?? []].flat(),
      '',
    )
    const leak = leakIn({ account: story.account, at: end - LEAK_MS, seed })
    const calls = [...(story.lastDay as readonly CloudTrailRecord[]), ...leak.records].sort(byTime)
    const live = await replayLastDay(run, calls, { moveTo: clock.moveTo, sweep, iam, reports: leak.reports })
    clock.moveTo(end)
    isTold = true
    await sweep()
    await embedded.save()
    await tell(embedded, { story, leak, live, paint, width, print })
    if (!isOnce) await stay(embedded, { paint, print })
  } finally {
    await embedded.close()
  }
}

interface Telling {
  readonly story: SyntheticHistory
  readonly leak: Leak
  readonly live: Live
  readonly paint: Paint
  readonly width: number | undefined
  readonly print: (...lines: string[]) => void
}

async function tell(embedded: Embedded, { story, leak, live, paint, width, print }: Telling): Promise<void> {
  const { ports } = embedded
  const target = embedded.target('local:start')
  const open = await ports.incidents.listOpen(20)
  const isOfLeak = (incident: Incident) => incident.credentials.some(({ id }) => id === leak.accessKeyId)
  for (const incident of open.filter((one) => one.state === 'contained' && !isOfLeak(one))) {
    const { options } = target
    const known = await readKnown(incident, ports)
    print(renderIncident(incident, paint, { options, ...known, width }), '', renderChanges(known.changes, paint, width), '')
  }
  if (live.refused.size > 0) print(...describeRefusals({ story, leak, live, paint, width }), '')
  for (const incident of open.filter(isOfLeak)) {
    print(...leakLines({ incident, ...(await readKnown(incident, ports)) }, { leak, ...live, paint, width }), '')
  }
  const watching = open.filter(({ state }) => state === 'watching')
  if (watching.length > 0)
    print(`Incidents below the threshold ask, in state watching: ${watching.length} (${commandOn(target, 'incidents')})`, '')
  const sorted = [...live.took].sort((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0
  print(
    `${paint('bold', 'Speed')}: ${duration(median)} for a call in the median, ${duration(sorted.at(-1) ?? 0)} for the slowest, containment included.`,
    '',
  )
  const waiting = open.filter(({ state }) => state === 'contained' || state === 'restricted' || state === 'asking')
  print(paint('bold', 'Waiting for review'))
  if (waiting.length === 0) print('  nothing')
  for (const incident of waiting) {
    const { id } = incident
    const [strongest] = reasonsOf(incident).contributions
    const known = await readKnown(incident, ports)
    print(
      `  ${plainText(storyOf({ incident, ...known }).headline)}`,
      `    risk     ${riskText(incident)}`,
      `    why      ${strongest?.finding.title}: ${strongest?.finding.reason}`,
      `    look     ${commandOn(target, `incidents show ${id}`)}`,
      `    explain  ${commandOn(target, `explain ${id}`)}`,
      ...answersOf(incident, known.changes).map(
        ({ kind, command }) => `    ${command.padEnd(8)} ${reviewCommand(kind, id, target, command)}`,
      ),
    )
  }
}

/** The most refused calls that are listed. */
const MOST_REFUSED = 6

/** What the policies that were set have refused, and what the intruder did before they were there. */
function describeRefusals({ story, leak, live, paint, width }: Omit<Telling, 'print'>): string[] {
  const ofIntruder = new Set(story.intrusion.eventIds)
  const calls = story.lastDay as readonly CloudTrailRecord[]
  const foreign = calls.filter(({ eventID }) => ofIntruder.has(eventID))
  const refused = foreign.filter(({ eventID }) => live.refused.has(eventID))
  const ofLeak = new Set(leak.records.map(({ eventID }) => eventID))
  const own = [...live.refused].filter((id) => !ofIntruder.has(id) && !ofLeak.has(id))
  const recorded = (ids: readonly string[]) => ids.filter((id) => !live.unrecorded.has(id)).length
  const rows = refused
    .slice(0, MOST_REFUSED)
    .map(({ eventTime, eventSource, eventName, sourceIPAddress }) => [
      moment(Date.parse(eventTime)),
      `${String(eventSource).split('.')[0]}:${eventName}`,
      String(sourceIPAddress),
    ])
  return [
    `${paint('bold', 'What it stopped')}: ${refused.length} of ${foreign.length} calls of the intruder; the ${foreign.length - refused.length} before them were made while the events were on their way`,
    `  CloudTrail shows ${recorded(refused.map(({ eventID }) => eventID))} of the ${refused.length}: a call with a key that is switched off leaves no record, and a session that was not issued makes none.`,
    table([{}, { isText: true }, {}], rows, { width, indent: 2 }),
    ...(refused.length > rows.length ? [`  … ${refused.length - rows.length} more`] : []),
    ...(own.length > 0
      ? [
          `${paint('bold', 'What it cost')}: ${own.length} calls of the key's owner, of which CloudTrail shows ${recorded(own)}`,
          '  The job fails until you release the incident, or confirm it and give the job another user: this one is denied everything.',
        ]
      : []),
  ]
}

/** Serves the console and reads verdicts from the terminal, until Enter or Ctrl-C. */
async function stay(embedded: Embedded, { paint, print }: Pick<Telling, 'paint' | 'print'>): Promise<void> {
  const target = embedded.target('local:start')
  const [incident] = (await target.incidents.listOpen(20)).filter(({ state }) => state === 'contained')
  const { geoIp, clock } = embedded.ports
  const { serveConsole } = await import('../console/serve.ts')
  const { url, close } = await serveConsole({ target, geoIp, clock }, { port: 0 })
  const stopSweeping = await sweepRegularly(embeddedSweep(embedded.ports, embedded.save), tellSweepFailed)
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  print('', paint('bold', 'Console'), `  ${url}`, '  for this machine only, while this runs. Whoever has the address can give verdicts', '')
  if (incident !== undefined)
    print(
      `${paint('bold', 'Your verdict')} on ${incident.id}: in the console, or type "release" to undo it, "confirm" if it was an attack.`,
    )
  const lines = terminal[Symbol.asyncIterator]()
  const ask: Ask = async (question) => {
    terminal.setPrompt(question)
    terminal.prompt()
    const line = await lines.next()
    return line.done === true ? undefined : line.value
  }
  for (;;) {
    const line = await ask('Enter ends. > ')
    if (line === undefined || line.trim() === '') break
    print(await answerTo(line, incident?.id, { target, ask }))
  }
  terminal.close()
  stopSweeping()
  await close()
}
