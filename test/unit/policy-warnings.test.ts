import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkPolicy } from '../../local/commands/policy.ts'
import { everybodyBy } from '../../local/wide-patterns.ts'
import { globs } from '../../shared/domain/glob.ts'
import { NOW } from '../embedded.ts'

const check = (text: string) => {
  const path = join(mkdtempSync(join(tmpdir(), 'policy-')), 'policy.yaml')
  writeFileSync(path, `version: 3\n${text}`)
  return checkPolicy(path, { now: NOW })
}
const warnings = async (text: string) => (await check(text)).split('\n').filter((line) => line.startsWith('Warning: '))
const excepting = (exception: string) =>
  `detectors: { discovery-burst: { except: [{ ${exception}, reason: ours${exception.includes('until') ? '' : ', until: 2026-06-30'} }] } }`

describe('policy check on exceptions', () => {
  it.each([
    ["identities: ['arn:aws:iam::123456789012:role/scanner'], networks: [203.0.113.0/24]", []],
    ['tools: [terraform], networks: [203.0.113.0/24]', []],
    ['tools: [terraform]', ['goes by the tool alone, which every caller chooses']],
    ["identities: ['arn:aws:iam::123456789012:role/scanner-*']", ['is also of whoever will be called']],
    ["identities: ['*']", ['names every user, every role and root of every account by *: the exception is of each of them']],
    ["objects: ['*']", ['takes *, which is everything']],
    ['networks: [0.0.0.0/0]', ['takes 0.0.0.0/0, which is everything']],
    ['networks: [10.1.0.0/16]', ['names 10.1.0.0/16, which never fits']],
    ['networks: [203.0.113.0/24], until: 2026-03-01', ['ended 2026-03-01 and no longer applies']],
    ['networks: [203.0.113.0/24], until: 2026-03-02', []],
    ['networks: [203.0.113.0/24], until: 2029-01-31', ['stands until 2029-01-31']],
  ])('%s', async (exception, wanted) => {
    const said = await warnings(excepting(exception))
    expect(said).toHaveLength(wanted.length)
    for (const [at, part] of wanted.entries()) {
      expect(said[at]).toContain('detectors.discovery-burst.except.0')
      expect(said[at]).toContain(part)
    }
  })

  it('refuses a pattern that matches no identity, and a detector that always counts', async () => {
    await expect(check(excepting("identities: ['scanner']"))).rejects.toThrow(
      'detectors.discovery-burst.except.0.identities.0: matches no user and no role',
    )
    await expect(check('detectors: { responder-tampered: { enabled: false } }')).rejects.toThrow(
      'detectors.responder-tampered: always counts as it is',
    )
    await expect(check('weights: { access-key-exposed: 0.5 }')).rejects.toThrow('detectors.access-key-exposed: always counts as it is')
  })

  it('prints how each detector is tuned', async () => {
    const text = await check(`${excepting('networks: [203.0.113.0/24]')}`)
    expect(text).toContain('Detector discovery-burst: 1 exception.\n  not counted: networks 203.0.113.0/24: ours (until 2026-06-30).')
  })
})

describe('policy check on whom patterns reach', () => {
  it('prints the tiers in their order, who falls through, and what reaches everybody', async () => {
    const text = await check(
      "mode: ask\ntiers:\n  - { name: ci, match: { arns: ['arn:aws:iam::123456789012:user/ci-*'] }, mode: contain }\n  - { name: rest, match: { arns: ['*'] } }\n",
    )
    expect(text).toContain('Tier ci (1 of 2, the first that matches applies): mode contain')
    expect(text).toMatch(/Tier rest \(2 of 2.*every user, every role and root of every account, but for whom a tier before it matches/)
    expect(text).toContain('Whoever no tier matches: mode ask.')
    expect(await check('mode: ask')).not.toContain('Whoever no tier')
  })

  it.each([
    ["protected: { arns: ['*'] }", 'none of them is ever contained or restricted'],
    ["rotation: { users: ['arn:aws:iam::123456789012:user/*'] }", 'the keys of each are rotated'],
  ])('warns of %s', async (text, part) => {
    const said = await warnings(text)
    expect(said.join()).toContain(part)
  })

  it('is everybody only where each name of a kind is matched', () => {
    expect(everybodyBy('arn:aws:iam::123456789012:user/*')).toBe('every user of account 123456789012')
    expect(everybodyBy('arn:*:iam::*:role/*')).toBe('every role of every account')
    expect(everybodyBy('arn:aws-cn:iam::*:role/*')).toBe('every role of every account')
    for (const one of ['arn:aws:iam::*:role/a*', '*:user/ci', 'arn:aws:iam::123456789012:root', 'arn:aws:iam::*:user/team/*'])
      expect(everybodyBy(one)).toBeUndefined()
    const name = fc.stringMatching(/^[A-Za-z0-9+=,.@_-]{1,20}$/)
    fc.assert(
      fc.property(
        fc.constantFrom('*', 'arn:*', 'arn:aws:iam::*:user/*', 'arn:aws:iam::*', '*:user/*'),
        name,
        fc.stringMatching(/^\d{12}$/),
        (pattern, user, account) => {
          expect(everybodyBy(pattern)).toContain('every user')
          expect(globs(pattern, `arn:aws:iam::${account}:user/${user}`)).toBe(true)
        },
      ),
    )
  })
})
