import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { OpinionAnswer, opinionSchema } from '../../shared/decide/advise/opinion.ts'
import { patternGrammar } from '../model/pattern-grammar.ts'
import { schemaGrammar } from '../model/schema-grammar.ts'
import { sampleGrammar } from './sample-grammar.ts'

/** Numbers from a list that begins again when it is used up. */
function picker(numbers: readonly number[]): (most: number) => number {
  let at = 0
  return (most) => (numbers[at++ % numbers.length] as number) % (most + 1)
}

const NUMBERS = fc.array(fc.nat(), { minLength: 1, maxLength: 400 })

/** What a text has to fit to be in the language of a grammar that was made for a schema: made of texts, and checked by the schema. */
function holds(schema: z.ZodType, runs = 300): void {
  const sample = sampleGrammar(schemaGrammar(z.toJSONSchema(schema)))
  fc.assert(
    fc.property(NUMBERS, (numbers) => {
      const parsed = schema.safeParse(JSON.parse(sample(picker(numbers))))
      expect(parsed.error?.issues).toBeUndefined()
    }),
    { numRuns: runs },
  )
}

describe('the grammar of a schema', () => {
  it('lets through nothing but opinions that the schema accepts', () => {
    expect(opinionSchema()).toEqual(z.toJSONSchema(OpinionAnswer))
    holds(OpinionAnswer)
  })

  it('can say the least and the most of each part', () => {
    const sample = sampleGrammar(schemaGrammar(opinionSchema()))
    const least = OpinionAnswer.parse(JSON.parse(sample(() => 0)))
    const most = OpinionAnswer.parse(JSON.parse(sample((limit) => limit)))
    expect([least.likelihood, least.reasons.length, least.techniques.length, least.nextSteps.length]).toEqual([0, 1, 0, 0])
    expect([most.likelihood, most.reasons.length, most.techniques.length, most.nextSteps.length]).toEqual([100, 6, 8, 5])
    expect([least.narrative.length, least.verdict, most.verdict]).toEqual([1, 'compromised', 'unclear'])
    expect(most.narrative.length).toBeGreaterThanOrEqual(800)
  })

  it.each([
    ['an empty list', z.strictObject({ list: z.array(z.string().max(3)).max(0) })],
    ['a list of a fixed length', z.strictObject({ list: z.array(z.string().max(3)).length(2) })],
    ['negative numbers', z.strictObject({ points: z.number().min(-3).max(3) })],
    ['a string that may be empty', z.strictObject({ text: z.string().max(2) })],
    ['names with quotes', z.strictObject({ 'a "b" \\c': z.enum(['"', '\\']) })],
    ['patterns', z.strictObject({ code: z.string().regex(/^[A-C]{2,3}(-\d+)?(x|y\.)*$/) })],
  ])('is right for %s', (_, schema) => holds(schema, 100))

  it.each([
    ['a string without a limit', z.strictObject({ text: z.string() })],
    ['a list without a limit', z.strictObject({ list: z.array(z.enum(['a'])) })],
    ['a number without limits', z.strictObject({ points: z.number() })],
    ['more numbers than are written out', z.strictObject({ points: z.number().min(0).max(10_000) })],
    ['what may be left out', z.strictObject({ text: z.string().max(3).optional() })],
    ['alternatives of kinds', z.strictObject({ one: z.union([z.string().max(3), z.number().min(0).max(3)]) })],
  ])('is refused for %s, since a model would have no end or no form', (_, schema) => {
    expect(() => schemaGrammar(z.toJSONSchema(schema))).toThrow(/schema of the tool|too many to write out/)
  })

  it.each(['F1', '^F1', 'F1$', '^a|b$', '^(a$', '^a)$', '^(?:a)$', '^a??$', '^(a|*)$', '^a\\b$', '^[^a]$', '^.$', '^"$', '^\\\\$'])(
    'is refused for the pattern %s, which it would get wrong',
    (pattern) => {
      expect(() => patternGrammar(pattern)).toThrow(/pattern/)
    },
  )
})
