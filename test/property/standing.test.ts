import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CriticalityRule } from '../../shared/domain/criticality.ts'
import { joinedStanding, standingOf } from '../../shared/domain/standing.ts'
import { noticeOf } from '../../shared/record/notice.ts'
import { whoLines } from '../../shared/slack/text.ts'
import { incidentOf } from '../contract/samples.ts'

const NAMES = ['arn:aws:iam::123456789012:user/ci']
const key = fc.constantFrom('environment', 'Environment', 'acme:environment', 'tier', 'owner')
const value = fc.constantFrom('production', 'PRODUCTION', 'test', '0', '')
const tags = fc.dictionary(key, value)
const rules: fc.Arbitrary<CriticalityRule[]> = fc.array(
  fc.record({
    name: fc.constantFrom('a', 'b'),
    match: fc.record({ arns: fc.constant<string[]>([]), tags: fc.dictionary(key, fc.oneof(value, fc.array(value, { minLength: 1 }))) }),
    raise: fc.constantFrom(0, 0.3, 0.5, 1),
  }),
  { maxLength: 4 },
)
const policyOf = (criticality: readonly CriticalityRule[]) => ({ criticality, owners: { tags: ['owner'] } })

/** What an intruder does to tags: sets one, or removes one. */
const acts = fc.array(fc.record({ key, value: fc.option(value, { nil: undefined }) }), { maxLength: 6 })

describe('whoever changes tags within an incident', () => {
  it('never lowers what an identity matters, and never has another owner named', () => {
    fc.assert(
      fc.property(rules, tags, acts, (all, before, done) => {
        const now = new Map(Object.entries(before))
        for (const act of done) {
          if (act.value === undefined) now.delete(act.key)
          else now.set(act.key, act.value)
        }
        const changes = done.map((act) => (act.value === undefined ? act.key : `${act.key}=${act.value}`))
        const first = standingOf(policyOf(all), { names: NAMES, tags: before })
        const later = standingOf(policyOf(all), { names: NAMES, tags: Object.fromEntries(now), changes })
        expect(later.criticality?.raise ?? 0).toBeGreaterThanOrEqual(first.criticality?.raise ?? 0)
        expect([first.owner, undefined]).toContain(later.owner)
      }),
      { numRuns: 2_000 },
    )
  })

  it('takes nothing back that was known, in any order of looks', () => {
    fc.assert(
      fc.property(rules, fc.array(fc.option(tags, { nil: undefined }), { minLength: 1 }), (all, looks) => {
        const seen = looks.map((one) => standingOf(policyOf(all), { names: NAMES, tags: one }))
        const joined = seen.reduce(joinedStanding)
        expect(joined.criticality?.raise).toBe(
          all.length === 0 ? undefined : Math.max(...seen.map(({ criticality }) => criticality?.raise ?? 0)),
        )
        expect(joined.owner).toBe(seen.find(({ owner }) => owner !== undefined)?.owner)
      }),
    )
  })
})

/** Signs of which addresses are made, in any order, and the words that people know them by. */
const addressed = fc
  .array(
    fc.oneof(
      fc.constantFrom('https', 'http', 'www', 'evil', 'example', 'com', 'mailto', 'ann', '192', '0'),
      fc.constantFrom('/', '//', ':', '.', '@', '..', '\u3002', '\uff0e', '\uff20', '\u200b', '\u2060', ' ', '\t', '<', '>', '|', '`'),
      fc.string({ maxLength: 3 }),
    ),
    { minLength: 1, maxLength: 30 },
  )
  .map((parts) => parts.join(''))

/** What programs make a link of: a place behind two slashes, a name with a dot in it, and somebody at one. */
const LINK = /\/\/|\S[@\uFF20]\S|\S[.\u3002\uFF0E\uFF61]\S/u

describe('whoever tags', () => {
  it('makes no link of an owner, in a notice by mail or in Slack', () => {
    fc.assert(
      fc.property(addressed, (owner) => {
        const named = standingOf(policyOf([]), { names: NAMES, tags: { owner } }).owner
        // An incident of an older release has the text as it stood in the tag.
        for (const one of [named, owner]) {
          const incident = incidentOf('inc-0123456789ab', one === undefined || one === '' ? {} : { owner: one })
          const [line = ''] = noticeOf(incident, 'ask')
            .body.split('\n')
            .filter((text) => text.startsWith('Owner: '))
          expect(line.slice('Owner: '.length)).not.toMatch(LINK)
          // Slack makes no link of what is code, and of nothing where it is told not to.
          const [, shown = '``'] = whoLines(incident)
            .flatMap((text) =>
              text
                .split('*Owner* ')
                .slice(1)
                .map((rest) => ['', rest]),
            )
            .flat()
          expect(shown).toMatch(/^`[^`]*`$/u)
        }
      }),
    )
  })
})
