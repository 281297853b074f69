import type { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, describe, expect, it } from 'vitest'
import { awsAccounts, kept } from '../../shared/aws/accounts.ts'
import { iamClient } from '../../shared/aws/clients.ts'
import { awsIam } from '../../shared/aws/iam.ts'
import { AuthorizationDetails } from '../../shared/domain/authorization-details.ts'
import { RefusedInAccount } from '../../shared/errors.ts'
import { oneUser } from '../embedded.ts'
import { iamWire } from './iam-wire.ts'

const HOME = '123456789012'
const MEMBER = '210987654321'
const OTHER = '333344445555'
const ROLE = `arn:aws:iam::${MEMBER}:role/Countersign-member-contain`

const closing: (() => unknown)[] = []
afterAll(() => Promise.all(closing.map((close) => close())))

/** STS that answers credentials of a quarter of an hour, or throws what `fault` says. */
function fakeSts() {
  const asked: unknown[] = []
  const state = { fault: undefined as string | undefined, now: Date.UTC(2026, 2, 2, 12), isEmpty: false }
  const send = async ({ input }: AssumeRoleCommand) => {
    asked.push(input)
    if (state.fault !== undefined) throw Object.assign(new Error('is not authorized to perform: sts:AssumeRole'), { name: state.fault })
    if (state.isEmpty) return {}
    const AccessKeyId = `ASIA${String(asked.length).padStart(16, '0')}`
    const Expiration = new Date(Date.now() + 900_000)
    return { Credentials: { AccessKeyId, SecretAccessKey: 'made-up', SessionToken: 'made-up', Expiration } }
  }
  return { asked, state, sts: { send } as unknown as STSClient }
}

async function acting(details: object = oneUser()) {
  const wire = await iamWire(AuthorizationDetails.parse(details))
  closing.push(wire.close)
  const { asked, state, sts } = fakeSts()
  const own = awsIam(iamClient(wire.options), HOME)
  const accounts = awsAccounts(
    {
      own: { account: HOME, iam: own, quarantinePolicyArn: 'arn:aws:iam::123456789012:policy/Quarantine' },
      members: [MEMBER],
      partition: 'aws',
      stackName: 'Countersign',
      role: 'contain',
      entry: 'contain',
      sts,
      now: () => state.now,
    },
    (credentials) => iamClient({ ...wire.options, credentials }),
  )
  return { accounts, asked, state, own, wire }
}

describe('the accounts of a function', () => {
  it('are its own, without any role, and those that it is configured for', async () => {
    const { accounts, asked, own } = await acting()
    expect([...accounts.ids]).toEqual([HOME, MEMBER])
    expect(accounts.iam(HOME)).toBe(own)
    await accounts.iam(HOME).listAccessKeys('ci-build')
    expect(asked).toEqual([])
    expect(() => accounts.iam(OTHER)).toThrow(RefusedInAccount)
    expect(accounts.quarantinePolicyArn(HOME)).toBe('arn:aws:iam::123456789012:policy/Quarantine')
    expect(accounts.quarantinePolicyArn(MEMBER)).toBe(`arn:aws:iam::${MEMBER}:policy/Countersign-member-quarantine`)
  })

  it('are acted in by their role, under the name of the function, and with one session for many calls', async () => {
    const { accounts, asked } = await acting()
    const iam = accounts.iam(MEMBER)
    expect(await iam.listAccessKeys('ci-build')).toHaveLength(1)
    await Promise.all([iam.getUserPolicy('ci-build', 'x'), accounts.iam(MEMBER).boundaryOf('ci-build')])
    expect(asked).toEqual([{ RoleArn: ROLE, RoleSessionName: 'Countersign-contain', DurationSeconds: 900 }])
  })

  it('name users of that account, not of the own one', async () => {
    const { accounts } = await acting({ ...oneUser(), UserDetailList: [] })
    const owner = await accounts.iam(MEMBER).ownerOf('AKIAIOSFODNN7EXAMPLE')
    expect(owner).toMatchObject({ account: MEMBER, id: `arn:aws:iam::${MEMBER}:user/ci-build` })
  })

  it('refuse by name where the role is not there or does not trust: asked again after half a minute, not for each call', async () => {
    const { accounts, asked, state } = await acting()
    state.fault = 'AccessDenied'
    const iam = accounts.iam(MEMBER)
    for (let time = 0; time < 3; time++)
      await expect(iam.listAccessKeys('ci-build')).rejects.toMatchObject({
        name: 'AccessDeniedInAccount',
        code: 'account.refused',
        account: MEMBER,
        message: expect.stringContaining(ROLE),
      })
    expect(asked).toHaveLength(1)
    state.fault = undefined
    state.now += 31_000
    expect(await iam.listAccessKeys('ci-build')).toHaveLength(1)
  })

  it('are tried again by the caller where STS fails otherwise', async () => {
    const { accounts, asked, state } = await acting()
    state.fault = 'Throttling'
    await expect(accounts.iam(MEMBER).listAccessKeys('ci-build')).rejects.toMatchObject({ name: 'Throttling' })
    state.fault = undefined
    state.isEmpty = true
    await expect(accounts.iam(MEMBER).listAccessKeys('ci-build')).rejects.toMatchObject({ code: 'store.unavailable' })
    state.isEmpty = false
    expect(await accounts.iam(MEMBER).listAccessKeys('ci-build')).toHaveLength(1)
    expect(asked.length).toBeGreaterThan(2)
  })

  it('refuse by name where the role lacks a right, and say which call', async () => {
    const { accounts } = await acting()
    const denied = Object.assign(new Error('User is not authorized'), { name: 'AccessDenied' })
    const client = { send: () => Promise.reject(denied), config: { region: async () => 'us-east-1' } }
    const { sts } = fakeSts()
    const refusing = awsAccounts(
      {
        own: { account: HOME, iam: accounts.iam(HOME) },
        members: [MEMBER],
        partition: 'aws',
        stackName: 'Countersign',
        role: 'contain',
        entry: 'contain',
        sts,
        now: () => 0,
      },
      () => client as never,
    )
    await expect(refusing.iam(MEMBER).putUserPolicy('ci-build', 'x', '{}')).rejects.toMatchObject({
      name: 'AccessDeniedInAccount',
      message: expect.stringContaining('putUserPolicy'),
    })
  })
})

describe('what is made for an account', () => {
  it('is kept for the fifty that were used last', () => {
    const made: string[] = []
    const of = kept((account) => {
      made.push(account)
      return { account }
    })
    const first = of('a0')
    for (let at = 1; at < 50; at++) of(`a${at}`)
    expect(of('a0')).toBe(first)
    of('a50')
    expect(of('a0')).toBe(first)
    expect(made).toHaveLength(51)
    // The one that was used longest ago went.
    of('a1')
    expect(made).toHaveLength(52)
  })
})
