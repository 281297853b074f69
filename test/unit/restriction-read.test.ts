import { describe, expect, it } from 'vitest'
import { partsOfHabit, readRestriction, restrictionDocument } from '../../shared/contain/restriction-document.ts'
import type { Subject } from '../../shared/contain/steps/step.ts'
import { GRAVE_GROUPS } from '../../shared/domain/grave-actions.ts'
import type { PolicyRestriction } from '../../shared/domain/restriction.ts'
import { HABIT } from '../restricted.ts'

const AT = Date.UTC(2026, 0, 31, 12)
const ROLE: Subject = { kind: 'role', name: 'deploy' }
const USER: Subject = { kind: 'iam-user', name: 'eva@example.com' }
const PLACES = { addresses: ['192.0.2.0/24', '2001:db8:1::/48'], endpoints: ['vpce-0123456789abcdef0'], isFenced: true }
const IAM = { services: ['iam'], actions: ['iam:PutRolePolicy', 'iam:PutUserPolicy'] }

const SHARES = { actions: ['s3:PutBucketPolicy'] }

const of = (parts: Partial<PolicyRestriction>): PolicyRestriction => ({ ...HABIT, ...parts })
function written(parts: Partial<PolicyRestriction>, { room = 10_240, subject }: { room?: number; subject?: Subject | undefined } = {}) {
  const made = restrictionDocument(of(parts), { room, ...(subject === undefined ? {} : { subject }) })
  if (made === undefined) throw new Error('no room')
  return made
}
const sids = (document: string) => JSON.parse(document).Statement.map(({ Sid }: { Sid: string }) => Sid)

describe('the policy of a restriction is read back', () => {
  it.each<[string, Partial<PolicyRestriction>, Subject | undefined, Partial<PolicyRestriction>, Subject | undefined]>([
    ['with its services', {}, undefined, { services: HABIT.services, isCovered: true, isFenced: false }, undefined],
    ['without a habit', { isCovered: false }, undefined, { services: [], isCovered: false, isFenced: false }, undefined],
    ['without services', { services: [] }, undefined, { services: [], isCovered: true, isFenced: false }, undefined],
    ['with its places', PLACES, undefined, PLACES, undefined],
    [
      'with a range alone',
      { ...PLACES, endpoints: [] },
      undefined,
      { addresses: PLACES.addresses, endpoints: [], isFenced: true },
      undefined,
    ],
    [
      'with an endpoint alone',
      { ...PLACES, addresses: [] },
      undefined,
      { addresses: [], endpoints: PLACES.endpoints, isFenced: true },
      undefined,
    ],
    ['with its sessions', { sessions: ['a1', 'b2'] }, undefined, { sessions: ['a1', 'b2'] }, undefined],
    [
      'with its times',
      { issued: { since: AT, until: AT + 1000 } },
      undefined,
      { issued: { since: AT, until: AT + 1000 }, sessions: [] },
      undefined,
    ],
    [
      'with its sessions and times, without services',
      { services: [], sessions: ['a1'], issued: { since: AT, until: AT + 1000 } },
      undefined,
      { sessions: ['a1'], issued: { since: AT, until: AT + 1000 } },
      undefined,
    ],
    ['with what was never used', { neverUsed: ['sqs', 'sns'] }, undefined, { neverUsed: ['sns', 'sqs'] }, undefined],
    [
      'with actions beside its services',
      { services: ['s3'], actions: ['ecs:UpdateService'] },
      undefined,
      { actions: ['ecs:UpdateService'] },
      undefined,
    ],
    ['with a role whose policies are guarded', IAM, ROLE, { services: ['iam'] }, ROLE],
    ['with a user whose policies are guarded', IAM, USER, { services: ['iam'] }, USER],
    ['with nobody where all are', IAM, undefined, { services: ['iam'] }, undefined],
    ['with nobody where IAM is no habit', { services: ['s3'] }, ROLE, { services: ['s3'] }, undefined],
    ['with nobody where every such call is denied', { services: ['iam'] }, ROLE, { services: ['iam'] }, undefined],
    ['with a role where an action of IAM is habit', { services: ['s3'], actions: ['iam:PutRolePolicy'] }, ROLE, { services: ['s3'] }, ROLE],
    [
      'with its brake',
      { ...SHARES, brake: { groups: ['sharing'], until: AT } },
      undefined,
      { brake: { groups: ['sharing'], until: AT } },
      undefined,
    ],
    [
      'with its brake and without services',
      { isCovered: false, brake: { groups: ['deletion'], until: AT } },
      ROLE,
      { isCovered: false, brake: { groups: ['deletion'], until: AT } },
      undefined,
    ],
  ])('%s', (_, parts, subject, expected, guarded) => {
    const { document, dropped } = written(parts, { subject })
    expect(dropped).toEqual([])
    const read = readRestriction(document)
    expect(read?.restriction).toMatchObject(expected)
    expect(read?.subject).toEqual(guarded)
    for (const name of ['brake', 'issued', 'neverUsed'] as const)
      expect(read !== undefined && name in read.restriction).toBe(name in expected)
    // What was read makes the same policy, and in any other order of its members it is still ours.
    expect(restrictionDocument(read?.restriction as PolicyRestriction, { room: 10_240, ...(subject && { subject }) })?.document).toBe(
      document,
    )
    const { Version, Statement } = JSON.parse(document)
    expect(readRestriction(JSON.stringify({ Statement, Version }, null, 1))).toEqual(read)
  })

  it.each<[string, (document: string) => string]>([
    ['has another version', (text) => text.replace('2012-10-17', '2008-10-17')],
    ['has a member more', (text) => text.replace('{"Version"', '{"Id":"x","Version"')],
    [
      'has its statements in another order',
      (text) => JSON.stringify({ Version: '2012-10-17', Statement: JSON.parse(text).Statement.reverse() }),
    ],
    ['has a statement less', (text) => JSON.stringify({ Version: '2012-10-17', Statement: JSON.parse(text).Statement.slice(0, -1) })],
    ['has no statements', () => '{"Version":"2012-10-17","Statement":[]}'],
    ['has one statement that is no list', (text) => JSON.stringify({ Version: '2012-10-17', Statement: JSON.parse(text).Statement[0] })],
    ['has a session that is no name of one', (text) => text.replaceAll('*:a1', '*:a')],
    ['has a name of a role that is a pattern', (text) => text.replaceAll('/deploy', '/dep*')],
    ['has a path where a name is to be', (text) => text.replaceAll('/deploy', '/x/deploy')],
    ['guards a group', (text) => text.replaceAll(':role/', ':group/')],
    ['lets something through besides', (text) => text.replace('"NotAction":[', '"NotAction":["ec2:Run*",')],
    ['is longer than any', (text) => text.replace('{', `{${' '.repeat(10_240)}`)],
    ['is a list', () => '[]'],
    ['is null', () => 'null'],
  ])('and not where it %s', (_, changed) => {
    const { document } = written({ ...IAM, ...PLACES, sessions: ['a1'] }, { subject: ROLE })
    expect(readRestriction(document)).toBeDefined()
    expect(changed(document)).not.toBe(document)
    expect(readRestriction(changed(document))).toBeUndefined()
  })

  it('up to the most characters that IAM takes', () => {
    const { document } = written({})
    expect(readRestriction(document.padEnd(10_240))).toBeDefined()
    expect(readRestriction(document.padEnd(10_241))).toBeUndefined()
  })
})

describe('the room of a policy', () => {
  const names = GRAVE_GROUPS.map(({ name }) => name)

  it('is filled to the last character, and one less takes the next shorter form', () => {
    const whole = written(PLACES)
    expect(written(PLACES, { room: whole.document.length })).toEqual(whole)
    expect(written(PLACES, { room: whole.document.length - 1 }).dropped).toEqual(['deletion', 'secrets', 'code'])
  })

  it.each<[string, Partial<PolicyRestriction>, readonly (readonly string[])[]]>([
    [
      'first the least grave groups down to grants and credentials, then services, then places in their place, then both',
      PLACES,
      [
        ...[7, 6, 5, 4, 3, 2].map((count) => names.slice(count)),
        ...[7, 6, 5, 4, 3, 2].map((count) => ['services', ...names.slice(count)]),
        ...[7, 6, 5, 4, 3, 2].map((count) => ['places', ...names.slice(count)]),
        ...[7, 6, 5, 4, 3, 2].map((count) => ['services', 'places', ...names.slice(count)]),
      ],
    ],
    ['without a habit the groups of the fixed list alone', { isCovered: false }, [5, 4, 3, 2].map((count) => names.slice(count, 5))],
  ])('loses %s', (_, parts, orders) => {
    const seen: string[] = []
    for (let room = 6000; room > 0; room -= 20) {
      const made = restrictionDocument(of(parts), { room })
      if (made === undefined) break
      const said = made.dropped.join()
      if (seen.at(-1) !== said) seen.push(said)
    }
    const all = orders.map((one) => one.join())
    // Which forms are the longest that fit depends on the room; none is any other, and each comes before those that say less.
    expect(seen.map((one) => all.indexOf(one))).toEqual(seen.map((one) => all.indexOf(one)).sort((a, b) => a - b))
    expect(seen.every((one) => all.includes(one))).toBe(true)
    expect(seen[0]).toBe(all[0])
    expect(seen.length).toBeGreaterThan(3)
  })

  it.each<[string, Partial<PolicyRestriction>, readonly string[]]>([
    ['services and the groups that owners use', {}, ['services', 'secrets', 'code']],
    ['places too', PLACES, ['services', 'places', 'secrets', 'code']],
    ['no services where none is known', { services: [] }, ['secrets', 'code']],
    ['nothing where no habit is known', { ...PLACES, isCovered: false }, []],
  ])('is taken because of a habit by %s', (_, parts, names) => expect(partsOfHabit(of(parts))).toEqual(names))

  it('holds the statements that are meant, each by its name', () => {
    expect(
      sids(
        written(
          {
            ...IAM,
            ...PLACES,
            services: ['iam', 's3'],
            actions: [...IAM.actions, ...SHARES.actions],
            brake: { groups: ['sharing'], until: AT },
          },
          { subject: ROLE },
        ).document,
      ),
    ).toEqual(['Brake', 'NewServices', 'GraveActions', 'OwnPolicies', 'OutsideAddresses', 'OutsideEndpoints'])
    expect(sids(written({ services: ['textract'] }).document)).toEqual(['NewServices'])
    expect(sids(written({ isCovered: false }).document)).toEqual(['GraveActions'])
  })
})
