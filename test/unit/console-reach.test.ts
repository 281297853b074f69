import { describe, expect, it } from 'vitest'
import type { StoredReach } from '../../shared/domain/stored-reach.ts'
import { UnreadableItem } from '../../shared/errors.ts'
import { memoryReachStore } from '../../shared/memory/reach-store.ts'
import { consoleWorld, PAYLOAD } from '../console.ts'
import { ACCOUNT, arnOf, NOW } from '../embedded.ts'

const textOf = async (response: Response | Promise<Response>) => (await response).text()
const reach = (name: string, score: number, parts: Partial<StoredReach> = {}): StoredReach => ({
  id: arnOf(name),
  score,
  reasons: [`worth ${score}`],
  paths: [],
  at: NOW,
  since: NOW,
  ...parts,
})

async function shown(stored: readonly StoredReach[]) {
  const world = await consoleWorld()
  const store = memoryReachStore()
  for (const one of stored) await store.save(ACCOUNT, one)
  Object.assign(world.target, { reach: { store, account: ACCOUNT } })
  return { ...world, store }
}

describe('the page of reach', () => {
  it('says how many are how grave, who changed, and lists the gravest first', async () => {
    const { get } = await shown([
      reach('reader', 5),
      reach('riser', 97, { before: 5, since: NOW, gained: ['can grant itself more rights'] }),
      reach('keeper', 76),
    ])
    const page = await textOf(get('/reach'))
    for (const words of ['90 and more', '75 to 89', 'below 50', 'Changed, the latest first', '5 → 97 since 2026-03-02'])
      expect(page).toContain(words)
    const list = page.slice(page.indexOf('The gravest first'))
    expect(['riser', 'keeper', 'reader'].map((name) => list.indexOf(`>${name}<`))).toEqual(
      ['riser', 'keeper', 'reader'].map((name) => list.indexOf(`>${name}<`)).toSorted((a, b) => a - b),
    )
    expect(list.indexOf('>riser<')).toBeGreaterThan(0)
  })

  it('says why there is nothing where no policies are known', async () => {
    const { get } = await shown([])
    expect(await textOf(get('/reach'))).toContain('No policies are known')
    const world = await consoleWorld()
    expect(await textOf(world.get('/reach'))).toContain('No policies are known')
    expect(await textOf(world.get(`/identities/${encodeURIComponent(arnOf('ci-build'))}`))).toContain('No policies are known')
  })

  it('shows whatever names people chose as text', async () => {
    const { get } = await shown([reach('x', 97, { reasons: [PAYLOAD], paths: [PAYLOAD.slice(0, 60)], before: 5, gained: [PAYLOAD] })])
    for (const path of ['/reach', `/identities/${encodeURIComponent(arnOf('x'))}`]) {
      const page = await textOf(get(path))
      expect(page).toContain('&lt;x-poison')
      expect(page).not.toContain('<x-poison')
    }
  })

  it('has a page for who was not seen yet, and none for who is not there', async () => {
    const { get } = await shown([reach('sleeper', 100)])
    const page = await textOf(get(`/identities/${encodeURIComponent(arnOf('sleeper'))}`))
    expect(page).toContain('not yet')
    expect(page).toContain('worth 100')
    expect((await get(`/identities/${encodeURIComponent(arnOf('nobody'))}`)).status).toBe(400)
  })

  it('says what cannot be read, and shows the rest', async () => {
    const { get, target } = await shown([])
    const read = async () => Promise.reject(new UnreadableItem('REACH#1/x', 'not JSON'))
    async function* list(_: string, onUnreadable?: (key: string) => void) {
      onUnreadable?.('REACH#1/x')
      yield reach('reader', 5)
    }
    Object.assign(target, { reach: { store: { read, list }, account: ACCOUNT } })
    for (const path of ['/reach', `/identities/${encodeURIComponent(arnOf('ci-build'))}`]) {
      const page = await textOf(get(path))
      expect(page).toContain('REACH#1/x')
      expect(page).toContain('role="alert"')
    }
  })
})
