import { describe, expect, it } from 'vitest'
import { restrictionDocument } from '../../shared/contain/restriction-document.ts'
import { restrictsMore } from '../../shared/contain/restricts-more.ts'
import { DENY_ALL } from '../../shared/contain/steps/quarantine.ts'
import type { Subject } from '../../shared/contain/steps/step.ts'
import type { PolicyRestriction } from '../../shared/domain/restriction.ts'
import { HABIT } from '../restricted.ts'

const AT = Date.UTC(2026, 0, 31, 12)
const DEPLOY: Subject = { kind: 'role', name: 'deploy' }

type Parts = Partial<PolicyRestriction> & { readonly subject?: Subject | undefined }
function written({ subject, ...parts }: Parts): string {
  const made = restrictionDocument({ ...HABIT, ...parts }, { room: 10_240, ...(subject === undefined ? {} : { subject }) })
  if (made === undefined) throw new Error('no room')
  return made.document
}

const within = (since: number, until: number) => ({ issued: { since: AT + since * 1000, until: AT + until * 1000 } })
const fence = (addresses: readonly string[], endpoints: readonly string[] = []) => ({ addresses, endpoints, isFenced: true })
const [OFFICE, BRANCH] = ['192.0.2.0/24', '198.51.100.0/24']
const [FIRST, SECOND] = ['vpce-0123456789abcdef0', 'vpce-0fedcba9876543210']
const OPEN = { actions: ['s3:PutBucketPolicy', 's3:DeleteBucket'] }
const brake = (...groups: ('sharing' | 'deletion')[]) => ({ ...OPEN, brake: { groups, until: AT } })
const own = (...actions: string[]) => ({ services: ['iam'], actions })

describe('a restriction denies more than another', () => {
  it.each<[string, Parts, Parts, isMore: boolean, isLess: boolean]>([
    ['the same', {}, {}, false, false],
    ['of all sessions, and of one', {}, { sessions: ['a1'] }, true, false],
    ['of one session, and of two', { sessions: ['a1'] }, { sessions: ['a1', 'b2'] }, false, true],
    ['of two sessions that are one the same', { sessions: ['a1', 'b2'] }, { sessions: ['b2', 'c3'] }, true, true],
    ['of all sessions, and of those of a time', {}, within(0, 9), true, false],
    ['of a time within another', within(2, 8), within(0, 9), false, true],
    ['of the same time', within(0, 9), within(0, 9), false, false],
    ['of times that overlap', within(0, 5), within(3, 9), true, true],
    ['of a time that begins with another', within(0, 5), within(0, 9), false, true],
    ['of a time that ends with another', within(5, 9), within(0, 9), false, true],
    ['of a time, and of a name', within(0, 9), { sessions: ['a1'] }, true, true],
    ['without a fence, and with one', {}, fence([OFFICE]), false, true],
    ['of one range, and of two', fence([OFFICE]), fence([OFFICE, BRANCH]), true, false],
    ['of ranges that differ', fence([OFFICE]), fence([BRANCH]), true, true],
    ['of one endpoint, and of two', fence([OFFICE], [FIRST]), fence([OFFICE], [FIRST, SECOND]), true, false],
    ['of endpoints that differ', fence([], [FIRST]), fence([], [SECOND]), true, true],
    ['that leaves a grave action', { services: ['kms'] }, { services: ['kms'], actions: ['kms:DisableKey'] }, true, false],
    ['that leaves the same in other letters', { services: ['s3'] }, { services: ['s3'], actions: ['s3:putobject'] }, false, false],
    ['of a service less', { services: ['s3'] }, { services: ['s3', 'sts'] }, true, false],
    ['of services that differ', { services: ['s3'] }, { services: ['sts'] }, true, true],
    ['of an action beside its services', { services: ['s3'] }, { services: ['s3'], actions: ['ecs:UpdateService'] }, true, false],
    [
      'of an action of a service of the other',
      { services: ['s3', 'ecs'] },
      { services: ['s3'], actions: ['ecs:UpdateService'] },
      false,
      true,
    ],
    ['without services, and with some', { isCovered: false }, { services: ['s3'] }, false, true],
    ['with data that was never used', { neverUsed: ['sqs', 'sns'] }, { neverUsed: ['sqs'] }, true, false],
    ['that guards itself, and nobody', { ...own(), subject: DEPLOY }, own(), false, false],
    [
      'that guards itself where the other guards another',
      { ...own(), subject: DEPLOY },
      { ...own('iam:PutRolePolicy'), subject: { kind: 'role', name: 'x' } },
      true,
      false,
    ],
    [
      'that guards a role where the other guards a user of the name',
      { ...own('iam:PutRolePolicy'), subject: DEPLOY },
      { ...own('iam:PutRolePolicy'), subject: { kind: 'iam-user', name: 'deploy' } },
      true,
      true,
    ],
    [
      'that guards itself where the other guards another and denies the change of all',
      { ...own(), subject: DEPLOY },
      { ...own(), subject: { kind: 'role', name: 'x' } },
      false,
      false,
    ],
    [
      'that guards itself as the other does',
      { ...own('iam:PutRolePolicy'), subject: DEPLOY },
      { ...own('iam:PutRolePolicy'), subject: DEPLOY },
      false,
      false,
    ],
    ['with a brake', brake('sharing'), OPEN, true, false],
    ['with a brake of more', brake('deletion', 'sharing'), brake('sharing'), true, false],
  ])('or not: %s', (_, one, other, isMore, isLess) => {
    expect([restrictsMore(written(one), written(other)), restrictsMore(written(other), written(one))]).toEqual([isMore, isLess])
  })

  it.each([DENY_ALL, '', '{}'])('and never where one of them is none: %j', (none) => {
    expect([restrictsMore(written({}), none), restrictsMore(none, written({}))]).toEqual([false, false])
  })
})
