import { describe, expect, it } from 'vitest'
import { pendingOf } from '../../shared/contain/pending.ts'
import { TAKEN_NAMES_LIMIT } from '../../shared/contain/plan.ts'
import type { Incident, LineageEdge } from '../../shared/domain/incident.ts'
import { RESTRICTION_LIMITS } from '../../shared/domain/restriction.ts'
import { incidentOf, KEY } from '../contract/samples.ts'
import { HABIT } from '../restricted.ts'

const OPENED = 'iam:UpdateAssumeRolePolicy deploy'
const edge = (kind: LineageEdge['kind'], owner: string, id: string = `${kind}:${owner}`): LineageEdge => ({
  kind,
  id,
  owner,
  parent: KEY,
  signalId: 'e-1',
})
const pending = (lineage: LineageEdge[], parts: Partial<Incident> = {}) => pendingOf(incidentOf('inc-0123456789ab', { lineage, ...parts }))

describe('what is left for a person to do', () => {
  it('is to approve that a role is closed which the intruder opened, and nothing once that is approved', () => {
    const opened = edge('backdoor', 'deploy', OPENED)
    expect(pending([opened])).toEqual([`${OPENED}: approve, and it is closed to principals from outside the account`])
    expect(pending([opened], { approved: [OPENED] })).toEqual([])
  })

  it('is to see what another backdoor opened: nothing closes that by itself', () => {
    expect(pending([edge('backdoor', 'report', 'lambda:AddPermission report')])).toEqual([
      'lambda:AddPermission report: see what it opened, and set it back',
    ])
  })

  it('is to look at the console password of somebody who was there before, and not at that of a user whom the intruder created', () => {
    const words = 'a console password was set for anna: delete the login profile if it is not theirs'
    expect(pending([edge('console', 'anna')])).toEqual([words])
    expect(pending([edge('user', 'anna'), edge('console', 'anna')])).toEqual([])
    expect(pending([edge('user', 'backdoor'), edge('console', 'anna')])).toEqual([words])
    // A role, or a key, of the same name is no user that was created.
    expect(pending([edge('role', 'anna'), edge('access-key', 'anna', 'AKIAOTHER'), edge('console', 'anna')])).toEqual([words])
  })

  it('is nothing about what the containment disables by itself', () => {
    expect(pending([edge('user', 'backdoor'), edge('role', 'hidden'), edge('access-key', 'backdoor', 'AKIAOTHER')])).toEqual([])
    expect(pending([])).toEqual([])
  })

  it('is to end all sessions of a role of which more were taken on than one policy can name', () => {
    const sessions = (count: number) =>
      Array.from({ length: count }, (_, n) => edge('session', `arn:aws:sts::123456789012:assumed-role/deploy/s-${n}`, `ASIA${n}`))
    expect(pending(sessions(TAKEN_NAMES_LIMIT))).toEqual([])
    expect(pending(sessions(TAKEN_NAMES_LIMIT + 1))).toEqual([
      `${TAKEN_NAMES_LIMIT + 1} sessions of role deploy were taken on: 1 are left, the least suspect: end all its sessions if it can bear it`,
    ])
  })

  it('is to contain where as many sessions of its own are restricted as can be named', () => {
    const restricted = (count: number) => {
      const sessions = Array.from({ length: count }, (_, n) => `s-${n}`)
      return pending([], { state: 'restricted', restriction: { ...HABIT, sessions } })
    }
    expect(restricted(RESTRICTION_LIMITS.sessions - 1)).toEqual([])
    expect(restricted(RESTRICTION_LIMITS.sessions)).toEqual([expect.stringContaining('contain the incident, which ends all of them')])
  })
})
