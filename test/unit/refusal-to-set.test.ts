import { describe, expect, it } from 'vitest'
import { refusalToSet } from '../../shared/contain/refusal-to-set.ts'
import { DENY_ALL, quarantinePolicyName, revocation } from '../../shared/contain/steps/quarantine.ts'
import type { StepValue } from '../../shared/contain/steps/step.ts'
import { STEPS, stepFor } from '../../shared/contain/steps/steps.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { incidentOf } from '../contract/samples.ts'
import { STEP_SAMPLES, type StepSample } from '../contract/step-samples.ts'
import { ACCOUNT, NOW, QUARANTINE_ARN } from '../embedded.ts'
import { documentOf, HABIT } from '../restricted.ts'

const ID = 'inc-0123456789ab'
const KINDS = STEPS.map(({ kind }) => ({ kind, sample: STEP_SAMPLES[kind] as StepSample }))
const EDGE = `iam:UpdateAssumeRolePolicy deployer`
const backdoor: Partial<Incident> = {
  lineage: [{ id: EDGE, kind: 'backdoor', owner: 'deployer', parent: 'AKIAIOSFODNN7EXAMPLE', signalId: 's' }],
}

/** The words of a refusal to set a step to what the record says, or undefined. */
function refusal(
  target: string,
  contained: StepValue,
  { now = null as StepValue, incident = {} as Partial<Incident>, own = QUARANTINE_ARN } = {},
) {
  const step = stepFor(target)
  if (step === undefined) throw new Error(`no step ${target}`)
  const about = { now, incident: incidentOf(ID, { identity: { ...incidentOf(ID).identity, account: ACCOUNT }, ...incident }) }
  return refusalToSet(step, { contained }, { ...about, quarantinePolicyArn: own })
}

/** The value that contains, of a kind: what its step sets. */
function containing({ kind, sample }: (typeof KINDS)[number]): StepValue {
  const step = stepFor(sample.text)
  return sample.wanted ?? step?.contained(sample.before[0] ?? null) ?? (kind === 'user-boundary' ? QUARANTINE_ARN : null)
}

describe('what the record says was set', () => {
  it.each(KINDS)('is not set again where it contains nothing: $kind', ({ sample }) => {
    for (const value of [
      null,
      '',
      'Active',
      '{}',
      ...sample.before.filter((one) => one === null || one === 'Active' || one.includes('Allow')),
    ])
      expect(refusal(sample.text, value), String(value)).toMatch(/contains nothing: not set/)
  })

  it.each(KINDS.filter(({ kind }) => kind !== 'role-trust'))('is set again where it contains: $kind', (one) => {
    expect(refusal(one.sample.text, containing(one))).toBeUndefined()
  })

  it('is no boundary but our own policy: any other may allow everything', () => {
    const target = (arn: string) => `user-boundary:ci-deploy/${arn}`
    const foreign = `arn:aws:iam::${ACCOUNT}:policy/all`
    expect(refusal(target(QUARANTINE_ARN), QUARANTINE_ARN)).toBeUndefined()
    expect(refusal(target(foreign), foreign)).toMatch(/a policy that is not ours: not set/)
    expect(refusal(target(QUARANTINE_ARN), QUARANTINE_ARN, { own: foreign })).toMatch(/a policy that is not ours: not set/)
  })

  it('is the trust of a role only where a person approved that', () => {
    const trust = STEP_SAMPLES['role-trust'] as StepSample
    const closed = stepFor(trust.text)?.contained(trust.before[0] ?? null) ?? null
    expect(refusal(trust.text, closed)).toMatch(/no order of a person stands for it: not set/)
    expect(refusal(trust.text, closed, { incident: backdoor })).toMatch(/no order of a person/)
    expect(refusal(trust.text, closed, { incident: { ...backdoor, approved: [EDGE] } })).toBeUndefined()
    const ofAnother = { lineage: [{ ...backdoor.lineage?.[0], owner: 'other' }], approved: [EDGE] } as Partial<Incident>
    expect(refusal(trust.text, closed, { incident: ofAnother })).toMatch(/no order of a person/)
  })

  const policy = `user-policy:ci-deploy/${quarantinePolicyName(ID)}`
  const restriction = documentOf(HABIT)
  const ended = (names: string[], issuedBefore = NOW) => revocation({ issuedBefore, names })

  it.each<[string, StepValue, string, boolean]>([
    ['a deny of everything over nothing', null, DENY_ALL, false],
    ['a deny of everything over a foreign policy', '{"Version":"2012-10-17","Statement":[]}', DENY_ALL, false],
    ['a restriction over a deny of everything', DENY_ALL, restriction, true],
    ['a deny of everything over a restriction', restriction, DENY_ALL, false],
    ['ended sessions over a deny of everything', DENY_ALL, ended([]), true],
    ['sessions of a name over all sessions', ended([]), ended(['a-1']), true],
    ['all sessions over sessions of a name', ended(['a-1']), ended([]), false],
    ['one name over two', ended(['a-1', 'a-2']), ended(['a-1']), true],
    ['two names over one of them', ended(['a-1']), ended(['a-1', 'a-2']), false],
    ['older sessions over newer ones', ended([]), ended([], NOW - 1), true],
    ['newer sessions over older ones', ended([], NOW - 1), ended([]), false],
  ])('takes nothing from what stands: %s', (_, now, contained, isRefused) => {
    const said = refusal(policy, contained, { now })
    if (isRefused) expect(said).toMatch(/denies more than the record says: left as it is/)
    else expect(said).toBeUndefined()
  })
})
