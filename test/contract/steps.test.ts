import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as sdk from '@aws-sdk/client-iam'
import { afterAll, describe, expect, it } from 'vitest'
import { iamClient } from '../../shared/aws/clients.ts'
import { awsIam } from '../../shared/aws/iam.ts'
import { DENY_ALL } from '../../shared/contain/steps/quarantine.ts'
import { isSameValue, type Step } from '../../shared/contain/steps/step.ts'
import type { StepKind } from '../../shared/contain/steps/step-kind.ts'
import { briefValue, operationOf, STEPS, stepFor } from '../../shared/contain/steps/steps.ts'
import { memoryIam } from '../../shared/memory/iam.ts'
import type { Iam } from '../../shared/ports/iam.ts'
import { type IamWire, iamWire } from './iam-wire.ts'
import { SAMPLE_ACCOUNT, STEP_SAMPLES, type StepSample } from './step-samples.ts'

const wires: IamWire[] = []
afterAll(() => Promise.all(wires.map((wire) => wire.close())))

async function onTheWire() {
  const wire = await iamWire(SAMPLE_ACCOUNT)
  wires.push(wire)
  return { wire, iam: awsIam(iamClient(wire.options), '123456789012'), picture: () => wire.picture() }
}

async function inMemory() {
  const iam = memoryIam(SAMPLE_ACCOUNT)
  return { iam, picture: () => iam.authorizationDetails() }
}

const KINDS = STEPS.map((kind) => ({ name: kind.kind, kind, sample: STEP_SAMPLES[kind.kind] as StepSample }))

function stepOf({ kind, sample }: { kind: StepKind; sample: StepSample }): Step {
  const step = kind.stepFor(sample.text)
  if (step === undefined) throw new Error(`${sample.text} is no target`)
  return sample.wanted === undefined ? step : { ...step, contained: () => sample.wanted }
}

/** Contains what stands there, and gives it back. Answers the value from before and the one that was set. */
async function roundTrip(step: Step, iam: Iam) {
  const before = await step.read(iam)
  const wanted = step.contained(before)
  if (wanted === undefined) return { before, wanted }
  expect(await step.write(iam, wanted)).toBe('written')
  expect(isSameValue(await step.read(iam), wanted)).toBe(true)
  expect(await step.write(iam, wanted), 'twice').toBe('written')
  expect(isSameValue(await step.read(iam), wanted), 'twice').toBe(true)
  expect(await step.write(iam, before), 'back').toBe('written')
  return { before, wanted }
}

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

  it.each([
    { name: 'in memory', make: inMemory },
    { name: 'by its API', make: onTheWire },
  ])('gives back exactly what it took, whatever stood there, and touches nobody else: IAM $name', async ({ make }) => {
    let contained = 0
    for (const value of sample.before) {
      const { iam, picture } = await make()
      const step = stepOf({ kind, sample })
      expect(await step.write(iam, value)).toBe('written')
      const start = picture()
      const { before, wanted } = await roundTrip(step, iam)
      expect(isSameValue(before, value)).toBe(true)
      contained += wanted === undefined || isSameValue(wanted, before) ? 0 : 1
      expect(picture()).toEqual(start)
      if (wanted !== undefined) await step.write(iam, wanted)
      const now = picture()
      for (const list of ['UserDetailList', 'RoleDetailList', 'AccessKeys', 'SwitchableCredentials'] as const)
        expect(now[list].filter(isBystander)).toEqual(start[list].filter(isBystander))
    }
    expect(contained).toBeGreaterThan(0)
  })

  it('says that what it is about is gone, where it is not there, and makes nothing', async () => {
    for (const make of [inMemory, onTheWire]) {
      const { iam, picture } = await make()
      const text = sample.text.replace(/:[^/]+\//, ':nobody/')
      const step = kind.stepFor(text) as Step
      expect(await step.read(iam)).toBeNull()
      expect(await step.write(iam, step.contained(sample.before[0] ?? null) ?? sample.wanted ?? null)).toBe('gone')
      expect(picture()).toEqual(SAMPLE_ACCOUNT)
    }
  })

  it('makes the calls that it declares, and no other: they are the rights of the role', async () => {
    const seen = { read: new Set<string>(), write: new Set<string>() }
    for (const value of sample.before) {
      const { iam, wire } = await onTheWire()
      const step = stepOf({ kind, sample })
      const noted = async (set: Set<string>, work: () => Promise<unknown>) => {
        const from = wire.seen.length
        await work()
        for (const verb of wire.seen.slice(from)) set.add(verb)
      }
      await noted(seen.write, () => step.write(iam, value))
      await noted(seen.read, () => step.read(iam))
      await noted(seen.write, () => step.write(iam, step.contained(value) ?? value))
    }
    expect([...seen.read].sort()).toEqual([...kind.calls.reads].sort())
    expect([...seen.write].sort()).toEqual([...new Set([kind.calls.set, kind.calls.unset])].sort())
  })

  it('names operations that IAM has, in the record as in an export', () => {
    const { reads, set, unset, reversedBy } = kind.calls
    for (const operation of [...reads, set, unset, ...reversedBy]) expect(Object.keys(sdk)).toContain(`${operation}Command`)
    expect([operationOf(sample.text, 'x'), operationOf(sample.text, null)]).toEqual([set, unset])
  })

  it('is reversed by what sets it back, at least', () => {
    expect(kind.calls.reversedBy).toContain(kind.calls.unset)
  })
})

function isBystander(one: { UserName?: string; RoleName?: string }): boolean {
  return (one.UserName ?? one.RoleName) === 'bystander'
}
