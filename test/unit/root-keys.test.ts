import { describe, expect, it } from 'vitest'
import { verifyChain } from '../../shared/domain/change.ts'
import { memoryRootKeys } from '../../shared/memory/root-keys.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { applyPolicy, readPolicy } from '../../shared/record/policy-in-force.ts'
import { deleteRootKeys } from '../../shared/review/root-keys.ts'
import { ACCOUNT, ATTACK, arnOf, call, embedded, NOW } from '../embedded.ts'

const ROOT_KEY = 'AKIAROOT000000000001'
const by = arnOf('reviewer')

async function byRoot() {
  const world = await embedded()
  const userIdentity = { type: 'Root', arn: `arn:aws:iam::${ACCOUNT}:root`, accountId: ACCOUNT, accessKeyId: ROOT_KEY }
  await world.respond([{ ...call('cloudtrail:StopLogging', { id: 'r1', time: NOW }), userIdentity }])
  const [incident] = await world.incidents()
  return { world, id: incident?.id ?? '', incident }
}

describe("the root user's keys", () => {
  it('are a question with the steps, and never contained by themselves', async () => {
    const { incident, world } = await byRoot()
    expect(incident).toMatchObject({ identity: { kind: 'root' }, state: 'asking' })
    expect(world.notices.at(-1)?.body).toContain('sign in as root, delete its keys, change its password, check its MFA')
    expect(world.called).toEqual([])
  })

  it('are deleted by a person: those of the incident and no others, and the record says so before and after', async () => {
    const { world, id } = await byRoot()
    const rootKeys = memoryRootKeys([
      { id: ROOT_KEY, status: 'Active' },
      { id: 'AKIAROOT000000000002', status: 'Active' },
    ])
    expect(await deleteRootKeys(id, { by, reason: 'nobody uses root keys' }, { ...world.ports, rootKeys })).toEqual([ROOT_KEY])
    expect((await rootKeys.list()).map((key) => key.id)).toEqual(['AKIAROOT000000000002'])
    const chain = await world.ports.record.list(incidentSubject(id))
    expect(chain.slice(-2).map(({ kind, actor, target }) => [kind, actor, target])).toEqual([
      ['approval', by, `root-key:${ROOT_KEY}`],
      ['root-key-deleted', by, `root-key:${ROOT_KEY}`],
    ])
    const [incident] = await world.incidents()
    expect(verifyChain(incidentSubject(id), chain, incident?.head)).toBeUndefined()
    expect(incident?.head.number).toBe(chain.length)
  })

  it('are not deleted where none of them is in the incident, or where it is about somebody else', async () => {
    const { world, id } = await byRoot()
    const others = memoryRootKeys([{ id: 'AKIAROOT000000000002', status: 'Active' }])
    const ports = { ...world.ports, rootKeys: others }
    await expect(deleteRootKeys(id, { by, reason: 'x' }, ports)).rejects.toThrow(`none of the incident's keys (${ROOT_KEY})`)
    await world.respond(ATTACK)
    const own = (await world.incidents()).find(({ identity }) => identity.kind === 'iam-user')
    await expect(deleteRootKeys(own?.id ?? '', { by, reason: 'x' }, ports)).rejects.toThrow('only for incidents about root')
    await expect(deleteRootKeys(id, { by, reason: '' }, ports)).rejects.toThrow('reason')
    expect(await others.list()).toHaveLength(1)
  })
})

describe('the deletion of root keys', () => {
  it('is in the record, before and after each key, with what becomes of it and why', async () => {
    const { world, id } = await byRoot()
    const rootKeys = memoryRootKeys([{ id: ROOT_KEY, status: 'Active' }])
    await deleteRootKeys(id, { by, reason: 'x'.repeat(700) }, { ...world.ports, rootKeys })
    const chain = await world.ports.record.list(incidentSubject(id))
    expect(chain.slice(-2).map(({ from, to, why }) => ({ from, to, why }))).toEqual([
      { from: 'present', to: 'to be deleted', why: 'x'.repeat(500) },
      { from: 'present', to: null, why: 'x'.repeat(500) },
    ])
  })

  it('is a verdict "compromised" to the policy: who may not give that one alone deletes nothing', async () => {
    const { world, id } = await byRoot()
    const rootKeys = memoryRootKeys([{ id: ROOT_KEY, status: 'Active' }])
    const remove = () => deleteRootKeys(id, { by, reason: 'x' }, { ...world.ports, rootKeys })
    const { policy, number } = await readPolicy(world.ports.record)
    const at = new Date(NOW).toISOString()
    const fourEyes = [{ tiers: [], verdicts: ['compromised' as const] }]
    await applyPolicy(world.ports.record, { policy: { ...policy, fourEyes }, by, why: 'x', at, expected: number })
    await expect(remove()).rejects.toMatchObject({ code: 'review.second' })
    expect(await rootKeys.list()).toHaveLength(1)
  })

  it('leaves the end of the chain where somebody wrote further meanwhile', async () => {
    const { world, id } = await byRoot()
    const rootKeys = memoryRootKeys([{ id: ROOT_KEY, status: 'Active' }])
    const head = { number: 99, hash: 'a'.repeat(64) }
    const remove: typeof rootKeys.remove = async (key) => {
      const stored = await world.ports.incidents.get(id)
      if (stored === undefined) throw new Error('no incident')
      await world.ports.incidents.save({ ...stored.value, head }, stored.version)
      return rootKeys.remove(key)
    }
    await deleteRootKeys(id, { by, reason: 'x' }, { ...world.ports, rootKeys: { ...rootKeys, remove } })
    expect((await world.incidents())[0]?.head).toEqual(head)
  })

  it('never takes the id of a session for that of a key, and says where the incident names no key', async () => {
    const { world, id } = await byRoot()
    const stored = await world.ports.incidents.get(id)
    if (stored === undefined) throw new Error('no incident')
    const save = (credentials: typeof stored.value.credentials, version: number) =>
      world.ports.incidents.save({ ...stored.value, credentials }, version)
    await save([{ id: ROOT_KEY, kind: 'session', isPrimary: true }], stored.version)
    const rootKeys = memoryRootKeys([{ id: ROOT_KEY, status: 'Active' }])
    const remove = () => deleteRootKeys(id, { by, reason: 'x' }, { ...world.ports, rootKeys })
    await expect(remove()).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('(it names none)') })
    const keys = ['AKIAROOT000000000002', 'AKIAROOT000000000003'].map((one) => ({ id: one, kind: 'access-key' as const, isPrimary: true }))
    await save(keys, stored.version + 1)
    await expect(remove()).rejects.toThrow('(AKIAROOT000000000002, AKIAROOT000000000003)')
    expect(await rootKeys.list()).toHaveLength(1)
  })
})
