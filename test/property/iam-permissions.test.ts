import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { iamGlobs } from '../../shared/domain/glob.ts'
import { allow, KNOWN, verdict } from '../known-permissions.ts'

const recased = (text: string, bits: readonly boolean[]) =>
  [...text].map((sign, at) => (bits[at % bits.length] ? sign.toUpperCase() : sign.toLowerCase())).join('')

/** Patterns of the same meaning: other letters, more stars, one pattern twice. */
function respell(pattern: string, { bits, stars, isAction }: { bits: readonly boolean[]; stars: number; isAction: boolean }): string {
  const starred = pattern.replaceAll('*', '*'.repeat(stars))
  return isAction ? recased(starred, bits) : starred
}

const respelt = fc.record({
  bits: fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }),
  stars: fc.integer({ min: 1, max: 4 }),
  isListed: fc.boolean(),
  isSplit: fc.boolean(),
  isReversed: fc.boolean(),
  form: fc.constantFrom('object', 'json', 'encoded'),
  sid: fc.string(),
})

describe('a policy', () => {
  it('has the same verdict in every spelling', () => {
    fc.assert(
      fc.property(fc.constantFrom(...KNOWN), respelt, ([policy, expected], { bits, stars, isListed, isSplit, isReversed, form, sid }) => {
        const member = (value: unknown, isAction: boolean) => {
          const texts = [value].flat().map((text) => respell(String(text), { bits, stars, isAction }))
          return isListed ? [...texts, ...texts] : texts.length === 1 ? texts[0] : texts
        }
        const statements = policy.Statement.flatMap((statement) => {
          const spelt = Object.fromEntries(
            Object.entries(statement).map(([name, value]) =>
              name === 'Effect' ? [name, value] : [name, member(value, name.endsWith('Action'))],
            ),
          )
          // A list of named actions or resources says the same as a statement for each of them.
          const split = (name: string, all: object[]) =>
            all.flatMap((one) => {
              const value = (one as Record<string, unknown>)[name]
              return isSplit && Array.isArray(value) ? value.map((each) => ({ ...one, [name]: each })) : [one]
            })
          return split('Resource', split('Action', [{ Sid: sid, ...spelt }]))
        })
        const document = { Version: '2012-10-17', Statement: isReversed ? statements.toReversed() : statements }
        const json = JSON.stringify(document)
        const written = form === 'object' ? document : form === 'json' ? json : encodeURIComponent(json)
        expect(verdict(written)).toBe(expected)
      }),
      { numRuns: 2000 },
    )
  })

  it('that allows everything still does, whatever small exceptions it makes', () => {
    const sign = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz0123456789-_?')
    const named = fc
      .array(sign, { minLength: 2, maxLength: 6 })
      .map((signs) => signs.join(''))
      .filter((text) => /[^?].*[^?]/.test(text))
    const short = fc.oneof(
      fc.integer({ min: 1, max: 64 }).map((length) => '?'.repeat(length)),
      named.map((text) => `${text}*`),
      named.map((text) => `*${text}`),
    )
    const long = fc.integer({ min: 3, max: 40 }).map((length) => `${'?'.repeat(length)}*`)
    const name = fc.oneof(short, long)
    const start = fc.constantFrom('*/', '*:*/', 'arn:aws:iam::*:user/', 'arn:aws:iam::123456789012:*/', 'arn:*:role/', 'arn:aws:s3:::')
    const listOf = (pattern: fc.Arbitrary<string>) => fc.array(pattern, { minLength: 1, maxLength: 30 })
    const resources = listOf(fc.tuple(start, name).map((parts) => parts.join('')))
    const service = fc.oneof(name, fc.constantFrom('iam', 's3', '*'))
    const actions = listOf(fc.tuple(service, fc.oneof(short, fc.constantFrom('Put*', '*xy*'))).map((parts) => parts.join(':')))
    const all = allow('*')
    const except = fc.oneof(
      resources.map((NotResource) => [{ Effect: 'Allow', Action: '*', NotResource }]),
      resources.map((Resource) => [all, { Effect: 'Deny', Action: '*', Resource }]),
      actions.map((NotAction) => [{ Effect: 'Allow', NotAction, Resource: '*' }]),
      actions.map((Action) => [all, { Effect: 'Deny', Action, Resource: '*' }]),
      fc.tuple(actions, resources).map(([NotAction, Resource]) => [
        { Effect: 'Allow', NotAction, Resource: '*' },
        { Effect: 'Deny', Action: '*', Resource },
      ]),
    )
    fc.assert(
      fc.property(except, (Statement) => verdict({ Statement })),
      { numRuns: 3000 },
    )
  })

  it('grants no less with one statement more that allows something', () => {
    const action = fc.constantFrom('*', 's3:*', 'iam:*', 'iam:Put*', 'ec2:RunInstances', 'i*', 'l*')
    const statement = fc.record({ Effect: fc.constant('Allow'), Action: fc.array(action), Resource: fc.constantFrom('*', 'arn:*', 'x') })
    fc.assert(
      fc.property(fc.constantFrom(...KNOWN), fc.array(statement), ([policy, expected], more) => {
        const wider = verdict({ Statement: [...policy.Statement, ...more] })
        const isDenied = policy.Statement.some(({ Effect }) => Effect === 'Deny')
        if (expected && !isDenied) expect(wider).toBe(true)
      }),
    )
  })
})

describe('a pattern of IAM', () => {
  it('matches as the regular expression of the same meaning does', () => {
    const sign = fc.constantFrom('a', 'b', ':', '*', '?')
    fc.assert(
      fc.property(fc.array(sign, { maxLength: 9 }), fc.array(fc.constantFrom('a', 'b', ':'), { maxLength: 9 }), (pattern, text) => {
        const expression = new RegExp(`^${pattern.map((one) => (one === '*' ? '.*' : one === '?' ? '.' : one)).join('')}$`)
        expect(iamGlobs(pattern.join(''), text.join(''))).toBe(expression.test(text.join('')))
      }),
      { numRuns: 5000 },
    )
  })
})
