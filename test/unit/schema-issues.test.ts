import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { checked, StackConfig } from '../../shared/config.ts'
import { Policy } from '../../shared/domain/policy.ts'
import { exampleOf } from '../../shared/domain/schema-issues.ts'
import * as environment from '../../shared/environment.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'

/** Words of the validator, which say nothing to whoever writes a file. */
const VALIDATOR = /Invalid|[Ee]xpected|received|undefined|Too (big|small)|Unrecognized|[<>]=|ZodError/

const WRONG: readonly unknown[] = [null, 1.5, -1, 10_000_000, '', 'x', 'x'.repeat(3000), true, [], [null], {}, { nobody: 1 }]

interface Member {
  readonly path: readonly (string | number)[]
  readonly isRequired: boolean
}

/** Every member of a schema, with a path by which an input can have it. */
function membersOf(schema: unknown, path: readonly (string | number)[] = []): Member[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return membersOf(schema.unwrap(), path)
  const below = (part: string | number, inner: unknown) => membersOf(inner, [...path, part])
  if (schema instanceof z.ZodObject)
    return Object.entries(schema.shape).flatMap(([key, inner]) => [
      { path: [...path, key], isRequired: !(inner as z.ZodType).safeParse(undefined).success },
      ...below(key, inner),
    ])
  if (schema instanceof z.ZodArray) return [{ path: [...path, 0], isRequired: false }, ...below(0, schema.element)]
  if (schema instanceof z.ZodTuple) return [{ path: [...path, 0], isRequired: false }]
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((one) => membersOf(one, path))
  if (!(schema instanceof z.ZodRecord)) return []
  const key = schema.keyType instanceof z.ZodEnum ? String(schema.keyType.options[0]) : path[0] === 'accounts' ? '123456789012' : 'key'
  return [{ path: [...path, key], isRequired: false }, ...below(key, schema.valueType)]
}

/** An input that has a value at a path and nothing else; without a value, all but the last part of the path. */
function inputWith([part, ...rest]: readonly (string | number)[], value: unknown): unknown {
  if (part === undefined) return value
  if (rest.length === 0 && value === undefined) return {}
  const inner = inputWith(rest, value)
  return typeof part === 'number' ? [inner] : { [part]: inner }
}

function saidOf(read: () => unknown): string[] {
  try {
    read()
    return []
  } catch (cause) {
    return (cause as Error).message.split('\n')
  }
}

const SCHEMAS: readonly (readonly [string, z.ZodType, (input: unknown) => unknown])[] = [
  ['a policy', Policy, (input) => parsePolicy(input)],
  ['the configuration of a stack', StackConfig, (input) => checked(StackConfig, input, 'set it there')],
  ...Object.entries(environment).flatMap(([name, schema]) =>
    schema instanceof z.ZodObject
      ? [[name, schema as z.ZodType, (input: unknown) => checked(schema as z.ZodType, input, 'the stack sets it')] as const]
      : [],
  ),
]

describe.each(SCHEMAS)('what is wrong with %s', (name, schema, read) => {
  const members = membersOf(schema)

  it('has members, some of which are required', () => {
    expect(members.length).toBeGreaterThan(0)
    if (!name.endsWith('Config')) expect(members.filter(({ isRequired }) => isRequired).length).toBeGreaterThan(3)
  })

  it('says of each required member that is not there that it is missing, and what it must be', () => {
    for (const { path } of members.filter(({ isRequired }) => isRequired)) {
      const said = saidOf(() => read(inputWith(path, undefined)))
      const line = said.find((one) => one.startsWith(`${path.join('.')}: missing; `))
      expect(line, `${path.join('.')}: ${said.join('\n')}`).toMatch(/missing; (it must|begin the policy)/)
      for (const one of said) expect(one).not.toMatch(VALIDATOR)
    }
  })

  it('says of each wrong value what it must be, in no word of the validator', () => {
    let faults = 0
    for (const { path } of members)
      for (const value of WRONG)
        for (const line of saidOf(() => read(inputWith(path, value)))) {
          faults += 1
          expect(line, JSON.stringify([path, value])).not.toMatch(VALIDATOR)
        }
    expect(faults).toBeGreaterThan(members.length)
  })

  it('proposes for each key that is misspelt the one that is meant', () => {
    if (name.endsWith('Config')) return
    for (const { path } of members) {
      const key = path.at(-1)
      // Of a short key nothing is near, and a list has no keys.
      if (typeof key !== 'string' || key.length < 4 || key === 'key' || /^\d/.test(key)) continue
      const misspelt = `${key.slice(0, 2)}${key.slice(3)}`
      const said = saidOf(() => read(inputWith([...path.slice(0, -1), misspelt], {})))
      expect(
        said.find((line) => line.includes(misspelt)),
        `${path.join('.')}: ${said.join('\n')}`,
      ).toContain(`did you mean ${key}?`)
    }
  })
})

/** Every group of settings, with the path at which an input has it. */
function groupsOf(schema: unknown, path: readonly string[] = []): (readonly [string, z.ZodType, readonly string[]])[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return groupsOf(schema.unwrap(), path)
  if (schema instanceof z.ZodRecord) return [[path.join('.'), schema, path]]
  if (!(schema instanceof z.ZodObject)) return []
  return [[path.join('.'), schema, path], ...Object.entries(schema.shape).flatMap(([key, inner]) => groupsOf(inner, [...path, key]))]
}

describe('a group of settings of a stack that has another value', () => {
  const groups = groupsOf(StackConfig)

  it('is looked for everywhere', () => {
    expect(groups.length).toBeGreaterThan(12)
  })

  it.each(groups)('is told with an example that is taken: "%s"', (_, schema, path) => {
    const example = exampleOf(schema)
    expect(schema.safeParse(example).success).toBe(true)
    const said = saidOf(() => checked(StackConfig, inputWith(path, 'me@example.com'), 'set it there'))
    expect(said.join('\n')).toContain(`must be keys with values, such as ${JSON.stringify(example)}, got "me@example.com"`)
  })
})

describe('a limit of one', () => {
  it('is told in the singular', () => {
    expect(saidOf(() => checked(StackConfig, { logExposures: { logGroups: [] } }, 'set it there')).join()).toContain(
      'must be at least 1 entry,',
    )
  })
})

describe('a word of a list that is misspelt', () => {
  it.each([
    [{ version: 3, signals: { guarduty: { most: 'ask' } } }, 'signals: unknown guarduty; did you mean guardduty?'],
    [
      { version: 3, signals: { guardduty: { most: 'aks' } } },
      'signals.guardduty.most: must be one of observe, notify, ask, restrict, contain, got "aks"',
    ],
    [{ version: 3, disclosedSecret: 'restrct' }, 'got "restrct"; did you mean restrict?'],
    [{ version: 3, review: { onExpiry: 'releese' } }, 'got "releese"; did you mean release?'],
    [
      { version: 3, trustedClaims: [{ provider: 'token.actions.githubusercontent.com', claim: 'repositry', values: ['x'] }] },
      'got "repositry"; did you mean repository?',
    ],
  ])('is told with the one that is meant: %j', (policy, complaint) => {
    expect(saidOf(() => parsePolicy(policy)).join('\n')).toContain(complaint)
  })
})
