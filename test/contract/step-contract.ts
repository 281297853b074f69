import { describe, expect, it } from 'vitest'
import { isSameValue, type Step } from '../../shared/contain/steps/step.ts'
import type { StepKind } from '../../shared/contain/steps/step-kind.ts'
import { STEPS } from '../../shared/contain/steps/steps.ts'
import type { AuthorizationDetails } from '../../shared/domain/authorization-details.ts'
import type { Iam } from '../../shared/ports/iam.ts'
import { RESTRICTED_SAMPLES, SAMPLE_ACCOUNT, STEP_SAMPLES, type StepSample } from './step-samples.ts'

/** `SAMPLE_ACCOUNT`, set up anew. */
export interface StepWorld {
  readonly iam: Iam
  picture(): AuthorizationDetails
}

/** Every kind of step with its sample, and those that restrict with one of that. */
export const KINDS = [
  ...STEPS.map((kind) => ({ name: kind.kind, kind, sample: STEP_SAMPLES[kind.kind] as StepSample })),
  ...STEPS.flatMap((kind) => {
    const sample = RESTRICTED_SAMPLES[kind.kind]
    return sample === undefined ? [] : [{ name: `${kind.kind} that restricts`, kind, sample }]
  }),
]

export function stepOf({ kind, sample }: { kind: StepKind; sample: StepSample }): Step {
  const step = kind.stepFor(sample.text)
  if (step === undefined) throw new Error(`${sample.text} is no target`)
  return sample.wanted === undefined ? step : { ...step, contained: () => sample.wanted }
}

/** What every kind of step keeps to, on an adapter of the IAM port. */
export function stepContract(name: string, make: () => Promise<StepWorld>): void {
  describe.each(KINDS)(`a step of kind $name, IAM ${name}`, ({ kind, sample }) => {
    it('gives back exactly what it took, whatever stood there', async () => {
      let contained = 0
      for (const value of sample.before) {
        const { iam, picture } = await make()
        const step = stepOf({ kind, sample })
        expect(await step.write(iam, value)).toBe('written')
        const start = picture()
        const before = await step.read(iam)
        expect(isSameValue(before, value)).toBe(true)
        const wanted = step.contained(before)
        if (wanted === undefined) continue
        for (const time of ['once', 'twice']) {
          expect(await step.write(iam, wanted), time).toBe('written')
          expect(isSameValue(await step.read(iam), wanted), time).toBe(true)
        }
        contained += isSameValue(wanted, before) ? 0 : 1
        expect(await step.write(iam, before)).toBe('written')
        expect(picture()).toEqual(start)
      }
      expect(contained).toBeGreaterThan(0)
    })

    it('touches nobody else', async () => {
      const { iam, picture } = await make()
      const step = stepOf({ kind, sample })
      await step.write(iam, step.contained(await step.read(iam)) ?? sample.before[0] ?? null)
      for (const list of ['UserDetailList', 'RoleDetailList', 'AccessKeys', 'SwitchableCredentials'] as const)
        expect(picture()[list].filter(isBystander)).toEqual(SAMPLE_ACCOUNT[list].filter(isBystander))
    })

    it('says that what it is about is gone, where it is not there, and makes nothing', async () => {
      const { iam, picture } = await make()
      const step = kind.stepFor(sample.text.replace(/:[^/]+\//, ':nobody/')) as Step
      expect(await step.read(iam)).toBeNull()
      expect(await step.write(iam, step.contained(sample.before[0] ?? null) ?? sample.wanted ?? null)).toBe('gone')
      expect(picture()).toEqual(SAMPLE_ACCOUNT)
    })
  })
}

function isBystander(one: { UserName?: string; RoleName?: string }): boolean {
  return (one.UserName ?? one.RoleName) === 'bystander'
}
