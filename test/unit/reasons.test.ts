import { describe, expect, it } from 'vitest'
import { whySection } from '../../local/console/why-section.ts'
import { renderIncident } from '../../local/render/incident.ts'
import { renderList } from '../../local/render/incident-list.ts'
import type { Paint } from '../../local/render/style.ts'
import { renderTimeline } from '../../local/render/timeline.ts'
import { assessmentOf } from '../../shared/domain/assessment.ts'
import type { Finding } from '../../shared/domain/finding.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { reasonsOf, refusedAfter, riskText, sumLine, weakerReasons } from '../../shared/domain/reasons.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { noticeOf } from '../../shared/record/notice.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { explain } from '../../shared/review/explain/explain.ts'
import { collectFacts } from '../../shared/review/explain/facts.ts'
import { linesOf } from '../../shared/review/explain/lines.ts'
import { review } from '../../shared/review/review.ts'
import { detailsOf } from '../../shared/slack/details.ts'
import { messageOf } from '../../shared/slack/message.ts'
import { incidentOf } from '../contract/samples.ts'
import { ATTACK, arnOf, call, embedded, KEY, NOW } from '../embedded.ts'

const plain: Paint = (_, text) => text

/** Of what our own step refuses, only a try to undo it is a finding. */
const REVERSALS = [62_000, 63_000].map((after) =>
  call('iam:UpdateAccessKey', {
    id: `u${after}`,
    time: NOW + after,
    request: { userName: 'ci-build', accessKeyId: KEY, status: 'Active' },
    error: 'AccessDenied',
  }),
)

/** Twelve different calls of the contained key, all refused by our own step, and its tries to undo that. */
const REFUSED = [
  ...['ListUsers', 'ListRoles', 'ListGroups', 'ListPolicies', 'ListAccountAliases', 'GetAccountSummary'].flatMap((name, at) =>
    [`iam:${name}`, `ec2:Describe${name.replace(/^(?:List|Get)/, '')}`].map((action, nth) =>
      call(action, { id: `r${at}-${nth}`, time: NOW + 60_000 + at * 2000 + nth * 1000, error: 'AccessDenied' }),
    ),
  ),
  ...REVERSALS,
]

async function containedThenRefused(policy: object = {}) {
  const world = await embedded({ policy })
  await world.respond(ATTACK)
  const [before] = (await world.incidents()) as [Incident]
  return { world, before }
}

async function look(world: Awaited<ReturnType<typeof embedded>>) {
  const [incident] = (await world.incidents()) as [Incident]
  const { ports } = world
  return { incident, signals: await ports.incidents.signals(incident.id), changes: await ports.record.list(incidentSubject(incident.id)) }
}

describe('why it was done', () => {
  it('names no refusal that our own containment produced, wherever people read it', async () => {
    const { world, before } = await containedThenRefused()
    expect(before.state).toBe('contained')
    await world.respond(REFUSED)
    const known = await look(world)
    const { incident, signals, changes } = known
    const { contributions, since } = reasonsOf(incident)
    expect(since.map(({ finding }) => finding.detector)).toEqual(['containment-reversed'])
    for (const { finding } of contributions) expect(finding.time).toBeLessThanOrEqual(incident.decidedBy.time)
    const later = since.map(({ finding }) => finding)
    const explanation = await explain(known, undefined)
    const policy = parsePolicy({ version: 2 })
    const places = {
      list: renderList([incident]),
      notice: noticeOf(incident, 'contained').body,
      slack: JSON.stringify(messageOf({ incident, changes, policy }).blocks),
      why: renderIncident(incident, plain).split('Found since then')[0] ?? '',
      summary: explanation.summary.map(({ text }) => text).join('\n'),
    }
    for (const [place, text] of Object.entries(places))
      for (const { title, reason } of later) {
        expect(text, place).not.toContain(title)
        expect(text, place).not.toContain(reason)
      }
    const reasons = explanation.why.filter(({ evidence }) => evidence.some((id) => id.startsWith('F')))
    for (const { text } of reasons) for (const { title } of later) expect(text).not.toContain(title)
    expect(signals.length).toBeGreaterThan(0)
  })

  it('counts them instead: after containment, so many calls refused', async () => {
    const { world } = await containedThenRefused()
    await world.respond(REFUSED)
    const known = await look(world)
    const { incident, signals, changes } = known
    const refused = refusedAfter(incident, signals)
    expect(refused).toBe(REFUSED.length)
    const said = `fter the containment: ${refused} calls refused`
    expect(linesOf(await explain(known, undefined)).join('\n')).toContain(said)
    expect(renderTimeline(incident, signals, plain)).toContain(said)
    expect(JSON.stringify(detailsOf(incident, { signals, changes }).blocks)).toContain(said)
    expect(riskText(incident)).toContain('with what was found after the decision')
  })

  it('is all that was found while nothing is contained: a refusal is then the policy of the account', async () => {
    const { world } = await containedThenRefused({ mode: 'ask' })
    await world.respond(REFUSED)
    const { incident, signals } = await look(world)
    expect(incident.state).toBe('asking')
    expect(reasonsOf(incident).since).toEqual([])
    expect(reasonsOf(incident).contributions).toHaveLength(incident.assessment.contributions.length)
    expect(refusedAfter(incident, signals)).toBe(0)
  })

  it('is all that was found before a person ordered the containment', async () => {
    const { world, before } = await containedThenRefused({ mode: 'ask' })
    world.setNow(NOW + 30_000)
    await review(before.id, { kind: 'contain', by: arnOf('reviewer'), reason: 'stop it' }, world.ports)
    await world.respond(REFUSED)
    const { incident } = await look(world)
    expect(incident.state).toBe('contained')
    expect(
      reasonsOf(incident)
        .contributions.map(({ finding }) => finding.detector)
        .sort(),
    ).toEqual(before.assessment.contributions.map(({ finding }) => finding.detector).sort())
    expect(reasonsOf(incident).since.length).toBeGreaterThan(0)
  })

  it('ends at the decision that would have been taken where the mode only observes, as where it was taken', () => {
    const at = (time: number, detector: string) => ({
      share: 10,
      finding: {
        detector,
        title: detector,
        technique: 'T1078.004',
        weight: 10,
        group: detector,
        time,
        signalId: detector,
        reason: '',
        credentialId: KEY,
      },
    })
    const assessment = { risk: 50, baseRisk: 50, isConfirmed: false, contributions: [at(1, 'new-country'), at(3, 'logging-tampered')] }
    const about = (action: string, would: string) =>
      reasonsOf({
        assessment,
        decision: { action, would, why: [] },
        decidedBy: { time: 2, signalId: 's' },
        containedAt: undefined,
      } as unknown as Incident)
    expect(about('observe', 'restrict').since.map(({ finding }) => finding.detector)).toEqual(['logging-tampered'])
    expect(about('restrict', 'restrict').since.map(({ finding }) => finding.detector)).toEqual(['logging-tampered'])
    // What people are asked about rests on all that is known.
    expect(about('ask', 'contain').since).toEqual([])
    expect(about('observe', 'ask').since).toEqual([])
  })

  it('is never empty: where only later findings are kept, they stand in for the earlier ones', async () => {
    const { before } = await containedThenRefused()
    const late = { ...before, decidedBy: { ...before.decidedBy, time: 0 }, containedAt: 0 }
    expect(reasonsOf(late).contributions).toHaveLength(before.assessment.contributions.length)
  })
})

describe('the points that are shown', () => {
  /** The incident of which `detectors` were found again, stronger, after the decision to contain. */
  async function foundAgain(detectors: number) {
    const { world } = await containedThenRefused()
    await world.respond(REFUSED)
    const { incident } = await look(world)
    const later = reasonsOf(incident).contributions.slice(0, detectors)
    const contributions = incident.assessment.contributions.map((one) =>
      later.some(({ finding }) => finding.detector === one.finding.detector)
        ? { ...one, finding: { ...one.finding, time: incident.decidedBy.time + 1 } }
        : one,
    )
    return { ...incident, assessment: { ...incident.assessment, contributions } }
  }

  it('are said to be less than the risk of the decision, where they are, and why', async () => {
    const incident = await foundAgain(1)
    const points = reasonsOf(incident).contributions.reduce((sum, { share }) => sum + share, 0)
    const [, decided = ''] = incident.decision.why.join().match(/risk ([\d.]+) reaches contain/) ?? []
    expect(points).toBeLessThan(Number(decided) - 0.1)
    const lines = renderIncident(incident, plain).split('\n')
    const said = lines.filter((line) => line.includes('These points add up to'))
    expect(said).toEqual([
      `  These points add up to ${points.toFixed(1)}, not to the ${decided} of the decision: of each detector the strongest finding is kept, and some of these came later.`,
    ])
  })

  it('name the detectors whose weaker finding was a reason, where the timeline knows', async () => {
    const incident = await foundAgain(1)
    const [again] = reasonsOf(await foundAgain(0)).contributions
    const { detector = '', credentialId = '' } = again?.finding ?? {}
    const [first] = (await look((await containedThenRefused()).world)).signals
    if (first === undefined) throw new Error('no signal')
    const at = (time: number, of = credentialId) => [{ ...first, time, credentialId: of, detectors: [detector] }]
    const before = at(incident.decidedBy.time)
    expect([...weakerReasons(incident, before)]).toEqual([detector])
    // One that came later, or of another credential, was no reason.
    expect(weakerReasons(incident, at(incident.decidedBy.time + 1)).size).toBe(0)
    expect(weakerReasons(incident, at(incident.decidedBy.time, 'AKIAOTHER')).size).toBe(0)
    const shown = renderIncident(incident, plain, { options: '', signals: before })
    expect(shown).toContain(`a weaker finding of ${detector} counted then, and only the stronger one, which came later, is kept.`)
    expect(shown).toContain('Found since then: no reason for the decision, except where it says so;')
    const lines = shown.split('\n').filter((line) => line.includes('(a weaker one, before, was a reason)'))
    expect(lines.map((line) => line.trim().split(' ')[0])).toEqual([detector])
    const facts = collectFacts({ incident, signals: before, changes: [] }).find(({ id }) => id === 'A')?.text
    expect(facts).toContain(`weaker findings of ${detector} were reasons`)
  })

  it('are left without a word where they add up to it', async () => {
    const incident = await foundAgain(0)
    const shown = renderIncident(incident, plain)
    expect(shown).toContain('Found since then')
    expect(shown).not.toContain('add up to')
  })
})

describe('the risk that is shown', () => {
  it('says what the advisor moved, where the decision names the risk before', async () => {
    const { before } = await containedThenRefused({ mode: 'ask' })
    const opinion = { kind: 'answered', shift: -11.6 } as never
    const advised = { ...before, assessment: { ...before.assessment, risk: 44, baseRisk: 55.6, opinion } }
    expect(riskText(advised)).toBe('44 of 100: 55.6 by its findings, and 11.6 less by the advisor, who suppresses no question')
    expect(riskText(before)).toBe(`${before.assessment.risk} of 100`)
  })
})

describe('the sum of the reasons', () => {
  const finding = (detector: string, parts: Partial<Finding> = {}): Finding => ({
    detector,
    title: detector,
    weight: 0.65,
    axis: 'who',
    group: 'origin',
    fact: detector,
    technique: 'T1078',
    isConfirmed: false,
    reason: 'seen',
    signalId: 's',
    credentialId: KEY,
    time: NOW,
    ...parts,
  })
  const CALL = finding('new-country')
  const TICKET = finding('secret-disclosed', { reportedBy: 'jira' })
  const restrictedFor = (findings: readonly Finding[], why: readonly string[]) =>
    incidentOf('inc-000000000001', {
      findings,
      assessment: assessmentOf(findings),
      decision: { action: 'restrict', would: 'restrict', tier: 'default', mode: 'contain', why: [...why] },
      decidedBy: { signalId: 's', time: NOW, origin: undefined },
    })
  const WHY = 'risk 65; who alone: compromise 65 reaches 60: this is likely not the owner'
  const none = new Set<string>()

  it('is said where findings that do not count for the decision make it more', () => {
    const incident = restrictedFor([CALL, TICKET], [WHY, 'counted without secret-disclosed, with which the risk is 87.8'])
    const line =
      'These points add up to 87.8, not to the 65 of the decision: it is counted without secret-disclosed: what says so may not bring that about.'
    expect(sumLine(incident, none)).toBe(line)
    expect(renderIncident(incident, plain)).toContain(line)
    expect(String(whySection({ incident, signals: [] }))).toContain(line)
  })

  it('says what else may be where the decision names none, and nothing where both are the same or people are asked', () => {
    expect(sumLine(restrictedFor([CALL, TICKET], [WHY]), none)).toContain(
      'it counts only what may bring it about, and what had arrived by then',
    )
    expect(sumLine(restrictedFor([CALL], [WHY]), none)).toBeUndefined()
    const incident = restrictedFor([CALL, TICKET], [WHY])
    expect(sumLine({ ...incident, decision: { ...incident.decision, action: 'ask', would: 'ask' } }, none)).toBeUndefined()
  })

  it('says of a smaller one which weaker finding counted then', () => {
    const incident = restrictedFor([CALL], ['risk 80; who alone: compromise 80 reaches 60: this is likely not the owner'])
    expect(sumLine(incident, new Set(['new-network']))).toBe(
      'These points add up to 65.0, not to the 80 of the decision: a weaker finding of new-network counted then, and only the stronger one, which came later, is kept.',
    )
  })
})
