import { describe, expect, it } from 'vitest'
import type { AcceptedPattern } from '../../shared/domain/accepted-pattern.ts'
import { chain, EMPTY_CHAIN } from '../../shared/domain/change.ts'
import { addPatterns, patternSubject, readPatterns } from '../../shared/record/patterns.ts'
import { consoleWorld, PAYLOAD, TOKEN } from '../console.ts'
import { arnOf, NOW } from '../embedded.ts'

const textOf = async (answer: Response | Promise<Response>) => (await answer).text()
const ID = 'pat-0123456789ab'
const WHO = arnOf('ci-build')

const accepted = (parts: Partial<AcceptedPattern> = {}): AcceptedPattern => ({
  id: ID,
  identityId: WHO,
  places: ['AS64496 DE'],
  tools: ['terraform'],
  kinds: [{ detector: 'bucket-opened', axis: 'what', weight: 0.5, objects: ['', 's3 public-'] }],
  incidentId: 'inc-0123456789ab',
  by: 'local:anna',
  at: new Date(NOW).toISOString(),
  until: NOW + 1000,
  ...parts,
})
const why = { at: new Date(NOW).toISOString(), by: 'local:anna', why: 'ours' }

describe('the page of accepted patterns', () => {
  it('lists them, and revokes one by a form with a reason', async () => {
    const { get, post, ports } = await consoleWorld()
    expect(await textOf(get('/patterns'))).toContain('Nothing is accepted.')
    await addPatterns([accepted()], why, ports.record)
    const page = await textOf(get('/patterns'))
    for (const word of [ID, WHO, 'AS64496 DE', 'terraform', 'bucket-opened (s3 public-)', 'inc-0123456789ab', 'local:anna'])
      expect(page).toContain(word)
    expect((await post(`/patterns/${ID}/revoke`, { reason: ' ' })).status).toBe(400)
    expect((await post('/patterns/pat-000000000000/revoke', { reason: 'x' })).status).toBe(404)
    const answer = await post(`/patterns/${ID}/revoke`, { reason: 'no longer ours' })
    expect(answer.headers.get('location')).toBe(`/${TOKEN}/patterns?said=done`)
    expect(await readPatterns(WHO, ports.record)).toEqual([])
    expect(await ports.record.last(patternSubject(WHO))).toMatchObject({ actor: 'local:anna', why: 'no longer ours' })
  })

  it('says which has ended, and shows the others where one chain cannot be read', async () => {
    const { get, ports } = await consoleWorld()
    await addPatterns([accepted({ until: NOW - 1 })], why, ports.record)
    const other = arnOf('bystander')
    const entry = { at: why.at, actor: 'x', kind: 'verdict', target: '', from: null, to: { v: 1, patterns: 'none' }, why: '' } as const
    await ports.record.append(chain(patternSubject(other), EMPTY_CHAIN, entry))
    const page = await textOf(get('/patterns'))
    expect(page).toContain('<dt>Ended</dt>')
    expect(page).toMatch(/PATTERN#.*bystander is stored and cannot be read/)
  })

  it('shows what others wrote as text', async () => {
    const { get, ports } = await consoleWorld()
    const short = '<img src=x>'
    const evil = accepted({
      identityId: `${WHO}${PAYLOAD}`,
      sessions: [PAYLOAD.slice(0, 100)],
      places: [short],
      tools: [short],
      kinds: [{ detector: short, axis: 'what', weight: 0.5, objects: [short] }],
      incidentId: short,
      by: PAYLOAD,
    })
    await addPatterns([evil], why, ports.record)
    const page = await textOf(get('/patterns'))
    expect(page).not.toMatch(/<x-poison|<img|<script>window/)
    expect(page).toContain('&lt;img src=x&gt;')
    for (const character of '\u202e\u0007') expect(page).not.toContain(character)
  })
})
