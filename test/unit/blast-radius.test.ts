import { describe, expect, it } from 'vitest'
import { emptyBaseline } from '../../shared/domain/baseline.ts'
import { blastRadiusOf, type Grant, observedBlastRadius } from '../../shared/domain/blast-radius.ts'

const allow = (...actions: string[]): Grant => ({ effect: 'Allow', actions, resources: ['*'], isConditional: false })
const deny = (...actions: string[]): Grant => ({ ...allow(...actions), effect: 'Deny' })
const reasonsOf = (...grants: Grant[]) => blastRadiusOf(grants).reasons

describe('the blast radius that policies give', () => {
  it.each([
    ['iam:CreateUser', 85],
    ['IAM:createuser', 85],
    ['iam:Create*', 85],
    ['iam:*User', 85],
    ['i*', 94],
    ['iam:CreateUse?', 85],
    ['iam:*', 94],
    ['*', 100],
    ['*:*', 100],
    ['**', 100],
    // Names of other actions, one of them longer and one shorter than what is dangerous.
    ['iam:CreateUserTag', 5],
    ['iam:CreateUse', 5],
    ['iam:CreateServiceLinkedRole', 5],
    ['IAM:ListUsers', 5],
  ])('of %s is %i', (action, score) => expect(blastRadiusOf([allow(action)]).score).toBe(score))

  it.each([
    ['iam:CreateUser', []],
    ['IAM:create*', []],
    ['iam:*User', []],
    ['iam:*', []],
    ['*', []],
    ['*:*', []],
    ['iam:CreateUse?', []],
    // What a Deny does not match as a whole it does not deny.
    ['iam:*Tags', ['can make new credentials']],
    ['iam:CreateUser?', ['can make new credentials']],
    ['s3:*', ['can make new credentials']],
  ])('to make users, where %s is denied, has the reasons %j', (action, reasons) =>
    expect(reasonsOf(allow('iam:CreateUser'), deny(action))).toEqual(reasons),
  )

  it('is not everything where everything is denied, in either form', () => {
    for (const granted of ['*', '*:*'])
      for (const denied of ['*', '*:*']) expect(blastRadiusOf([allow(granted), deny(denied)]).score).toBe(5)
  })

  it('takes nothing from a Deny that is conditional or of some resources only, and grants nothing by one', () => {
    for (const parts of [{ isConditional: true }, { resources: ['arn:aws:iam::123456789012:user/x'] }]) {
      expect(reasonsOf(allow('iam:CreateUser'), { ...deny('iam:CreateUser'), ...parts })).toEqual(['can make new credentials'])
      expect(blastRadiusOf([{ ...deny('iam:CreateUser'), ...parts }])).toEqual({ score: 5, basis: 'policies', reasons: [] })
    }
  })
})

describe('the blast radius that calls show', () => {
  it('says that nothing is known where nothing was seen, and lies in the middle', () => {
    expect(observedBlastRadius(emptyBaseline())).toEqual({
      score: 50,
      basis: 'unknown',
      reasons: ['nothing is known of this identity yet'],
    })
  })

  it('names what was seen, and no more than that', () => {
    expect(observedBlastRadius(emptyBaseline(), 's3:GetObject')).toEqual({
      score: 40,
      basis: 'observed',
      reasons: ['can read stored data'],
    })
    expect(observedBlastRadius(emptyBaseline(), 's3:GetObjectTagging').score).toBe(5)
  })
})
