import { describe, expect, it } from 'vitest'
import { enforce } from '../../shared/contain/enforce.ts'
import { rotate, versionOf } from '../../shared/contain/rotate/rotate.ts'
import { DENY_ALL, quarantinePolicyName, revocationIn } from '../../shared/contain/steps/quarantine.ts'
import { verifyChain } from '../../shared/domain/change.ts'
import { Policy } from '../../shared/domain/policy.ts'
import { memoryVault } from '../../shared/memory/vault.ts'
import type { RotatePorts } from '../../shared/ports/rotate.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { applyPolicy } from '../../shared/record/policy-in-force.ts'
import { review } from '../../shared/review/review.ts'
import { arnOf, call, embedded, exposed, KEY, NOW, oneUser } from '../embedded.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const ROTATION = { rotation: { users: [arnOf('ci-*')], graceHours: 24 } }
const OTHER_KEY = 'AKIAOTHEROTHEROTHER1'

/** A user whose key was exposed and contained, and a person who confirms it. */
async function confirmed(parts: Parameters<typeof embedded>[0] = {}) {
  const world = await embedded({ ...parts, policy: { ...ROTATION, ...parts.policy } })
  const vault = memoryVault()
  await world.respond([exposed()])
  const [incident] = await world.incidents()
  const id = incident?.id ?? ''
  const ports: RotatePorts = { ...world.ports, vault }
  const asked: string[] = []
  const rotateInvoker = { rotate: async (one: string) => void asked.push(one) }
  const confirm = () =>
    review(id, { kind: 'compromised', by: arnOf('reviewer'), reason: 'it is on a paste site' }, { ...world.ports, rotateInvoker })
  /** What the sweep does, so much later. */
  const sweepAt = async (ms: number) => {
    world.setNow(NOW + ms)
    await enforce(id, world.ports)
    await rotate(id, ports)
  }
  const now = async () => (await world.ports.incidents.get(id))?.value
  const chain = () => world.ports.record.list(incidentSubject(id))
  const keys = () => world.account.listAccessKeys('ci-build')
  const ownPolicy = () => world.account.getUserPolicy('ci-build', quarantinePolicyName(id))
  return { world, vault, id, ports, asked, confirm, sweepAt, now, chain, keys, ownPolicy }
}

describe('a confirmed key', () => {
  it('is made anew: the new one goes to the secret and works, the old one is deleted after its grace, and the incident is closed', async () => {
    const { world, vault, id, asked, confirm, sweepAt, now, chain, keys, ownPolicy } = await confirmed()
    expect((await confirm()).state).toBe('rotating')
    expect(asked).toEqual([id])
    // The deny of everything has made way for a deny of the sessions that were issued until the verdict.
    expect(revocationIn((await ownPolicy()) ?? '')).toEqual({ issuedBefore: NOW, names: [] })
    await sweepAt(MINUTE)
    const [old, made] = await keys()
    expect(old).toEqual({ id: KEY, status: 'Inactive' })
    expect(made?.status).toBe('Active')
    expect(JSON.parse(vault.values.get('countersign/ci-build') ?? '')).toMatchObject({ UserName: 'ci-build', AccessKeyId: made?.id })
    expect(world.account.isRefused('ci-build', made?.id)).toBe(false)
    expect(world.account.isRefused('ci-build', KEY)).toBe(true)
    expect(world.notices.at(-1)).toMatchObject({ kind: 'rotated', title: 'A new key of ci-build is in its secret' })
    expect(world.notices.at(-1)?.body).toContain(`new key ${made?.id} is in secret countersign/ci-build`)

    await sweepAt(23 * HOUR)
    expect(await keys()).toHaveLength(2)
    await sweepAt(24 * HOUR)
    expect((await keys()).map(({ id: key }) => key)).toEqual([made?.id])
    expect((await now())?.state).toBe('rotating')
    // The longest session lasts 36 hours: then nothing of ours is left on the user.
    await sweepAt(36 * HOUR)
    expect(await ownPolicy()).toBeUndefined()
    expect((await now())?.state).toBe('confirmed')
    expect(world.notices.at(-1)?.title).toBe('Rotated the keys of ci-build: incident closed')
    const entries = await chain()
    expect(verifyChain(incidentSubject(id), entries, (await now())?.head)).toBeUndefined()
    expect(entries.map(({ kind }) => kind).filter((kind) => kind.startsWith('rotation'))).toEqual([
      'rotation-planned',
      'rotation-delivered',
      'rotation-deleted',
    ])
  })

  it('leaves no secret in the record, the incident, the notices or the log', async () => {
    const { world, confirm, sweepAt, chain, now, vault } = await confirmed()
    await confirm()
    await sweepAt(MINUTE)
    const secret = JSON.parse(vault.values.get('countersign/ci-build') ?? '').SecretAccessKey
    expect(secret).toMatch(/^embedded-secret/)
    expect(JSON.stringify([await chain(), await now(), world.notices])).not.toContain(secret)
  })

  it('is kept while it is still used: the grace counts from its last use', async () => {
    const account = oneUser()
    const [own, other] = account.AccessKeys ?? []
    const used = { ...own, LastUsedDate: new Date(NOW + 20 * HOUR).toISOString() }
    const { confirm, sweepAt, keys } = await confirmed({ account: { ...account, AccessKeys: [used, other] } })
    await confirm()
    await sweepAt(MINUTE)
    await sweepAt(25 * HOUR)
    expect(await keys()).toHaveLength(2)
    await sweepAt(44 * HOUR)
    expect(await keys()).toHaveLength(1)
  })

  it('goes first where the user has two keys: there is no room for a third, and the other one works meanwhile', async () => {
    const account = oneUser()
    const second = { UserName: 'ci-build', AccessKeyId: OTHER_KEY, Status: 'Active' as const }
    const { world, confirm, sweepAt, keys, vault, now } = await confirmed({
      account: { ...account, AccessKeys: [...(account.AccessKeys ?? []), second] },
    })
    await confirm()
    await sweepAt(MINUTE)
    expect(vault.values.size).toBe(0)
    expect(world.account.isRefused('ci-build', OTHER_KEY)).toBe(false)
    await sweepAt(24 * HOUR)
    expect((await keys()).map(({ id }) => id)).toEqual([OTHER_KEY])
    await sweepAt(24 * HOUR + 5 * MINUTE)
    expect(vault.values.size).toBe(1)
    await sweepAt(36 * HOUR)
    expect((await now())?.state).toBe('confirmed')
  })

  it('is not made anew where the policy does not name its user, or where nothing was contained', async () => {
    const other = await confirmed({ policy: { rotation: { users: [arnOf('prod-*')] } } })
    expect((await other.confirm()).state).toBe('confirmed')
    const asking = await confirmed({ policy: { mode: 'ask' } })
    expect((await asking.confirm()).state).toBe('confirmed')
    expect([...other.asked, ...asking.asked]).toEqual([])
  })

  it('goes to the place that its owner chose', async () => {
    const secrets = [{ arns: [arnOf('ci-build')], secret: 'builds/deploy-key' }]
    const { confirm, sweepAt, vault } = await confirmed({ policy: { rotation: { users: [arnOf('ci-*')], secrets } } })
    await confirm()
    await sweepAt(MINUTE)
    expect([...vault.values.keys()]).toEqual(['builds/deploy-key'])
  })

  it('keeps its user denied everything where the console password is a suspect too', async () => {
    const { world, id, confirm, sweepAt, ownPolicy } = await confirmed()
    const stored = await world.ports.incidents.get(id)
    if (stored === undefined) throw new Error('no incident')
    const password = { id: 'console:ci-build', kind: 'console', isPrimary: true } as const
    await world.ports.incidents.save({ ...stored.value, credentials: [...stored.value.credentials, password] }, stored.version)
    await confirm()
    await sweepAt(MINUTE)
    expect(await ownPolicy()).toBe(DENY_ALL)
  })

  it('is given back as it was where a person thinks again, while it is there', async () => {
    const { world, id, confirm, sweepAt, keys, ownPolicy } = await confirmed()
    await confirm()
    await sweepAt(MINUTE)
    await review(id, { kind: 'legitimate', by: arnOf('reviewer'), reason: 'it was ours after all' }, world.ports)
    expect(await keys()).toContainEqual({ id: KEY, status: 'Active' })
    expect(await ownPolicy()).toBeUndefined()
    expect((await world.incidents())[0]?.state).toBe('released')
  })
})

describe('the new key', () => {
  it('is made by one run alone where two run at once', async () => {
    const { confirm, id, ports, keys, vault, chain } = await confirmed()
    await confirm()
    await Promise.all([rotate(id, ports), rotate(id, ports), rotate(id, ports)])
    expect(await keys()).toHaveLength(2)
    expect(vault.values.size).toBe(1)
    expect((await chain()).filter(({ kind }) => kind === 'rotation-delivered')).toHaveLength(1)
  })

  it('is found again in the secret after a crash, though its delivery was not recorded', async () => {
    const { world, confirm, id, ports, keys, vault, chain } = await confirmed()
    await confirm()
    const broken = {
      ...ports,
      vault: {
        ...vault,
        create: async (...words: Parameters<typeof vault.create>) => {
          await vault.create(...words)
          throw Object.assign(new Error('killed'), { name: 'Killed' })
        },
      },
    }
    await rotate(id, broken)
    world.setNow(NOW + 10 * MINUTE)
    await rotate(id, ports)
    expect(await keys()).toHaveLength(2)
    const made = (await keys())[1]?.id ?? ''
    expect(await vault.has('countersign/ci-build', versionOf(id, made))).toBe(true)
    expect((await chain()).findLast(({ kind }) => kind === 'rotation-delivered')?.to).toEqual({
      accessKeyId: made,
      secret: 'countersign/ci-build',
    })
  })

  it('is deleted and made once more where its secret was lost, and people are told why it did not come', async () => {
    const { world, confirm, id, ports, keys, vault } = await confirmed()
    await confirm()
    const refused = { ...vault, create: () => Promise.reject(Object.assign(new Error('no'), { name: 'AccessDeniedException' })) }
    await rotate(id, { ...ports, vault: refused })
    expect(world.notices.at(-1)).toMatchObject({ kind: 'ask' })
    expect(world.notices.at(-1)?.body).toContain('could not be put into secret countersign/ci-build: AccessDeniedException')
    const lost = (await keys())[1]?.id
    // Not at once: another run may hold it still.
    await rotate(id, ports)
    expect((await keys())[1]?.id).toBe(lost)
    world.setNow(NOW + 10 * MINUTE)
    await rotate(id, ports)
    expect(await keys()).toHaveLength(2)
    expect((await keys())[1]?.id).not.toBe(lost)
    expect(JSON.parse(vault.values.get('countersign/ci-build') ?? '').AccessKeyId).toBe((await keys())[1]?.id)
  })

  it('is never a key that somebody else made meanwhile and uses: a person is asked', async () => {
    const { world, confirm, id, ports, vault, keys } = await confirmed()
    await confirm()
    await rotate(id, { ...ports, iam: { ...world.account, createAccessKey: () => Promise.reject(new Error('timeout')) } }).catch(() => {})
    const theirs = await world.account.createAccessKey('ci-build')
    world.setNow(NOW + 10 * MINUTE)
    await rotate(id, { ...ports, iam: { ...world.account, lastUsedOf: async () => NOW } })
    expect((await keys()).map(({ id: key }) => key)).toContain((theirs as { id: string }).id)
    expect(vault.values.size).toBe(0)
    expect(world.notices.at(-1)?.body).toContain('was made meanwhile by somebody else and is in use')
  })

  it('waits where AWS has no room after all, and where its user is gone people are told', async () => {
    const { world, confirm, id, ports, chain } = await confirmed()
    await confirm()
    const iam = { ...world.account, createAccessKey: async () => 'quota' as const }
    await rotate(id, { ...ports, iam })
    expect((await chain()).some(({ kind }) => kind === 'rotation-delivered')).toBe(false)
    world.setNow(NOW + 10 * MINUTE)
    await rotate(id, { ...ports, iam: { ...world.account, createAccessKey: async () => 'no-such-identity' as const } })
    expect(world.notices.at(-1)?.body).toContain('user ci-build is no longer there')
  })

  it('does not come where the policy no longer names its user, nor where the role has no right to it', async () => {
    const { world, confirm, id, ports } = await confirmed()
    await confirm()
    const refusing = { ...world.account, createAccessKey: () => Promise.reject(Object.assign(new Error('no'), { name: 'AccessDenied' })) }
    await rotate(id, { ...ports, iam: refusing })
    expect(world.notices.at(-1)?.body).toContain('AccessDenied: deploy the stack again')
    const other = await confirmed()
    await other.confirm()
    const policy = Policy.parse({ version: 3, mode: 'contain' })
    await applyPolicy(other.world.ports.record, { policy, by: 'test', why: 'test', at: new Date(NOW).toISOString() })
    await rotate(other.id, other.ports)
    expect(other.world.notices.at(-1)?.body).toContain('the policy no longer has the keys of this user made anew')
  })

  it('is tried again by Lambda where a call fails for now', async () => {
    const { world, confirm, id, ports } = await confirmed()
    await confirm()
    const throttled = { ...world.account, listAccessKeys: () => Promise.reject(Object.assign(new Error('slow'), { name: 'Throttling' })) }
    await expect(rotate(id, { ...ports, iam: throttled })).rejects.toThrow('slow')
    await expect(rotate('inc-000000000000', ports)).rejects.toThrow('no incident inc-000000000000')
  })

  it('is not made for an incident that is not being rotated', async () => {
    const { id, ports, keys } = await confirmed()
    await rotate(id, ports)
    expect(await keys()).toHaveLength(1)
  })

  it('leaves an old key alone that somebody switched on again, and takes one that is gone as deleted', async () => {
    const { world, confirm, id, ports, keys, chain } = await confirmed()
    await confirm()
    world.setNow(NOW + MINUTE)
    await rotate(id, ports)
    await world.account.setAccessKeyStatus('ci-build', KEY, 'Active')
    world.setNow(NOW + 25 * HOUR)
    await rotate(id, ports)
    expect(await keys()).toHaveLength(2)
    await world.account.deleteAccessKey('ci-build', KEY)
    await rotate(id, ports)
    expect((await chain()).findLast(({ kind }) => kind === 'rotation-deleted')?.why).toBe(
      `access key ${KEY} of ci-build is no longer there; see in CloudTrail who removed it`,
    )
  })

  it('is contained as any other where it does it again', async () => {
    const { world, confirm, sweepAt, keys, now } = await confirmed()
    await confirm()
    await sweepAt(MINUTE)
    const made = (await keys())[1]?.id ?? ''
    await world.respond([call('s3:ListBuckets', { id: 'n1', time: NOW + 2 * MINUTE, key: made })])
    expect((await now())?.state).toBe('rotating')
    await world.respond([exposed(made, '2', NOW + 3 * MINUTE)])
    expect((await keys()).find(({ id }) => id === made)?.status).toBe('Inactive')
    expect((await now())?.state).toBe('contained')
  })
})
