import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DENY_ALL } from '../../shared/contain/steps/quarantine.ts'
import type { StepKind } from '../../shared/contain/steps/step-kind.ts'
import { briefValue, STEPS, stepFor } from '../../shared/contain/steps/steps.ts'
import { memoryIam } from '../../shared/memory/iam.ts'
import { KINDS, stepContract } from '../contract/step-contract.ts'
import { SAMPLE_ACCOUNT, STEP_SAMPLES, type StepSample } from '../contract/step-samples.ts'

stepContract('in memory', async () => {
  const iam = memoryIam(SAMPLE_ACCOUNT)
  return { iam, picture: () => iam.authorizationDetails() }
})

describe('the kinds of steps', () => {
  it('are those that the files of the folder declare, each in the file of its name, and each has a sample', async () => {
    const folder = join(import.meta.dirname, '../../shared/contain/steps')
    const declared: string[] = []
    for (const file of readdirSync(folder)) {
      const exported: Record<string, unknown> = await import(join(folder, file))
      const kinds = Object.values(exported).filter((one) => typeof one === 'object' && one !== null && 'stepFor' in one) as StepKind[]
      expect(
        kinds.map(({ kind }) => `${kind}.ts`),
        file,
      ).toEqual(kinds.length === 0 ? [] : [file])
      declared.push(...kinds.map(({ kind }) => kind))
    }
    expect(STEPS.map(({ kind }) => kind).sort()).toEqual(declared.sort())
    expect(Object.keys(STEP_SAMPLES).sort()).toEqual(declared.sort())
  })

  it('have names of which none begins another, so that a stored text is of one kind at most', () => {
    for (const { sample } of KINDS) expect(STEPS.filter((kind) => kind.stepFor(sample.text) !== undefined)).toHaveLength(1)
  })
})

describe('a value of a step', () => {
  const foreign = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: 's3:*', Resource: '*' }] })
  const trust = STEP_SAMPLES['role-trust'] as StepSample
  const closed = stepFor(trust.text)?.contained(trust.before[0] ?? null) ?? null

  it.each([
    ['user-policy', DENY_ALL, 'deny all'],
    ['user-policy', foreign, undefined],
    ['user-policy', null, undefined],
    ['role-policy', STEP_SAMPLES['role-policy']?.wanted ?? '', 'sessions ended'],
    ['role-policy', STEP_SAMPLES['role-policy']?.wanted?.replace('CountersignRevoke', 'x') ?? '', undefined],
    ['role-trust', closed, 'closed to outside'],
    ['role-trust', trust.before[0] ?? null, undefined],
    ['role-trust', 'not JSON', undefined],
    ['access-key', 'Inactive', undefined],
  ])('of %s is said in a word or two where it is ours, word for word: %j is %s', (kind, value, words) => {
    expect(briefValue(STEP_SAMPLES[kind]?.text ?? '', value)).toBe(words)
  })
})

describe.each(KINDS)('a step of kind $name', ({ kind, sample }) => {
  it('is read from the text that version 0.1.0 stored, and is stored so again', () => {
    expect(kind.parse(sample.text)).toEqual(sample.target)
    const step = kind.stepFor(sample.text)
    expect(step).toMatchObject({ kind: kind.kind, target: sample.text, isCredential: kind.isCredential })
    expect(step?.subject).toEqual({ kind: kind.subject, name: sample.target[kind.owner] })
  })

  it('is reversed by what sets it back, at least', () => {
    expect(kind.calls.reversedBy).toContain(kind.calls.unset)
  })
})
