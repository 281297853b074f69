import { beforeEach, describe, expect, it } from 'vitest'
import { AuthorizationDetails } from '../../shared/domain/authorization-details.ts'
import type { Identity } from '../../shared/domain/signal.ts'
import type { Iam } from '../../shared/ports/iam.ts'
import { user } from './samples.ts'

/** A document with what URL-encoding could spoil. */
export const OWN_POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Sid: 'Own', Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::reports/100%25 done + more/*' }],
})

export const DENY_ALL = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }],
})

export const TRUST = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
}

/** When everybody of the account was created, as IAM writes it. */
export const CREATED = '2026-01-01T00:00:00Z'

/** The account that the contract is about: a user with two keys, one off; a user with nothing; a role. */
export const CONTRACT_ACCOUNT = AuthorizationDetails.parse({
  UserDetailList: [
    {
      UserName: 'ci-deploy',
      UserId: 'AIDACIDEPLOYEXAMPLE01',
      Arn: user('ci-deploy').id,
      CreateDate: CREATED,
      UserPolicyList: [{ PolicyName: 'own', PolicyDocument: OWN_POLICY }],
      Tags: [
        { Key: 'team', Value: 'platform' },
        { Key: 'stage', Value: 'ci' },
      ],
    },
    { UserName: 'bare', UserId: 'AIDABAREEXAMPLE000001', Arn: user('bare').id, CreateDate: CREATED },
  ],
  RoleDetailList: [
    {
      RoleName: 'deployer',
      RoleId: 'AROADEPLOYEREXAMPLE01',
      Arn: 'arn:aws:iam::123456789012:role/deployer',
      CreateDate: CREATED,
      AssumeRolePolicyDocument: JSON.stringify(TRUST),
      Tags: [{ Key: 'team', Value: 'platform' }],
    },
  ],
  SwitchableCredentials: [
    { UserName: 'ci-deploy', Kind: 'service-specific-credential', Id: 'ACCAEXAMPLE', Status: 'Active' },
    { UserName: 'ci-deploy', Kind: 'ssh-public-key', Id: 'APKAEXAMPLE', Status: 'Active' },
    { UserName: 'ci-deploy', Kind: 'signing-certificate', Id: 'CERTEXAMPLE', Status: 'Inactive' },
  ],
  AccessKeys: [
    { UserName: 'ci-deploy', AccessKeyId: 'AKIAIOSFODNN7EXAMPLE', Status: 'Active' },
    { UserName: 'ci-deploy', AccessKeyId: 'AKIAI44QH8DHBEXAMPLE', Status: 'Inactive' },
  ],
})

export interface IamUnderTest {
  readonly iam: Iam
  /** The ids of the two keys of `ci-deploy`: the active one, the inactive one. */
  readonly keys: readonly [active: string, inactive: string]
}

/**
 * What every adapter of the IAM port keeps to. `make` sets up `CONTRACT_ACCOUNT` anew for each test; an implementation
 * that makes its own key ids says which. `hasQuota` is false for one that does not know IAM's quota of inline policy.
 */
export function iamContract(name: string, make: () => Promise<IamUnderTest>, { hasQuota } = { hasQuota: true }): void {
  const role: Identity = { id: 'arn:aws:iam::123456789012:role/deployer', kind: 'role', name: 'deployer', account: '123456789012' }

  describe(`IAM ${name}`, () => {
    let iam: Iam
    let active: string
    let inactive: string
    beforeEach(async () => {
      const made = await make()
      iam = made.iam
      ;[active, inactive] = made.keys
    })
    const statusOf = async (key: string) => (await iam.listAccessKeys('ci-deploy')).find(({ id }) => id === key)?.status

    it('names the user that owns a key, active or not', async () => {
      const principalId = (await iam.describe(user('ci-deploy')))?.principalId
      expect(await iam.ownerOf(active)).toEqual({ ...user('ci-deploy'), principalId })
      expect(await iam.ownerOf(inactive)).toEqual({ ...user('ci-deploy'), principalId })
      expect([await iam.ownerNameOf(active), await iam.ownerNameOf(inactive)]).toEqual(['ci-deploy', 'ci-deploy'])
    })

    it('says the unique id of a user and of a role, which no other has', async () => {
      const ids = await Promise.all([user('ci-deploy'), user('bare'), role].map(async (one) => (await iam.describe(one))?.principalId))
      expect(ids).toEqual([expect.stringMatching(/^AIDA/), expect.stringMatching(/^AIDA/), expect.stringMatching(/^AROA/)])
      expect(new Set(ids).size).toBe(3)
    })

    it('knows no owner of a key that does not exist', async () => {
      expect(await iam.ownerOf('AKIAZZZZZZZZZZZZZZZZ')).toBeUndefined()
      expect(await iam.ownerNameOf('AKIAZZZZZZZZZZZZZZZZ')).toBeUndefined()
    })

    it('lists the keys of a user with their status', async () => {
      const keys = await iam.listAccessKeys('ci-deploy')
      expect(keys).toHaveLength(2)
      expect(keys).toContainEqual({ id: active, status: 'Active' })
      expect(keys).toContainEqual({ id: inactive, status: 'Inactive' })
    })

    it('lists no keys of a user that has none, or that does not exist', async () => {
      expect(await iam.listAccessKeys('bare')).toEqual([])
      expect(await iam.listAccessKeys('nobody')).toEqual([])
    })

    it('switches one key off and on again, and no other', async () => {
      expect(await iam.setAccessKeyStatus('ci-deploy', active, 'Inactive')).toBe(true)
      expect([await statusOf(active), await statusOf(inactive)]).toEqual(['Inactive', 'Inactive'])
      expect(await iam.setAccessKeyStatus('ci-deploy', active, 'Inactive')).toBe(true)
      expect(await iam.setAccessKeyStatus('ci-deploy', active, 'Active')).toBe(true)
      expect([await statusOf(active), await statusOf(inactive)]).toEqual(['Active', 'Inactive'])
    })

    it('says false where there is no such key, or the user has it not', async () => {
      expect(await iam.setAccessKeyStatus('ci-deploy', 'AKIAZZZZZZZZZZZZZZZZ', 'Inactive')).toBe(false)
      expect(await iam.setAccessKeyStatus('bare', active, 'Inactive')).toBe(false)
      expect(await iam.setAccessKeyStatus('nobody', active, 'Inactive')).toBe(false)
      expect(await statusOf(active)).toBe('Active')
    })

    it('reads an inline policy as it was written', async () => {
      expect(JSON.parse((await iam.getUserPolicy('ci-deploy', 'own')) ?? '')).toEqual(JSON.parse(OWN_POLICY))
    })

    it('reads no policy where the user has none of that name, or does not exist', async () => {
      expect(await iam.getUserPolicy('ci-deploy', 'other')).toBeUndefined()
      expect(await iam.getUserPolicy('nobody', 'own')).toBeUndefined()
    })

    it('puts, replaces and deletes an inline policy, and leaves the others', async () => {
      expect(await iam.putUserPolicy('ci-deploy', 'quarantine', OWN_POLICY)).toBe('put')
      expect(await iam.putUserPolicy('ci-deploy', 'quarantine', DENY_ALL)).toBe('put')
      expect(JSON.parse((await iam.getUserPolicy('ci-deploy', 'quarantine')) ?? '')).toEqual(JSON.parse(DENY_ALL))
      await iam.deleteUserPolicy('ci-deploy', 'quarantine')
      expect(await iam.getUserPolicy('ci-deploy', 'quarantine')).toBeUndefined()
      expect(await iam.getUserPolicy('ci-deploy', 'own')).toBeDefined()
    })

    it('deletes what is not there without complaint', async () => {
      await iam.deleteUserPolicy('ci-deploy', 'quarantine')
      await iam.deleteUserPolicy('nobody', 'quarantine')
      expect(await iam.getUserPolicy('ci-deploy', 'own')).toBeDefined()
    })

    it('says that there is no such user to put a policy on', async () => {
      expect(await iam.putUserPolicy('nobody', 'quarantine', DENY_ALL)).toBe('no-such-identity')
    })

    it.runIf(hasQuota)('says that the quota of 2,048 characters is used up, and changes nothing; white space does not count', async () => {
      const filler = (length: number) => {
        const empty = JSON.stringify({ Version: '2012-10-17', Statement: [{ Sid: '', Effect: 'Deny', Action: '*', Resource: '*' }] })
        return empty.replace('"Sid":""', `"Sid":"${'x'.repeat(length - empty.length)}"`)
      }
      const left = 2048 - OWN_POLICY.replace(/\s/g, '').length
      expect(await iam.putUserPolicy('ci-deploy', 'filler', filler(left + 1))).toBe('quota')
      expect(await iam.getUserPolicy('ci-deploy', 'filler')).toBeUndefined()
      expect(await iam.putUserPolicy('ci-deploy', 'filler', `  ${filler(left)}\n`)).toBe('put')
      expect(await iam.putUserPolicy('ci-deploy', 'quarantine', DENY_ALL)).toBe('quota')
      expect(await iam.putUserPolicy('ci-deploy', 'filler', DENY_ALL)).toBe('put')
    })

    const POLICY = 'arn:aws:iam::123456789012:policy/quarantine'

    it('attaches and detaches a managed policy, knows it among others, and stops at ten', async () => {
      expect(await iam.isAttached('ci-deploy', POLICY)).toBe(false)
      expect(await iam.attachUserPolicy('ci-deploy', `${POLICY}-other`)).toBe('put')
      expect(await iam.attachUserPolicy('ci-deploy', POLICY)).toBe('put')
      expect(await iam.attachUserPolicy('ci-deploy', POLICY)).toBe('put')
      expect(await iam.isAttached('ci-deploy', POLICY)).toBe(true)
      await iam.detachUserPolicy('ci-deploy', POLICY)
      await iam.detachUserPolicy('ci-deploy', POLICY)
      await iam.detachUserPolicy('nobody', POLICY)
      expect(await iam.isAttached('ci-deploy', POLICY)).toBe(false)
      expect(await iam.isAttached('ci-deploy', `${POLICY}-other`)).toBe(true)
      for (let at = 1; at < 10; at++) expect(await iam.attachUserPolicy('ci-deploy', `${POLICY}-${at}`)).toBe('put')
      expect(await iam.attachUserPolicy('ci-deploy', POLICY)).toBe('quota')
      expect(await iam.attachUserPolicy('nobody', POLICY)).toBe('no-such-identity')
      expect(await iam.isAttached('nobody', POLICY)).toBe(false)
    })

    it('sets a boundary, replaces it and takes it away, also where there is none', async () => {
      expect(await iam.boundaryOf('ci-deploy')).toBeUndefined()
      expect(await iam.setBoundary('ci-deploy', `${POLICY}-own`)).toBe('put')
      expect(await iam.setBoundary('ci-deploy', POLICY)).toBe('put')
      expect(await iam.boundaryOf('ci-deploy')).toBe(POLICY)
      expect(await iam.setBoundary('ci-deploy', undefined)).toBe('put')
      expect(await iam.setBoundary('ci-deploy', undefined)).toBe('put')
      expect(await iam.boundaryOf('ci-deploy')).toBeUndefined()
      expect(await iam.setBoundary('nobody', POLICY)).toBe('no-such-identity')
      expect(await iam.boundaryOf('nobody')).toBeUndefined()
    })

    it('lists what else a user can sign in with, and switches it off and on', async () => {
      const switches = await iam.listSwitches('ci-deploy')
      expect(switches).toEqual([
        { kind: 'service-specific-credential', id: 'ACCAEXAMPLE', status: 'Active' },
        { kind: 'ssh-public-key', id: 'APKAEXAMPLE', status: 'Active' },
        { kind: 'signing-certificate', id: 'CERTEXAMPLE', status: 'Inactive' },
      ])
      for (const one of switches) {
        expect(await iam.setSwitch('ci-deploy', one, 'Inactive')).toBe(true)
        expect((await iam.listSwitches('ci-deploy')).find(({ id }) => id === one.id)?.status).toBe('Inactive')
        expect(await iam.setSwitch('ci-deploy', one, 'Active')).toBe(true)
        expect(await iam.setSwitch('bare', one, 'Inactive')).toBe(false)
      }
      expect((await iam.listSwitches('ci-deploy')).map(({ status }) => status)).toEqual(['Active', 'Active', 'Active'])
      expect(await iam.listSwitches('bare')).toEqual([])
      expect(await iam.listSwitches('nobody')).toEqual([])
    })

    it('puts, reads and deletes an inline policy of a role', async () => {
      expect(await iam.getRolePolicy('deployer', 'revoke')).toBeUndefined()
      expect(await iam.putRolePolicy('deployer', 'revoke', OWN_POLICY)).toBe('put')
      expect(await iam.putRolePolicy('deployer', 'revoke', DENY_ALL)).toBe('put')
      expect(JSON.parse((await iam.getRolePolicy('deployer', 'revoke')) ?? '')).toEqual(JSON.parse(DENY_ALL))
      await iam.deleteRolePolicy('deployer', 'revoke')
      await iam.deleteRolePolicy('deployer', 'revoke')
      expect(await iam.getRolePolicy('deployer', 'revoke')).toBeUndefined()
      expect(await iam.putRolePolicy('nobody', 'revoke', DENY_ALL)).toBe('no-such-identity')
    })

    it('reads and sets the trust policy of a role', async () => {
      expect(JSON.parse((await iam.getTrust('deployer')) ?? '')).toEqual(TRUST)
      const closed = {
        ...TRUST,
        Statement: [...TRUST.Statement, { Sid: 'Closed + 100%', Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRole' }],
      }
      expect(await iam.setTrust('deployer', JSON.stringify(closed))).toBe('put')
      expect(JSON.parse((await iam.getTrust('deployer')) ?? '')).toEqual(closed)
      expect(await iam.getTrust('nobody')).toBeUndefined()
      expect(await iam.setTrust('nobody', JSON.stringify(TRUST))).toBe('no-such-identity')
    })

    it('makes a key with its secret, up to two, and deletes one', async () => {
      expect(await iam.createAccessKey('ci-deploy')).toBe('quota')
      expect(await iam.createAccessKey('nobody')).toBe('no-such-identity')
      expect(await iam.deleteAccessKey('ci-deploy', inactive)).toBe(true)
      expect(await iam.deleteAccessKey('ci-deploy', inactive)).toBe(false)
      expect(await iam.deleteAccessKey('nobody', active)).toBe(false)
      const made = await iam.createAccessKey('ci-deploy')
      if (typeof made === 'string') throw new Error(made)
      expect(made.secret.length).toBeGreaterThan(8)
      const keys = await iam.listAccessKeys('ci-deploy')
      expect(keys).toHaveLength(2)
      expect(keys).toContainEqual({ id: active, status: 'Active' })
      expect(keys).toContainEqual({ id: made.id, status: 'Active' })
    })

    it('knows no last use of a key that was never used, or is not there', async () => {
      expect(await iam.lastUsedOf(active)).toBeUndefined()
      expect(await iam.lastUsedOf('AKIAZZZZZZZZZZZZZZZZ')).toBeUndefined()
    })

    it('counts the users', async () => {
      expect(await iam.countUsers()).toBe(2)
    })

    it('reads the tags of a user and of a role', async () => {
      expect((await iam.describe(user('ci-deploy')))?.tags).toEqual({ team: 'platform', stage: 'ci' })
      expect((await iam.describe(user('bare')))?.tags).toEqual({})
      expect(await iam.describe(role)).toMatchObject({ arn: role.id, tags: { team: 'platform' } })
    })

    it('says when a user and a role were created', async () => {
      expect((await iam.describe(user('ci-deploy')))?.createdAt).toBe(Date.parse(CREATED))
      expect((await iam.describe(role))?.createdAt).toBe(Date.parse(CREATED))
    })

    it('knows no tags of who is not there, nor of what has none', async () => {
      expect(await iam.describe(user('nobody'))).toBeUndefined()
      expect(await iam.describe({ ...role, id: `${role.id}-2`, name: 'deployer-2' })).toBeUndefined()
      expect(await iam.describe({ ...user('ci-deploy'), kind: 'root' })).toBeUndefined()
    })
  })
}
