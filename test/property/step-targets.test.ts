import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StepKindOn } from '../../shared/contain/steps/step-kind.ts'
import { STEPS, stepFor } from '../../shared/contain/steps/steps.ts'
import type { Iam } from '../../shared/ports/iam.ts'
import { STEP_SAMPLES, type StepSample } from '../contract/step-samples.ts'

const CHARACTERS = [...'abcXYZ019_+=,.@-']
const nameOf = (maxLength: number) => fc.string({ unit: fc.constantFrom(...CHARACTERS), minLength: 1, maxLength })
const credential = fc.string({ unit: fc.constantFrom(...'AKIA019_-'), minLength: 1, maxLength: 128 })
const account = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 12, maxLength: 12 })

/** What IAM gives for each field of a target. */
const FIELDS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  userName: nameOf(64),
  roleName: nameOf(64),
  policyName: nameOf(128),
  accessKeyId: credential,
  credentialId: credential,
  account,
  policyArn: fc
    .tuple(
      fc.constantFrom('aws', 'aws-cn', 'aws-us-gov'),
      fc.oneof(account, fc.constant('aws')),
      fc.array(nameOf(20), { minLength: 1, maxLength: 4 }),
    )
    .map(([partition, owner, path]) => `arn:${partition}:iam::${owner}:policy/${path.join('/')}`),
}

/** What an intruder may put into an event: anything, and above all what could be taken for the end of a name. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: fc.constantFrom('a', 'b', '/', ':', '.', '\n', '%', '\0', 'ü', '\u2028', '👻'), maxLength: 20 }),
  fc.constantFrom(
    '',
    '.',
    '..',
    '../bystander',
    'a/../b',
    '/',
    '//',
    'a\n',
    '\na',
    'a\r\nb',
    'access-key:a/b',
    'arn:aws:iam::123456789012:policy/x',
    'a/arn:aws:iam::123456789012:policy/x',
    'bystander/arn:aws:iam::123456789012:policy',
    '__proto__',
    'ＡＫＩＡ',
    'х',
    'x'.repeat(10_240),
    '/'.repeat(10_240),
  ),
)

const sampleOf = (kind: string) => STEP_SAMPLES[kind] as StepSample

/** The kinds with targets of any fields: what a compiler would keep out is let in. */
const KINDS = STEPS as unknown as readonly StepKindOn<Record<string, string> & { readonly kind: string }>[]

describe.each(KINDS.map((kind) => ({ name: kind.kind, kind })))('the target of a step of kind $name', ({ kind }) => {
  const [, owner = '', name = ''] = Object.keys(sampleOf(kind.kind).target)
  const textOf = (of: string, which: string) => `${kind.kind}:${of}/${which}`

  it('is stored as a text that says it again, for whatever names IAM gives', () => {
    fc.assert(
      fc.property(FIELDS[owner] as fc.Arbitrary<string>, FIELDS[name] as fc.Arbitrary<string>, (of, which) => {
        const text = textOf(of, which)
        expect(kind.textOf({ [owner]: of, [name]: which })).toBe(text)
        expect(kind.parse(text)).toEqual({ kind: kind.kind, [owner]: of, [name]: which })
        expect(stepFor(text)?.target).toBe(text)
      }),
      { numRuns: 500 },
    )
  })

  it('is never taken for another: names that are none are stored as a text that says no target, or themselves', () => {
    const [valid, given] = [FIELDS[owner], FIELDS[name]] as [fc.Arbitrary<string>, fc.Arbitrary<string>]
    const pairs = fc.oneof(fc.tuple(hostile, given), fc.tuple(valid, hostile), fc.tuple(hostile, hostile))
    fc.assert(
      fc.property(pairs, ([of, which]) => {
        const target = kind.parse(kind.textOf({ [owner]: of, [name]: which }))
        expect(stepFor(kind.textOf({ [owner]: of, [name]: which })) === undefined).toBe(target === undefined)
        if (target !== undefined) expect(target).toEqual({ kind: kind.kind, [owner]: of, [name]: which })
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['a slash', 'a/b'],
    ['a way up', '../a'],
    ['a line break', 'a\nb'],
    ['a line break at its end', 'a\n'],
    ['a letter that IAM has not', 'ä'],
    ['a space', 'a b'],
    ['nothing', ''],
    ['ten thousand letters', 'a'.repeat(10_240)],
  ])('is none where a name holds %s, and no step touches IAM for it', async (_, hostileName) => {
    const { target } = sampleOf(kind.kind)
    const [of, which] = [target[owner] ?? '', target[name] ?? '']
    const texts = [textOf(hostileName, which), textOf(of, hostileName)]
    expect(texts.map((text) => stepFor(text))).toEqual([undefined, undefined])
    const made = kind.step({ ...target, [owner]: hostileName })
    const untouched = new Proxy({} as Iam, {
      get: (_, verb) => {
        throw new Error(`${String(verb)} was called`)
      },
    })
    await expect(made.read(untouched)).rejects.toMatchObject({ name: 'InvalidTarget' })
    await expect(made.write(untouched, null)).rejects.toMatchObject({ name: 'InvalidTarget' })
  })
})

describe('a stored text', () => {
  it('is of a step whose target is that text, or of none, whatever it is', () => {
    const texts = fc.oneof(
      hostile,
      fc
        .tuple(fc.constantFrom(...STEPS.map(({ kind }) => kind), 'moon', ''), fc.constantFrom(':', '', '::'), hostile)
        .map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(texts, (text) => {
        const step = stepFor(text)
        if (step !== undefined) expect(step.target).toBe(text)
      }),
      { numRuns: 5000 },
    )
  })
})
