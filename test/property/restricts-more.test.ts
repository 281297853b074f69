import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OWN_POLICY_CALLS } from '../../shared/contain/denied-patterns.ts'
import { restrictionDocument } from '../../shared/contain/restriction-document.ts'
import { deniesMore } from '../../shared/contain/steps/quarantine.ts'
import type { Subject } from '../../shared/contain/steps/step.ts'
import { isRefusedBy } from '../../shared/decide/reach/refused-by.ts'
import type { Restriction } from '../../shared/domain/restriction.ts'
import {
  BY_SERVICE,
  brakes,
  callOf,
  GRAVE,
  HARMLESS,
  IN,
  isDenied,
  OTHER_ENDPOINT,
  OUT,
  OWN_ENDPOINT,
  parts,
  restrictions,
  SERVICES,
  TIME,
} from '../restrictions.ts'

const ROLE = { kind: 'role', name: 'deploy' } as const
const ROOM = 10_240
/** No restriction denies it but for where it comes from. */
const OPEN = 'execute-api:Invoke'

/** Brakes of one hour have ended then, and those of two have not. */
const LATER = TIME + 1.5 * 3_600_000

/** Every brake has ended then: what is denied for good is denied more than what is braked. */
const LAST = TIME + 100 * 3_600_000
const SESSIONS = ['deploy-1', 'deploy-2', 'another']
const DATA = [
  'kinesis:GetRecords',
  'lambda:InvokeFunction',
  'firehose:PutRecord',
  'events:PutEvents',
  'logs:PutLogEvents',
  'cloudwatch:PutMetricData',
]
const ACTIONS = [
  ...GRAVE,
  ...HARMLESS,
  ...DATA,
  'rds-data:ExecuteStatement',
  'sagemaker:InvokeEndpoint',
  'redshift:DeleteCluster',
  'cognito-idp:DeleteUserPool',
  'ecr:SetRepositoryPolicy',
  ...SERVICES.map((service) => `${service}:NeverUsed`),
]
const IPV6 = { address: '2001:db8:1::7', addressKind: 'public' } as const
const BRANCH = { address: '203.0.113.9', addressKind: 'public' } as const
const SECOND_ENDPOINT = { ...OWN_ENDPOINT, vpcEndpointId: 'vpce-00000000000000001' } as const
const PLACES = [IN, IPV6, BRANCH, OUT, OWN_ENDPOINT, SECOND_ENDPOINT, OTHER_ENDPOINT]

const written = (restriction: Restriction, { room = ROOM, subject = ROLE as Subject | undefined } = {}) =>
  restrictionDocument(restriction, parts({ room, subject }))?.document ?? ''

/** True where a call is denied by the first document and not by the second: any action for any session, from any place, and of the role's own policies. */
function deniesByACall(standing: string, other: string): boolean {
  const isLeft = (isOf: (document: string) => boolean) => isOf(standing) && !isOf(other)
  return SESSIONS.some(
    (session) =>
      [TIME, LATER, LAST].some((time) =>
        ACTIONS.some((action) => isLeft((document) => isDenied(document, action, BY_SERVICE, session, time))),
      ) ||
      PLACES.some((place) => isLeft((document) => isDenied(document, OPEN, place, session))) ||
      OWN_POLICY_CALLS.some((call) => {
        const own = { ...callOf(call, BY_SERVICE, session), request: { roleName: 'deploy' } }
        return isLeft((document) => isRefusedBy(document, own))
      }),
  )
}

const braked: fc.Arbitrary<Restriction> = fc
  .tuple(restrictions, fc.option(brakes))
  .map(([one, brake]) => (brake === null ? one : { ...one, brake }))

/** Pairs that are alike in most: one is the other with a few parts of a third. */
const pairs = fc
  .tuple(
    braked,
    braked,
    fc.subarray(['services', 'actions', 'addresses', 'endpoints', 'sessions', 'isCovered', 'isFenced', 'neverUsed', 'brake']),
  )
  .map(
    ([one, third, names]) =>
      [one, { ...one, ...Object.fromEntries(names.map((name) => [name, third[name as keyof Restriction]])) }] as const,
  )

describe('a restriction that stands', () => {
  it('denies more than another where, and only where, there is a call that it denies and the other does not', () => {
    let more = 0
    fc.assert(
      fc.property(pairs, fc.constantFrom(ROOM, 1500, 1100), ([standing, other], room) => {
        const [now, then] = [written(standing), written(other, { room })]
        if (now === '' || then === '') return
        const isMore = deniesByACall(now, then)
        if (isMore) more += 1
        expect(deniesMore(now, then)).toBe(isMore)
      }),
      { numRuns: 150 },
    )
    expect(more).toBeGreaterThan(20)
  })

  it('denies more than one that guards the inline policies of another role, and lets its own be changed', () => {
    const admin = {
      services: ['iam'],
      actions: [...OWN_POLICY_CALLS],
      addresses: [],
      endpoints: [],
      sessions: [],
      isCovered: true,
      isFenced: false,
    }
    const [own, others] = [written(admin), written(admin, { subject: { kind: 'role', name: 'other' } })]
    expect(deniesMore(own, others)).toBe(true)
    expect(deniesMore(written({ ...admin, actions: [] }), others)).toBe(true)
    expect(deniesMore(own, written(admin, { subject: undefined }))).toBe(false)
  })

  it('denies more than the same one without what is known of last use, and only the data of services that were never used', () => {
    const build: Restriction = {
      services: ['ecr'],
      actions: [],
      addresses: [],
      endpoints: [],
      sessions: [],
      isCovered: true,
      isFenced: false,
    }
    const [known, less, unknown] = [{ neverUsed: ['sqs', 's3'] } as const, { neverUsed: ['sqs'] } as const, {}].map((parts) =>
      written({ ...build, ...parts }),
    )
    expect(deniesMore(known ?? '', unknown ?? '')).toBe(true)
    expect(deniesMore(known ?? '', less ?? '')).toBe(true)
    expect(deniesMore(unknown ?? '', known ?? '')).toBe(false)
    expect(deniesMore(less ?? '', known ?? '')).toBe(false)
  })

  it('denies less than the same one with a fence', () => {
    fc.assert(
      fc.property(restrictions, (one) => {
        const [open, fenced] = [
          { ...one, isCovered: true, isFenced: false },
          { ...one, isCovered: true, isFenced: true },
        ].map((each) => written(each))
        expect(deniesMore(open ?? '', fenced ?? '')).toBe(false)
        expect(deniesMore(fenced ?? '', open ?? '')).toBe(fenced !== open)
      }),
    )
  })
})
