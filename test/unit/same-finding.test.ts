import { html } from 'hono/html'
import { describe, expect, it } from 'vitest'
import { showIncident } from '../../local/commands/show-incident.ts'
import { reportedSection } from '../../local/console/reported.ts'
import { findingUid } from '../../shared/domain/finding-id.ts'
import { type KeptReport, REPORTING_SOURCES } from '../../shared/domain/report.ts'
import { sameFindingLines, sameFindings } from '../../shared/domain/same-finding.ts'
import { noticeOf } from '../../shared/record/notice.ts'
import { normalise } from '../../shared/sense/normalise.ts'
import { messageOf } from '../../shared/slack/message.ts'
import { consoleWorld } from '../console.ts'
import { AT, FINDING, incidentOf, KEY } from '../contract/samples.ts'
import { ACCOUNT, NOW } from '../embedded.ts'
import { TWO_REVIEWERS } from '../slack.ts'
import { asff, event, guardDuty, REPORTS } from './report-forms.ts'

const plain = (_: unknown, text: string) => text
const TIME = new Date(NOW - 60_000).toISOString()
const TYPE = 'AttackSequence:IAM/CompromisedCredentials'

const actor = (name: string, type: string, uid: string, credentialUid: string, session?: object) => ({
  user: { name, uid, type, credentialUid, account: { uid: ACCOUNT } },
  ...(session === undefined ? {} : { session }),
})
const ACTORS = [
  actor('ci-build', 'IAMUser', 'AIDAJ45Q7YFFAREXAMPLE', KEY),
  actor('bystander', 'IAMUser', 'AIDAJ45Q7YFFAREXAMPL2', 'AKIABYSTANDER0000001'),
  actor('deploy', 'AssumedRole', 'AROAJ45Q7YFFAREXAMPLE:b', 'ASIAIOSFODNN7EXAMPLE', {
    uid: 'b',
    issuer: `arn:aws:iam::${ACCOUNT}:role/deploy`,
  }),
]
const sequence = (actors: readonly object[]) =>
  event(
    'aws.guardduty',
    'GuardDuty Finding',
    TIME,
    guardDuty(TIME, {
      type: TYPE,
      severity: 9,
      accountId: ACCOUNT,
      resource: { resourceType: 'AttackSequence' },
      service: { archived: false, detection: { sequence: { uid: 's', actors } } },
    }),
  )

const ORDERS = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
]

describe('an attack sequence of two users and a role', () => {
  it.each(ORDERS)('is three incidents that name each other, in the order %i %i %i', async (...order) => {
    const events = [sequence(order.map((at) => ACTORS[at] as object))]
    const { target, get, incidents } = await consoleWorld({ events })
    const all = await incidents()
    expect(all.map(({ identity }) => identity.name).sort()).toEqual(['bystander', 'ci-build', 'deploy'])
    for (const incident of all) {
      const others = all.filter(({ id }) => id !== incident.id)
      expect(new Set(sameFindings(incident, all).map((one) => one.incident.id))).toEqual(new Set(others.map(({ id }) => id)))
      const [shown, json, page] = await Promise.all([
        showIncident(target, incident.id, { isJson: false, paint: plain }),
        showIncident(target, incident.id, { isJson: true, paint: plain }),
        Promise.resolve(get(`/incidents/${incident.id}`)).then((response) => response.text()),
      ])
      for (const { id, identity, state } of others) {
        expect(shown).toContain(
          `the same report (GuardDuty: ${TYPE}) is also in incident ${id}: ${identity.kind} ${identity.name}, ${state}`,
        )
        expect(page).toContain(`/incidents/${id}">incident ${id}</a>: ${identity.kind} ${identity.name}, ${state}`)
      }
      expect(new Set(JSON.parse(json).sameReport)).toEqual(new Set(others.map(({ id }) => id)))
      expect(shown).not.toContain(`is also in incident ${incident.id}`)
      // A notice is made on the way to a containment, and says how to find the others.
      const said = 'An attack sequence is about several identities, and each has an incident of its own'
      expect(noticeOf(incident, 'ask').body).toContain(`${said}: \`countersign incidents show ${incident.id}\` names the open ones`)
      expect(JSON.stringify(messageOf({ incident, changes: [], policy: TWO_REVIEWERS }).blocks)).toContain(`incidents show ${incident.id}`)
    }
  })

  it('reads no other incident on the way to a decision', async () => {
    const { ports, respond } = await consoleWorld()
    const listed: string[] = []
    const { listOpen } = ports.incidents
    ports.incidents.listOpen = (...words) => {
      listed.push('open')
      return listOpen(...words)
    }
    await respond([sequence(ACTORS)])
    expect(listed).toEqual([])
  })
})

describe('incidents of the same report', () => {
  const report = (parts: Partial<KeptReport> = {}): KeptReport => ({
    source: 'guardduty',
    id: `arn:aws:guardduty:us-east-1:${ACCOUNT}:detector/d/finding/f#85#${KEY}`,
    type: TYPE,
    credentialId: KEY,
    seenAt: AT,
    ...parts,
  })
  const of = (id: string, ...reports: KeptReport[]) => incidentOf(id, reports.length === 0 ? {} : { reports })

  it('are those of one finding of one party, whatever its severity and its credential', () => {
    const own = of('inc-a', report())
    const others = [
      of('inc-b', report({ id: report().id.replace(`#85#${KEY}`, '#65#other') })),
      of('inc-c', report({ id: report().id.replace('/f#', '/g#') })),
      of('inc-d', report({ source: 'security-hub' })),
      of('inc-e'),
      own,
    ]
    expect(sameFindings(own, others).map(({ incident: { id } }) => id)).toEqual(['inc-b'])
    expect(sameFindings(of('inc-f'), others)).toEqual([])
  })

  it('are known by a finding too, where an earlier report of the kind is kept in its place', () => {
    const later = report({ id: report().id.replace('/f#', '/g#') })
    const findings = [{ ...FINDING, reportedBy: 'guardduty' as const, signalId: later.id }]
    expect(sameFindings({ ...of('inc-a', report()), findings }, [of('inc-b', later)])).toHaveLength(1)
  })

  it('are listed up to a number, and print nothing that others wrote as it is', () => {
    const identity = { ...incidentOf('x').identity, name: '<b>\n\u202ename' }
    const others = Array.from({ length: 30 }, (_, at) => ({ ...of(`inc-${at}`, report()), identity }))
    const same = sameFindings(of('inc-a', report({ type: '<script>' })), others)
    expect(sameFindingLines(same)).toHaveLength(30)
    const page = String(html`${reportedSection(of('inc-a', report()), [], { same, base: '' })}`)
    expect(page).toContain('… and in 10 more incidents')
    expect(page).not.toMatch(/<script>|<b>|\u202e/)
  })
})

describe('the id of a report at its party', () => {
  it.each(Object.entries(REPORTS))('is the same for all signals of one report: %s', (_, form) => {
    const read = normalise(form(TIME))
    const ids = read.kind === 'signals' ? read.signals.map(({ id }) => id) : []
    for (const id of ids) expect(id.startsWith(findingUid(id))).toBe(true)
    expect(ids.length).toBeGreaterThan(0)
  })

  it('is that of GuardDuty for what Security Hub sends on of it, and never for what is imported', () => {
    const arn = `arn:aws:guardduty:us-east-1:${ACCOUNT}:detector/d/finding/f`
    const uidsOf = (finding: object) => {
      const read = normalise(finding)
      return read.kind === 'signals' ? read.signals.map(({ id }) => findingUid(id)) : []
    }
    expect(uidsOf(guardDuty(TIME, { arn }))).toEqual([arn])
    expect(uidsOf(asff(TIME, { Id: arn, ProductArn: 'arn:aws:securityhub:us-east-1::product/aws/guardduty' }))).toEqual([arn])
    expect(uidsOf(asff(TIME, { Id: `${arn}#65#x` }))).toEqual([expect.stringMatching(/^security-hub:/)])
  })

  it.each(REPORTING_SOURCES)('of another form stands for itself: %s', (source) => {
    for (const id of ['', '#', `${source}:1`, `${source}#x`, '#65#', 'event-1']) expect(findingUid(id)).toBe(id)
  })
})
