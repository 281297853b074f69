import { describe, expect, it } from 'vitest'
import { storedReach } from '../../local/commands/stored-reach.ts'
import type { Target } from '../../local/target.ts'
import type { StoredReach } from '../../shared/domain/stored-reach.ts'
import { memoryReachStore } from '../../shared/memory/reach-store.ts'

const ACCOUNT = '123456789012'
const AT = Date.UTC(2026, 1, 2, 2, 41)
const one = (name: string, score: number, parts: Partial<StoredReach> = {}): StoredReach => ({
  id: `arn:aws:iam::${ACCOUNT}:${name}`,
  score,
  reasons: [`worth ${score}`],
  paths: [],
  at: AT,
  since: AT,
  ...parts,
})

async function shown(options: { identity?: string; account?: string; isJson?: boolean } = {}, stored: readonly StoredReach[] = SOME) {
  const store = memoryReachStore()
  for (const reach of stored) await store.save(ACCOUNT, reach)
  const target = { reach: { store, account: ACCOUNT } } as unknown as Target
  const { identity, account, isJson = false } = options
  return storedReach(target, { identity, account, isJson, complain: () => {} })
}

const SOME = [
  one('user/reader', 5),
  one('role/app/riser', 97, { before: 5, gained: ['can grant itself more rights'], paths: ['iam-001'] }),
  one('user/gone', 50, { at: AT - 86_400_000 }),
]

describe('the last inventory of a stack', () => {
  it('is listed by reach, with what changed and what is old', async () => {
    const text = await shown()
    expect(text.split('\n').map((line) => line.trim().replace(/ {2,}/g, ' | '))).toEqual([
      'REACH | KIND | NAME | PATHS | CHANGED | GRAVEST',
      '97 | role | riser | 1 | 5 → 97 since 2026-02-02 | worth 97',
      '50 | user | gone | 0 | worth 50',
      '5 | user | reader | 0 | worth 5',
      'As of 2026-02-02 02:41 UTC.',
      '1 of an earlier inventory: they are gone, or their account could not be read since.',
    ])
  })

  it('says of one what is new, and is a line of JSON each', async () => {
    expect(await shown({ identity: 'riser' })).toContain('Changed 5 → 97 since 2026-02-02\n  new: can grant itself more rights')
    const lines = (await shown({ isJson: true })).split('\n').map((line) => JSON.parse(line))
    expect(lines.map(({ id, reach, before }) => [id.split('/').pop(), reach, before])).toEqual([
      ['riser', 97, 5],
      ['gone', 50, undefined],
      ['reader', 5, undefined],
    ])
  })

  it('is refused in words where there is none, and of a name that nobody or several have', async () => {
    await expect(shown({ account: '210987654321' })).rejects.toThrow('no inventory of account 210987654321 is stored')
    await expect(shown({ identity: 'nobody' })).rejects.toThrow('the inventory has none')
    await expect(shown({ identity: 'x' }, [one('user/a/x', 5), one('user/b/x', 5)])).rejects.toThrow('it has 2')
    await expect(storedReach({} as Target, { identity: undefined, account: undefined, isJson: false, complain: () => {} })).rejects.toThrow(
      '--file',
    )
  })
})
