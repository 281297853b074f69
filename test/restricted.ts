import { restrictionDocument } from '../shared/contain/restriction-document.ts'
import { DENY_ALL } from '../shared/contain/steps/quarantine.ts'
import type { Restriction } from '../shared/domain/restriction.ts'
import type { Iam } from '../shared/ports/iam.ts'
import { ATTACK, embedded, HARM_ALONE } from './embedded.ts'

/** A policy under which the three calls of `ATTACK` restrict, and a report of AWS contains. */
export const RESTRICTS = {
  version: 3,
  mode: 'contain',
  thresholds: { notify: 10, ask: 20, restrict: 30, contain: 100 },
  evidence: HARM_ALONE,
} as const

/** Who answers in these tests. */
export const reviewer = { by: 'arn:aws:iam::123456789012:user/reviewer', reason: 'a drill' } as const

/** A restriction that rests on a habit; its document is longer than that of the fixed list. */
export const HABIT: Restriction = {
  services: ['s3', 'sts', 'logs'],
  actions: [],
  addresses: [],
  endpoints: [],
  sessions: [],
  isCovered: true,
  isFenced: false,
}

/** The document of a restriction of `ci-build`, where it has this room for all its inline policies. */
export function documentOf(restriction: Restriction | undefined, room = 2048): string {
  const parts = { room: room - DENY_ALL.length, subject: { kind: 'iam-user', name: 'ci-build' } } as const
  const made = restriction && restrictionDocument(restriction, parts)
  if (made === undefined) throw new Error('no restriction, or no room for it')
  return made.document
}

/** An IAM that notes what is put and deleted, as `putUserPolicy ci-build …`. */
export function noting(calls: string[]): (iam: Iam) => Iam {
  return (iam) => ({
    ...iam,
    async putUserPolicy(...words) {
      calls.push(`put ${words[0]}/${words[1]}`)
      return iam.putUserPolicy(...words)
    },
    async deleteUserPolicy(...words) {
      calls.push(`delete ${words.join('/')}`)
      return iam.deleteUserPolicy(...words)
    },
    async putRolePolicy(...words) {
      calls.push(`put ${words[0]}/${words[1]}`)
      return iam.putRolePolicy(...words)
    },
    async deleteRolePolicy(...words) {
      calls.push(`delete ${words.join('/')}`)
      return iam.deleteRolePolicy(...words)
    },
  })
}

/** A world in which an intruder's calls have just restricted the user `ci-build`. */
export async function restrictedWorld(parts: Parameters<typeof embedded>[0] & { events?: readonly object[] } = {}) {
  const { events = ATTACK, ...rest } = parts
  const calls: string[] = []
  const world = await embedded({ iam: noting(calls), ...rest, policy: { ...RESTRICTS, ...rest.policy } })
  const before = world.account.authorizationDetails()
  await world.respond([...events])
  const only = async () => {
    const [incident, ...others] = await world.incidents()
    if (incident === undefined || others.length > 0) throw new Error(`${others.length + 1} incidents, not one`)
    return incident
  }
  return { ...world, calls, before, only }
}
