import fc from 'fast-check'
import { restrictionDocument } from '../shared/contain/restriction-document.ts'
import type { Subject } from '../shared/contain/steps/step.ts'
import { evaluatePolicy } from '../shared/decide/reach/evaluate-policy.ts'
import { contextOf } from '../shared/decide/reach/refused-by.ts'
import { GRAVE_GROUPS, graveActionsOf } from '../shared/domain/grave-actions.ts'
import { DATA_PLANE_SERVICES } from '../shared/domain/last-used.ts'
import { type PolicyRestriction, Restriction } from '../shared/domain/restriction.ts'
import type { Signal } from '../shared/domain/signal.ts'

export const GRAVE = GRAVE_GROUPS.flatMap(({ patterns }) => patterns.flatMap(graveActionsOf))
export const HARMLESS = [
  's3:GetObject',
  's3:ListBucket',
  'sns:Publish',
  'ec2:DescribeInstances',
  'iam:ListUsers',
  'dynamodb:PutItem',
  'sqs:SendMessage',
  'ecs:UpdateService',
]
export const SERVICES = [...new Set([...GRAVE, ...HARMLESS].map(serviceOf)), 'cloudwatch', 'apprunner', 'textract']
export const IN = { address: '192.0.2.77', addressKind: 'public' } as const
export const OUT = { address: '198.51.100.7', addressKind: 'public' } as const
export const OWN_ENDPOINT = { address: '10.0.0.9', addressKind: 'private', vpcEndpointId: 'vpce-0123456789abcdef0' } as const
export const OTHER_ENDPOINT = { ...OWN_ENDPOINT, vpcEndpointId: 'vpce-0fedcba9876543210' } as const
export const BY_SERVICE = { address: 'cloudformation.amazonaws.com', addressKind: 'aws-service' } as const

export function serviceOf(action: string): string {
  return action.slice(0, action.indexOf(':'))
}

export const restrictions: fc.Arbitrary<Restriction> = fc
  .record({
    services: fc.subarray(SERVICES, { minLength: 1 }),
    actions: fc.subarray([...GRAVE, ...HARMLESS], { maxLength: 40 }),
    addresses: fc.subarray(['192.0.2.0/24', '2001:db8:1::/48', '203.0.113.0/24']),
    endpoints: fc.subarray(['vpce-0123456789abcdef0', 'vpce-00000000000000001']),
    sessions: fc.subarray(['deploy-1', 'deploy-2']),
    isCovered: fc.boolean(),
    isFenced: fc.boolean(),
    neverUsed: fc.oneof(fc.constant(undefined), fc.subarray([...DATA_PLANE_SERVICES])),
  })
  .map(({ neverUsed, ...parts }) => Restriction.parse({ ...parts, ...(neverUsed === undefined ? {} : { neverUsed }) }))
export const TIME = Date.UTC(2026, 0, 31)

/** Brakes that are in force at the time of the calls, and for one or two hours. */
export const brakes = fc.record({
  groups: fc.subarray(['deletion', 'sharing'] as const, { minLength: 1 }),
  until: fc.constantFrom(TIME + 3_600_000, TIME + 7_200_000),
})

/** Restrictions as policies say them, with all that one document may hold: services, data planes, a fence, sessions by name and by time, and a brake. */
export const whole: fc.Arbitrary<PolicyRestriction> = fc
  .record({
    restriction: restrictions,
    brake: fc.option(brakes, { nil: undefined }),
    issued: fc.option(fc.constant({ since: TIME, until: TIME + 600_000 }), { nil: undefined }),
  })
  .map(({ restriction, brake, issued }) => ({
    ...restriction,
    ...(brake === undefined ? {} : { brake }),
    ...(issued === undefined ? {} : { issued }),
  }))
export const rooms = fc.oneof(fc.constant(10_240), fc.integer({ min: 0, max: 4_000 }))
export const subjects = fc.constantFrom<Subject | undefined>(
  undefined,
  { kind: 'role', name: 'deploy' },
  { kind: 'iam-user', name: 'eva@example.com' },
)

export const made = fc
  .record({ restriction: restrictions, room: rooms, subject: subjects })
  .map((one) => ({ ...one, made: restrictionDocument(one.restriction, parts(one)) }))

export function parts({ room, subject }: { room: number; subject: Subject | undefined }) {
  return { room, ...(subject === undefined ? {} : { subject }) }
}

export function callOf(action: string, origin: object, session = 'deploy-1', time = TIME): Signal {
  return {
    kind: 'api-call',
    time,
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
export function isDenied(document: string, action: string, origin: object, session?: string, time?: number): boolean {
  const resource = serviceOf(action) === 'iam' ? 'arn:aws:iam::123456789012:role/other' : '*'
  const allowAll = { name: 'everything', document: { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } } }
  const context = contextOf(callOf(action, origin, session, time))
  return evaluatePolicy({ identity: [allowAll, { name: 'restriction', document }] }, { action, resource, context }).outcome === 'denied'
}
