import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OWN_POLICY_CALLS } from '../../shared/contain/denied-patterns.ts'
import { GRAVE_GROUPS, graveActionsOf } from '../../shared/contain/grave-actions.ts'
import { restrictionDocument, restrictionIn } from '../../shared/contain/restriction-document.ts'
import type { Subject } from '../../shared/contain/steps/step.ts'
import { evaluatePolicy } from '../../shared/decide/reach/evaluate-policy.ts'
import { contextOf, isRefusedBy } from '../../shared/decide/reach/refused-by.ts'
import { Restriction } from '../../shared/domain/restriction.ts'
import type { Signal } from '../../shared/domain/signal.ts'

const GRAVE = GRAVE_GROUPS.flatMap(({ patterns }) => patterns.flatMap(graveActionsOf))
const HARMLESS = [
  's3:GetObject',
  's3:ListBucket',
  'sns:Publish',
  'ec2:DescribeInstances',
  'iam:ListUsers',
  'dynamodb:PutItem',
  'sqs:SendMessage',
  'ecs:UpdateService',
]
const SERVICES = [...new Set([...GRAVE, ...HARMLESS].map(serviceOf)), 'cloudwatch', 'apprunner', 'textract']
const IN = { address: '192.0.2.77', addressKind: 'public' } as const
const OUT = { address: '198.51.100.7', addressKind: 'public' } as const
const OWN_ENDPOINT = { address: '10.0.0.9', addressKind: 'private', vpcEndpointId: 'vpce-0123456789abcdef0' } as const
const OTHER_ENDPOINT = { ...OWN_ENDPOINT, vpcEndpointId: 'vpce-0fedcba9876543210' } as const
const BY_SERVICE = { address: 'cloudformation.amazonaws.com', addressKind: 'aws-service' } as const

function serviceOf(action: string): string {
  return action.slice(0, action.indexOf(':'))
}

const restrictions: fc.Arbitrary<Restriction> = fc
  .record({
    services: fc.subarray(SERVICES, { minLength: 1 }),
    actions: fc.subarray([...GRAVE, ...HARMLESS], { maxLength: 40 }),
    addresses: fc.subarray(['192.0.2.0/24', '2001:db8:1::/48', '203.0.113.0/24']),
    endpoints: fc.subarray(['vpce-0123456789abcdef0', 'vpce-00000000000000001']),
    sessions: fc.subarray(['deploy-1', 'deploy-2']),
    isCovered: fc.boolean(),
  })
  .map((parts) => Restriction.parse(parts))
const rooms = fc.oneof(fc.constant(10_240), fc.integer({ min: 0, max: 4_000 }))
const subjects = fc.constantFrom<Subject | undefined>(
  undefined,
  { kind: 'role', name: 'deploy' },
  { kind: 'iam-user', name: 'eva@example.com' },
)

const made = fc
  .record({ restriction: restrictions, room: rooms, subject: subjects })
  .map((one) => ({ ...one, made: restrictionDocument(one.restriction, parts(one)) }))

function parts({ room, subject }: { room: number; subject: Subject | undefined }) {
  return { room, ...(subject === undefined ? {} : { subject }) }
}

function callOf(action: string, origin: object, session = 'deploy-1'): Signal {
  return {
    kind: 'api-call',
    time: Date.UTC(2026, 0, 31),
    region: 'us-east-1',
    identity: { id: 'arn:aws:iam::123456789012:role/deploy', kind: 'role', name: 'deploy', account: '123456789012' },
    credential: { id: 'ASIAIOSFODNN7EXAMPLE', kind: 'session', sessionName: session },
    service: serviceOf(action),
    action,
    origin,
    request: { roleName: 'other' },
  } as unknown as Signal
}

/** What a document says of an action itself, of which CloudTrail's call may have another name. */
function isDenied(document: string, action: string, origin: object, session?: string): boolean {
  const resource = serviceOf(action) === 'iam' ? 'arn:aws:iam::123456789012:role/other' : '*'
  const allowAll = { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }
  const context = contextOf(callOf(action, origin, session))
  return evaluatePolicy({ identity: [allowAll, document] }, { action, resource, context }).outcome === 'denied'
}

describe('the policy of a restriction', () => {
  it('allows nothing, and has room to the character', () => {
    fc.assert(
      fc.property(made, ({ made: one, restriction, room, subject }) => {
        if (one === undefined) return
        expect(one.document.length).toBeLessThanOrEqual(room)
        const statements: { Effect: string }[] = JSON.parse(one.document).Statement
        expect(statements.length).toBeGreaterThan(0)
        expect(statements.every(({ Effect }) => Effect === 'Deny')).toBe(true)
        expect(restrictionDocument(restriction, parts({ room: one.document.length, subject }))).toEqual(one)
      }),
    )
  })

  it('is read back as a restriction that makes the same policy', () => {
    fc.assert(
      fc.property(made, ({ made: one, subject }) => {
        if (one === undefined) return
        const read = restrictionIn(one.document)
        expect(read).toBeDefined()
        const again = [10_240, one.document.length].map(
          (room) => restrictionDocument(read as Restriction, parts({ room, subject }))?.document,
        )
        expect(again).toContain(one.document)
      }),
    )
  })

  it('never refuses the habit itself, from its own places, through AWS services and by other sessions', () => {
    fc.assert(
      fc.property(made, fc.nat(), ({ made: one, restriction, subject }, pick) => {
        const { actions, addresses, endpoints, sessions } = restriction
        const habitual = actions.filter((action) => subject !== undefined || !OWN_POLICY_CALLS.includes(action))
        const action = habitual[pick % Math.max(1, habitual.length)]
        if (one === undefined || action === undefined) return
        if (addresses.includes('192.0.2.0/24') || addresses.length + endpoints.length === 0)
          expect(isDenied(one.document, action, IN)).toBe(false)
        if (endpoints.includes('vpce-0123456789abcdef0')) expect(isDenied(one.document, action, OWN_ENDPOINT)).toBe(false)
        expect(isDenied(one.document, action, BY_SERVICE)).toBe(false)
        if (sessions.length > 0) expect(isDenied(one.document, 'iam:CreateUser', OUT, 'another')).toBe(false)
      }),
    )
  })

  it('refuses every grave action that is not habit, but those that it says it has no room for', () => {
    fc.assert(
      fc.property(made, fc.constantFrom(...GRAVE_GROUPS), fc.nat(), ({ made: one, restriction }, group, pick) => {
        const all = group.patterns.flatMap(graveActionsOf)
        const action = all[pick % all.length] as string
        if (one === undefined || one.dropped.includes(group.name) || restriction.actions.includes(action)) return
        if (group.needsHabit && !restriction.isCovered) return
        const session = restriction.sessions[0] ?? 'any'
        expect(isDenied(one.document, action, BY_SERVICE, session)).toBe(true)
      }),
    )
  })

  it('refuses services that are not habit, and all from elsewhere, where the habit is known and there is room', () => {
    fc.assert(
      fc.property(made, fc.constantFrom(...SERVICES), ({ made: one, restriction }, service) => {
        const { services, addresses, endpoints, sessions, isCovered } = restriction
        if (one === undefined || !isCovered) return
        const session = sessions[0] ?? 'any'
        if (!services.includes(service) && !one.dropped.includes('services'))
          expect(isDenied(one.document, `${service}:NeverUsed`, BY_SERVICE, session)).toBe(true)
        if (addresses.length + endpoints.length > 0 && !one.dropped.includes('places')) {
          expect(isDenied(one.document, 'sts:AssumeRole', OUT, session)).toBe(true)
          expect(isDenied(one.document, 's3:GetObject', OTHER_ENDPOINT, session)).toBe(true)
        }
      }),
    )
  })

  it('never lets its own inline policies be changed, whatever is habit', () => {
    fc.assert(
      fc.property(made, fc.constantFrom(...OWN_POLICY_CALLS), ({ made: one, restriction, subject }, call) => {
        if (one === undefined) return
        const own = {
          ...callOf(call, IN, restriction.sessions[0]),
          request: subject?.kind === 'iam-user' ? { userName: subject.name } : { roleName: 'deploy' },
        }
        expect(isRefusedBy(one.document, own)).toBe(true)
      }),
    )
  })
})
