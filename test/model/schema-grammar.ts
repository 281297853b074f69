import * as z from 'zod'
import { patternGrammar } from './pattern-grammar.ts'

/** What of JSON Schema is understood. Annotations and `additionalProperties` are ignored: what a grammar lets through has no further keys. */
type Schema =
  | { readonly type: 'object'; readonly properties: Readonly<Record<string, Schema>>; readonly required: readonly string[] }
  | { readonly type: 'array'; readonly items: Schema; readonly minItems: number; readonly maxItems: number }
  | { readonly type: 'string'; readonly enum: readonly string[] }
  | { readonly type: 'string'; readonly pattern: string }
  | { readonly type: 'string'; readonly minLength: number; readonly maxLength: number }
  | { readonly type: 'number' | 'integer'; readonly minimum: number; readonly maximum: number }

/** The most values that a number may have: each is written out. */
const NUMBERS_LIMIT = 1000

const Count = z.number().int().min(0)
const Schema: z.ZodType<Schema> = z.lazy(() =>
  z.union([
    z.object({ type: z.literal('object'), properties: z.record(z.string(), Schema), required: z.array(z.string()) }),
    z.object({ type: z.literal('array'), items: Schema, minItems: Count.default(0), maxItems: Count }),
    z.object({ type: z.literal('string'), enum: z.array(z.string()).min(1) }),
    z.object({ type: z.literal('string'), pattern: z.string() }),
    z.object({ type: z.literal('string'), minLength: Count.default(0), maxLength: Count }),
    z.object({ type: z.enum(['number', 'integer']), minimum: z.number().int(), maximum: z.number().int() }),
  ]),
)

/**
 * One character of a JSON string, as JSON Schema counts it for JavaScript: nothing outside the basic plane, which is two units of UTF-16, and no escape but
 * those of one letter.
 */
const CHARACTER = String.raw`character ::= [^"\\\x00-\x1F\x7F\U00010000-\U0010FFFF] | "\\" ["\\/bfnrt]`

/**
 * The grammar (GBNF, as llama.cpp reads it) of the JSON that fits a schema, without spaces and with properties in the order of the schema.
 *
 * Numbers are whole. Throws where the schema has no bound or uses what is not understood: the text of a model must end.
 */
export function schemaGrammar(schema: unknown): string {
  const parsed = Schema.safeParse(schema)
  if (!parsed.success) throw new Error(`the schema of the tool has a part that no grammar is made for: ${z.prettifyError(parsed.error)}`)
  return `root ::= ${ruleOf(parsed.data)}\n${CHARACTER}\n`
}

function ruleOf(schema: Schema): string {
  switch (schema.type) {
    case 'object': {
      const optional = Object.keys(schema.properties).filter((name) => !schema.required.includes(name))
      if (optional.length > 0)
        throw new Error(`the schema of the tool has optional properties, for which no grammar is made: ${optional.join(', ')}`)
      const members = Object.entries(schema.properties).map(([name, value]) => `${literal(`${JSON.stringify(name)}:`)} ${ruleOf(value)}`)
      return `"{" ${members.join(' "," ')} "}"`
    }
    case 'array': {
      const { minItems, maxItems } = schema
      if (maxItems === 0) return '"[]"'
      const item = ruleOf(schema.items)
      const some = `(${item}) ("," (${item})){${Math.max(0, minItems - 1)},${maxItems - 1}}`
      return `"[" ${minItems === 0 ? `(${some})?` : some} "]"`
    }
    case 'string':
      if ('enum' in schema) return `(${schema.enum.map((value) => literal(JSON.stringify(value))).join(' | ')})`
      if ('pattern' in schema) return `"\\"" ${patternGrammar(schema.pattern)} "\\""`
      return `"\\"" character{${schema.minLength},${schema.maxLength}} "\\""`
    case 'number':
    case 'integer': {
      const { minimum, maximum } = schema
      if (maximum < minimum || maximum - minimum > NUMBERS_LIMIT)
        throw new Error(`numbers from ${minimum} to ${maximum} are too many to write out`)
      return `(${Array.from({ length: maximum - minimum + 1 }, (_, at) => literal(`${minimum + at}`)).join(' | ')})`
    }
  }
}

/** A text as a literal of the grammar. */
function literal(text: string): string {
  return JSON.stringify(text)
}
