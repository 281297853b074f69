import { describe, expect, it } from 'vitest'
import type { Signal } from '../../shared/domain/signal.ts'
import { isOfProfile, joinIdentity } from '../../shared/sense/join.ts'
import { rolePaths } from '../../shared/sense/role-paths.ts'
import { sessionCalls } from '../../shared/sense/session-calls.ts'
import { seenIn } from '../attack/known-owner.ts'
import { ACCOUNT, arnOf, KEY, NOW } from '../embedded.ts'
import { ofKey, SESSION, signalsOf } from '../findings.ts'

describe('whose a credential is', () => {
  const ports = (parts: object = {}) => ({
    iam: { ownerOf: async () => undefined, describe: async () => undefined },
    paths: rolePaths(),
    sessions: { callsOf: async (): Promise<unknown[]> => [] },
    ...parts,
  })
  const [report] = signalsOf(ofKey({ accessKeyId: KEY, userType: 'IAMUser', userName: 'mallory' }))
  const [session] = signalsOf(ofKey({ accessKeyId: SESSION, userType: 'FederatedUser' }))

  it('says IAM, whomever the party names', async () => {
    const owner = { id: arnOf('ci-build'), kind: 'iam-user', name: 'ci-build', account: ACCOUNT } as const
    const joined = await joinIdentity(report as Signal, ports({ iam: { ownerOf: async () => owner, describe: async () => undefined } }))
    expect([joined.identity, joined.report?.unjoined]).toEqual([owner, undefined])
  })

  it('of a session say its calls, with the path of the role', async () => {
    const record = {
      eventID: 'c',
      eventTime: new Date(NOW).toISOString(),
      eventName: 'ListBuckets',
      eventSource: 's3.amazonaws.com',
      userIdentity: {
        type: 'AssumedRole',
        arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/build-7`,
        accountId: ACCOUNT,
        accessKeyId: SESSION,
        sessionContext: { sessionIssuer: { type: 'Role', arn: `arn:aws:iam::${ACCOUNT}:role/ci/deploy`, userName: 'deploy' } },
      },
    }
    const of = (records: unknown[]) => joinIdentity(session as Signal, ports({ sessions: { callsOf: async () => records } }))
    expect((await of([{}, 'x', record])).identity.id).toBe(`arn:aws:iam::${ACCOUNT}:role/ci/deploy`)
    // Whoever may write records of their own elsewhere names no other session.
    const other = { ...record, userIdentity: { ...record.userIdentity, accessKeyId: 'ASIAOTHER00000000001' } }
    expect(await of([other])).toMatchObject({
      identity: { kind: 'unknown' },
      report: { unjoined: 'it names a credential, and not whose it is: CloudTrail knows no call of this session' },
    })
  })

  it('is asked of CloudTrail few times a minute where anybody may have written of a session, and a person is asked about the rest', async () => {
    let [now, requests] = [NOW, 0]
    const history = {
      account: ACCOUNT,
      lookup: async (_: string, __?: number, most = 10) => Array.from({ length: most }, () => ++requests),
    }
    const sessions = sessionCalls(history, { now: () => now })
    // Whoever knows the account can make ids that say it: the first characters are its bits.
    const idOf = (n: number) =>
      `ASIARZPUZDIKLI${String(n)
        .padStart(6, '0')
        .replace(/[0189]/g, 'Z')}${'ABCDEFGH'[n % 8]}`.slice(0, 20)
    const flood = async (source: string, grade: string, of: (n: number) => string = idOf) => {
      const before = requests
      const notes: unknown[] = []
      for (let n = 0; n < 100; n++)
        for (const signal of signalsOf(seenIn(source, of(n), { id: `${n}`, grade, time: NOW })))
          notes.push((await joinIdentity(signal, ports({ sessions }))).request.note)
      return { requests: requests - before, notes }
    }
    const { requests: first, notes } = await flood('jira', 'with-secret')
    expect([first, notes.length]).toEqual([2, 100])
    expect(notes.filter((note) => /CloudTrail was not asked/.test(String(note)))).toHaveLength(98)
    for (const source of ['linear', 'logs', 'webhook', 'gitleaks', 'github']) expect((await flood(source, 'with-secret')).requests).toBe(0)
    now += 60_000
    expect((await flood('logs', 'with-secret', (n) => `ASIAQ${idOf(n).slice(5)}`)).requests).toBe(0)
    expect((await flood('logs', 'with-secret')).requests).toBe(2)
    // What a party tried is no hearsay.
    expect((await flood('github', 'verified')).requests).toBe(1000)
  })

  it('is not known where nobody says it: a person is asked, with the reason', async () => {
    const { identity, request } = await joinIdentity(report as Signal, ports())
    // Whom the party names stays.
    expect([identity.kind, identity.name, request]).toEqual(['iam-user', 'mallory', {}])
    const unnamed = await joinIdentity(session as Signal, ports())
    expect([unnamed.identity.kind, typeof unnamed.request.note]).toEqual(['unknown', 'string'])
  })

  it('throws where IAM fails, so that the event comes again', async () => {
    const ownerOf = () => Promise.reject(Object.assign(new Error('x'), { name: 'ThrottlingException' }))
    await expect(joinIdentity(report as Signal, ports({ iam: { ownerOf, describe: async () => undefined } }))).rejects.toThrow('x')
  })
})

describe('an instance profile', () => {
  it.each([
    ['arn:aws:iam::123456789012:instance-profile/web/web', true],
    ['arn:aws:iam::123456789012:role/x:instance-profile/web', false],
    ['unknown:123456789012:x:instance-profile/web', false],
  ])('is what an ARN names, and no word in a path: %s', (id, isIt) => expect(isOfProfile({ id })).toBe(isIt))
})
