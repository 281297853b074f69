import * as z from 'zod'
import { RegexProgram } from './regex-program.ts'

/** A text with wildcards: texts that stand as they are, `*` for any text and `?` for one character, each in a list of its own. */
export const Pattern = z.array(z.union([z.string(), z.strictObject({ wildcard: z.enum(['*', '?']) }).readonly()])).readonly()
export type Pattern = z.infer<typeof Pattern>

/** How two fields are compared. */
export const Likeness = z.enum(['equal', 'contains', 'startswith', 'endswith'])
export type Likeness = z.infer<typeof Likeness>

/** What is asked of one value of a field. Texts are compared without regard to case unless `isCased`. */
export const Test = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('text'), pattern: Pattern, isCased: z.literal(true).exactOptional() }).readonly(),
  /** `needs` is a text that stands in whatever the expression matches, in small letters where it has no regard to case. */
  z
    .strictObject({ kind: z.literal('regex'), program: RegexProgram, needs: z.string(), isFolded: z.literal(true).exactOptional() })
    .readonly(),
  z.strictObject({ kind: z.literal('cidr'), range: z.string() }).readonly(),
  z.strictObject({ kind: z.literal('number'), operator: z.enum(['lt', 'lte', 'gt', 'gte']), than: z.number() }).readonly(),
  /** The field has a value that is not null. */
  z.strictObject({ kind: z.literal('present') }).readonly(),
  z.strictObject({ kind: z.literal('field'), field: z.string(), likeness: Likeness, isCased: z.literal(true).exactOptional() }).readonly(),
])
export type Test = z.infer<typeof Test>

/** A condition over one record. A `field` is a path with dots, or absent where any value of the record will do. */
export type Condition =
  | { readonly kind: 'all'; readonly of: readonly Condition[] }
  | { readonly kind: 'any'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'test'; readonly field?: string; readonly test: Test }

/** The schema of a condition. */
export const Condition: z.ZodType<Condition> = z.lazy(() =>
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('all'), of: z.array(Condition).readonly() }).readonly(),
    z.strictObject({ kind: z.literal('any'), of: z.array(Condition).readonly() }).readonly(),
    z.strictObject({ kind: z.literal('not'), of: Condition }).readonly(),
    z.strictObject({ kind: z.literal('test'), field: z.string().exactOptional(), test: Test }).readonly(),
  ]),
)
