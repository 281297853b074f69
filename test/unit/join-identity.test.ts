import { describe, expect, it } from 'vitest'
import type { Signal } from '../../shared/domain/signal.ts'
import { joinIdentity } from '../../shared/sense/join.ts'
import { rolePaths } from '../../shared/sense/role-paths.ts'
import { ACCOUNT, arnOf, KEY, NOW } from '../embedded.ts'
import { ofKey, SESSION, signalsOf } from '../findings.ts'

describe('whose a credential is', () => {
  const ports = (parts: object = {}) => ({
    iam: { ownerOf: async () => undefined, describe: async () => undefined },
    paths: rolePaths(),
    history: { lookup: async (): Promise<unknown[]> => [] },
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
    const of = (records: unknown[]) => joinIdentity(session as Signal, ports({ history: { lookup: async () => records } }))
    expect((await of([{}, 'x', record])).identity.id).toBe(`arn:aws:iam::${ACCOUNT}:role/ci/deploy`)
    // Whoever may write records of their own elsewhere names no other session.
    const other = { ...record, userIdentity: { ...record.userIdentity, accessKeyId: 'ASIAOTHER00000000001' } }
    expect(await of([other])).toMatchObject({
      identity: { kind: 'unknown' },
      report: { unjoined: 'it names a credential, and not whose it is: CloudTrail knows no call of this session' },
    })
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
