import { describe, expect, it } from 'vitest'
import { rotate } from '../../shared/contain/rotate/rotate.ts'
import { memoryVault } from '../../shared/memory/vault.ts'
import type { StoredSecret } from '../../shared/ports/iam.ts'
import { review } from '../../shared/review/review.ts'
import { ACCOUNT, arnOf, embedded, exposed, NOW } from '../embedded.ts'

const SECRET = 'countersign/ci-build'
const OUTSIDE = '210987654321'

const readers = (principal: string, condition?: object) =>
  JSON.stringify({
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: principal },
        Action: 'secretsmanager:GetSecretValue',
        Resource: '*',
        ...(condition === undefined ? {} : { Condition: condition }),
      },
    ],
  })

/** A key was exposed, contained and confirmed; a secret of the name that its new key goes to may be there already. */
async function rotated(there?: StoredSecret) {
  const world = await embedded({ policy: { rotation: { users: [arnOf('ci-*')], graceHours: 24 } } })
  const vault = memoryVault()
  if (there !== undefined) vault.secrets.set(SECRET, there)
  await world.respond([exposed()])
  const id = (await world.incidents())[0]?.id ?? ''
  const rotateInvoker = { rotate: async () => {} }
  await review(id, { kind: 'compromised', by: arnOf('reviewer'), reason: 'it is on a paste site' }, { ...world.ports, rotateInvoker })
  await rotate(id, { ...world.ports, vault })
  return { world, vault, id, keys: await world.account.listAccessKeys('ci-build'), notice: world.notices.at(-1) }
}

describe('an intruder wants to be handed the key that replaces the one it stole', () => {
  it.each<[string, StoredSecret, string]>([
    ['it creates the secret first', { tags: {}, policy: undefined }, 'was not created by the responder'],
    ['it lends the secret of another user', { tags: { 'countersign:user': 'backdoor' }, policy: undefined }, 'is not for ci-build'],
    [
      'it lets its own account read ours',
      { tags: { 'countersign:user': 'ci-build' }, policy: readers(`arn:aws:iam::${OUTSIDE}:root`) },
      OUTSIDE,
    ],
    [
      'it lets a role named after us read ours',
      { tags: { 'countersign:user': 'ci-build' }, policy: readers(`arn:aws:iam::${OUTSIDE}:role/x-${ACCOUNT}`) },
      OUTSIDE,
    ],
    ['it lets everybody read ours', { tags: { 'countersign:user': 'ci-build' }, policy: readers('*') }, 'lets in *'],
    [
      'it lets its own organisation read ours',
      { tags: { 'countersign:user': 'ci-build' }, policy: readers('*', { StringEquals: { 'aws:PrincipalOrgID': 'o-attacker001' } }) },
      'organisation o-attacker001',
    ],
    [
      'it lets its own account read ours, of its own organisation',
      {
        tags: { 'countersign:user': 'ci-build' },
        policy: readers(`arn:aws:iam::${OUTSIDE}:root`, { StringEquals: { 'aws:PrincipalOrgID': 'o-attacker001' } }),
      },
      OUTSIDE,
    ],
    ['nobody can read its policy', { tags: { 'countersign:user': 'ci-build' }, policy: '{"Statement":' }, 'cannot be read'],
  ])('%s: no key is created, nothing is stored, and a person is told why', async (_, there, reason) => {
    const { vault, keys, notice } = await rotated(there)
    expect(keys).toHaveLength(1)
    expect(vault.values.size).toBe(0)
    expect(notice?.kind).toBe('ask')
    expect(notice?.body).toContain(reason)
  })

  it.each<[string, StoredSecret | undefined]>([
    ['no secret is there', undefined],
    ['the secret is tagged for the user', { tags: { 'countersign:user': 'ci-build' }, policy: undefined }],
    ['the account itself may read it', { tags: { 'countersign:user': 'ci-build' }, policy: readers(`arn:aws:iam::${ACCOUNT}:role/app`) }],
  ])('the true twin, %s: the new key is stored, in a secret that says whose it is', async (_, there) => {
    const { vault, keys, notice } = await rotated(there)
    expect(keys).toHaveLength(2)
    expect(JSON.parse(vault.values.get(SECRET) ?? '')).toMatchObject({ UserName: 'ci-build', AccessKeyId: keys[1]?.id })
    expect(vault.secrets.get(SECRET)?.tags).toEqual({ 'countersign:user': 'ci-build' })
    expect(notice?.kind).toBe('rotated')
  })

  it('it creates the secret between the look and the key: the key is not stored there, and the next run deletes it', async () => {
    const { world, vault, id } = await rotated({ tags: {}, policy: undefined })
    const racing = { ...vault, describe: async () => undefined }
    await rotate(id, { ...world.ports, vault: racing })
    expect(vault.values.size).toBe(0)
    expect(world.notices.at(-1)?.body).toContain('ResourceExistsException')
    vault.secrets.delete(SECRET)
    world.setNow(NOW + 600_000)
    const lost = (await world.account.listAccessKeys('ci-build'))[1]?.id
    await rotate(id, { ...world.ports, vault })
    expect(JSON.parse(vault.values.get(SECRET) ?? '').AccessKeyId).not.toBe(lost)
    expect((await world.account.listAccessKeys('ci-build')).map((key) => key.id)).not.toContain(lost)
  })
})
