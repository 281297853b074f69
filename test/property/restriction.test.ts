import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OWN_POLICY_CALLS } from '../../shared/contain/denied-patterns.ts'
import { restrictionDocument, restrictionIn } from '../../shared/contain/restriction-document.ts'
import { restrictsMore } from '../../shared/contain/restricts-more.ts'
import { isRefusedBy } from '../../shared/decide/reach/refused-by.ts'
import { GRAVE_GROUPS, graveActionsOf } from '../../shared/domain/grave-actions.ts'
import { type Brake, hasFence, type PolicyRestriction } from '../../shared/domain/restriction.ts'
import {
  BY_SERVICE,
  brakes,
  callOf,
  GRAVE,
  HARMLESS,
  IN,
  isDenied,
  made,
  OTHER_ENDPOINT,
  OUT,
  OWN_ENDPOINT,
  parts,
  rooms,
  SERVICES,
  subjects,
  whole,
} from '../restrictions.ts'

/** Each matches a pattern of `DATA_PLANE_ACTIONS`; those of the second line are of services of which last-used data says nothing. */
const DATA_PLANE_CALLS = [
  ...[
    's3:GetObject',
    's3:ListBucket',
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:Query',
    'sqs:SendMessage',
    'sns:Publish',
    'lambda:InvokeFunction',
  ],
  ...[
    'execute-api:Invoke',
    'rds-db:connect',
    'iot:Publish',
    'ses:SendEmail',
    'es:ESHttpGet',
    'elasticfilesystem:ClientMount',
    'xray:PutTraceSegments',
  ],
]

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

  it('is read back as a restriction that makes the same policy, whatever it holds at once', () => {
    let braked = 0
    fc.assert(
      fc.property(whole, rooms, subjects, (restriction, room, subject) => {
        const one = restrictionDocument(restriction, parts({ room, subject }))
        if (one === undefined) return
        if (one.document.includes('"Brake"')) braked += 1
        const read = restrictionIn(one.document)
        expect(read).toBeDefined()
        const again = [10_240, one.document.length].map(
          (size) => restrictionDocument(read as PolicyRestriction, parts({ room: size, subject }))?.document,
        )
        expect(again).toContain(one.document)
      }),
      { numRuns: 300 },
    )
    expect(braked).toBeGreaterThan(30)
  })

  it('leaves nothing out for a brake, which ends: it denies all that it denies without one', () => {
    fc.assert(
      fc.property(whole, brakes, rooms, subjects, ({ brake: _, ...lasting }, brake, room, subject) => {
        const [without, braked] = [lasting, { ...lasting, brake }].map((one: PolicyRestriction) =>
          restrictionDocument(one, parts({ room, subject })),
        )
        expect(braked?.dropped.filter((part) => part !== 'brake')).toEqual(without?.dropped)
        expect(restrictsMore(without?.document ?? '', braked?.document ?? '')).toBe(false)
      }),
      { numRuns: 300 },
    )
  })

  it('refuses what is braked, habit or not, until the brake ends, and then the habit no more', () => {
    const left = { services: [], addresses: [], endpoints: [], sessions: [], isCovered: false, isFenced: false }
    fc.assert(
      fc.property(brakes, fc.constantFrom(...GRAVE), subjects, ({ groups, until }, action, subject) => {
        const isBraked = isOf(groups, action)
        const one = restrictionDocument({ ...left, actions: [action], brake: { groups, until } }, parts({ room: 10_240, subject }))
        const isOwn = subject === undefined && OWN_POLICY_CALLS.includes(action)
        if (one === undefined || isOwn) return
        const needsHabit = GRAVE_GROUPS.some((group) => group.needsHabit && isIn(group, action))
        expect(isDenied(one.document, action, IN)).toBe(isBraked && !needsHabit)
        expect(isDenied(one.document, action, IN, undefined, until)).toBe(false)
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
        if (addresses.includes('192.0.2.0/24') || !hasFence(restriction)) expect(isDenied(one.document, action, IN)).toBe(false)
        if (!hasFence(restriction)) expect(isDenied(one.document, action, OUT)).toBe(false)
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

  it('refuses services that are not habit where the habit is known, all from elsewhere where it is fenced, as far as there is room', () => {
    fc.assert(
      fc.property(made, fc.constantFrom(...SERVICES), ({ made: one, restriction }, service) => {
        const { services, sessions, isCovered } = restriction
        if (one === undefined || !isCovered) return
        const session = sessions[0] ?? 'any'
        if (!services.includes(service) && !one.dropped.includes('services'))
          expect(isDenied(one.document, `${service}:NeverUsed`, BY_SERVICE, session)).toBe(true)
        if (hasFence(restriction) && !one.dropped.includes('places')) {
          expect(isDenied(one.document, 'sts:AssumeRole', OUT, session)).toBe(true)
          expect(isDenied(one.document, 's3:GetObject', OTHER_ENDPOINT, session)).toBe(true)
        }
      }),
    )
  })

  it('leaves the data plane of a service that is not habit open, but where the service was never used', () => {
    fc.assert(
      fc.property(made, fc.constantFrom(...DATA_PLANE_CALLS), ({ made: one, restriction }, action) => {
        const { services, sessions, isCovered, neverUsed = [] } = restriction
        const service = action.slice(0, action.indexOf(':'))
        if (one === undefined || services.includes(service)) return
        // An action of the habit itself is never refused, so its service stays open.
        const isHabit = restriction.actions.some((habit) => DATA_PLANE_CALLS.includes(habit) && habit.startsWith(`${service}:`))
        const isClosed = isCovered && neverUsed.some((name) => name === service) && !isHabit && !one.dropped.includes('services')
        expect(isDenied(one.document, action, BY_SERVICE, sessions[0] ?? 'any')).toBe(isClosed)
      }),
    )
  })

  it('denies no more for what it never used than where that is not known, but the data planes of those services', () => {
    fc.assert(
      fc.property(made, fc.constantFrom(...GRAVE, ...HARMLESS), ({ restriction, subject }, action) => {
        const { neverUsed = [], ...unknown } = restriction
        const [known, before] = [restriction, unknown].map((one) => restrictionDocument(one, parts({ room: 10_240, subject }))?.document)
        if (known === undefined || before === undefined || neverUsed.some((service) => action.startsWith(`${service}:`))) return
        const session = restriction.sessions[0]
        expect(isDenied(known, action, BY_SERVICE, session)).toBe(isDenied(before, action, BY_SERVICE, session))
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

function isOf(groups: Brake['groups'], action: string): boolean {
  return GRAVE_GROUPS.some((group) => groups.some((name) => name === group.name) && isIn(group, action))
}

function isIn({ patterns }: (typeof GRAVE_GROUPS)[number], action: string): boolean {
  return patterns.flatMap(graveActionsOf).includes(action)
}
