import { describe, expect, it } from 'vitest'
import { pendingOf } from '../../shared/contain/pending.ts'
import { planOf, TAKEN_NAMES_LIMIT } from '../../shared/contain/plan.ts'
import { restrictionIn } from '../../shared/contain/restriction-document.ts'
import { restrictionStepsOf } from '../../shared/contain/restriction-plan.ts'
import { revocationIn } from '../../shared/contain/steps/quarantine.ts'
import { withEdges } from '../../shared/decide/lineage-edges.ts'
import { evaluatePolicy } from '../../shared/decide/reach/evaluate-policy.ts'
import type { Incident, LineageEdge } from '../../shared/domain/incident.ts'
import { incidentOf } from '../contract/samples.ts'
import { ACCOUNT } from '../embedded.ts'
import { HABIT } from '../restricted.ts'

const SECOND = 1000
const ALLOW_ALL = { name: 'everything', document: { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } } }
const BASE = incidentOf('inc-0123456789ab')
const SINCE = Math.min(...BASE.findings.map(({ time }) => time))

/** A session of a role that the restricted identity assumed `seconds` after the first finding. */
const session = (role: string, name: string, seconds: number): LineageEdge => ({
  id: `ASIA${role}${name}`,
  kind: 'session',
  owner: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${name}`,
  parent: 'AKIAPARENT0000000001',
  signalId: `${role}-${name}`,
  time: SINCE + seconds * SECOND,
})
const many = (role: string, count: number, from = 1) => Array.from({ length: count }, (_, at) => session(role, `harmless-${at}`, from + at))

/** An incident that comes to know sessions one after the other. */
const knowing = (edges: readonly LineageEdge[], parts: Partial<Incident> = {}): Incident =>
  incidentOf('inc-0123456789ab', {
    restriction: { ...HABIT, services: ['s3', 'sts', 'logs'], actions: ['sts:AssumeRole'] },
    lineage: edges.reduce<readonly LineageEdge[]>((known, edge) => withEdges(known, [edge], BASE.identity), []),
    ...parts,
  })

/** Whether a call of a session of a role, or of the identity itself where none is said, is refused by what the incident is restricted with. */
function isRefused(incident: Incident, action: string, by?: { role: string; name: string; issued: number }): boolean {
  const step = restrictionStepsOf(incident).find(({ subject }) =>
    by === undefined ? subject.kind === 'iam-user' : subject.name === by.role,
  )
  const context = new Map<string, string | null>(
    by === undefined
      ? [['aws:tokenissuetime', null]]
      : [
          ['aws:userid', `AROAEXAMPLE:${by.name}`],
          ['aws:tokenissuetime', new Date(by.issued).toISOString()],
        ],
  )
  const document = step?.contained(null) ?? '{"Statement":[]}'
  return (
    evaluatePolicy({ identity: [ALLOW_ALL, { name: 'restriction', document }] }, { action, resource: '*', context }).outcome === 'denied'
  )
}

describe('an intruder with a restricted identity assumes fifty harmless sessions first', () => {
  const crowd = [...many('deploy', 55), session('deploy', 'harm', 100)]

  it('has the session after them restricted all the same, whatever its name', () => {
    const incident = knowing(crowd)
    for (const name of ['harm', 'harmless-0', 'harmless-54'])
      expect([name, isRefused(incident, 'iam:CreateUser', { role: 'deploy', name, issued: SINCE + 100 * SECOND })]).toEqual([name, true])
  })

  it('leaves sessions of the role alone that were issued before, or later than an assumption is known; and all of them, what is not grave', () => {
    const incident = knowing(crowd)
    const by = (issued: number) => ({ role: 'deploy', name: 'job-of-others', issued })
    expect(isRefused(incident, 'iam:CreateUser', by(SINCE - 60 * SECOND))).toBe(false)
    expect(isRefused(incident, 'iam:CreateUser', by(SINCE + 3600 * SECOND))).toBe(false)
    expect(isRefused(incident, 'ec2:DescribeInstances', by(SINCE + 100 * SECOND))).toBe(false)
  })

  it('assumes no more roles, which was its habit; with fewer sessions it does', () => {
    expect(isRefused(knowing(crowd), 'sts:AssumeRole')).toBe(true)
    expect(isRefused(knowing(crowd), 's3:ListBucket')).toBe(false)
    expect(isRefused(knowing(many('deploy', 50)), 'sts:AssumeRole')).toBe(false)
  })

  it('is told of: a person reads that all are restricted, and how many there were', () => {
    expect(pendingOf({ ...knowing(crowd), state: 'restricted' }).join()).toContain(
      '56 sessions of role deploy were taken on: all that were issued',
    )
  })

  it('does not keep the next role out of an incident by a hundred of the first', () => {
    const incident = knowing([...many('deploy', 100), session('admin', 'harm', 200)])
    expect(incident.lineage).toHaveLength(100)
    for (const role of ['deploy', 'admin'])
      expect([role, isRefused(incident, 'iam:CreateUser', { role, name: 'harm', issued: SINCE + 150 * SECOND })]).toEqual([role, true])
    // What is no longer known of the second role is restricted with it.
    expect(isRefused(incident, 'iam:CreateUser', { role: 'admin', name: 'unknown', issued: SINCE + 201 * SECOND })).toBe(true)
  })

  it('with other sessions known by their names, has only these restricted', () => {
    const incident = knowing(many('deploy', 50))
    const by = (name: string) => ({ role: 'deploy', name, issued: SINCE + 10 * SECOND })
    expect([isRefused(incident, 'iam:CreateUser', by('harmless-49')), isRefused(incident, 'iam:CreateUser', by('job-of-others'))]).toEqual([
      true,
      false,
    ])
  })

  it('reads back what is written, within the room of a role, and names what it means', () => {
    const step = restrictionStepsOf(knowing(crowd)).find(({ subject }) => subject.kind === 'role')
    const document = step?.contained(null) ?? ''
    expect(document.length).toBeLessThan(3000)
    expect(restrictionIn(document)?.issued).toEqual({ since: SINCE, until: SINCE + 700 * SECOND })
    expect(step?.title).toContain('every session, of whoever, issued from')
  })

  it('once it is contained, has those ended that evidence speaks against, and then the newest', () => {
    const harmful = crowd[3] as LineageEdge
    const finding = { ...(BASE.findings[0] as Incident['findings'][number]), credentialId: harmful.id }
    const incident = knowing(crowd, { findings: [...BASE.findings, finding] })
    const step = planOf(incident, { quarantinePolicyArn: undefined, now: SINCE + 200 * SECOND }).find(
      ({ subject }) => subject.kind === 'role',
    )
    const ended = revocationIn(step?.contained(null) ?? '')?.names ?? []
    expect(ended).toHaveLength(TAKEN_NAMES_LIMIT)
    expect(ended.slice(0, 2)).toEqual(['harmless-3', 'harm'])
    expect(ended).not.toContain('harmless-0')
    expect(pendingOf({ ...incident, state: 'contained' }).join()).toContain('6 are left, the least suspect')
  })
})
