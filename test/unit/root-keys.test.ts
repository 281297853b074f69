import { describe, expect, it } from 'vitest'
import { verifyChain } from '../../shared/domain/change.ts'
import { memoryRootKeys } from '../../shared/memory/root-keys.ts'
import { incidentSubject } from '../../shared/record/append.ts'
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
