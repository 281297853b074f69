import { CfnResource, Stack } from 'aws-cdk-lib'
import { CfnFunction } from 'aws-cdk-lib/aws-lambda'
import { describe, expect, it } from 'vitest'
import { environmentSizes } from '../../infra/environment-size.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { WHOLE_POLICY, WHOLE_SETTINGS } from '../stack-lint/templates.ts'
import { templateOf } from './template-of.ts'

/** Beside respond, which knows all that is the responder's own, no function comes near the limit. */
const LIMIT = 4096

function accounts(count: number): string[] {
  return Array.from({ length: count }, (_, at) => String(210_000_000_000 + at))
}

describe('the environment of each function', () => {
  it('takes less than the 4 KB of Lambda with everything that a stack can have, and forty other accounts, half of them members', () => {
    let sizes: ReadonlyMap<string, number> = new Map()
    const spoil = (stack: Stack) => {
      sizes = environmentSizes(stack)
    }
    templateOf({
      settings: { ...WHOLE_SETTINGS, accounts: accounts(40), memberAccounts: accounts(20) },
      policy: parsePolicy(WHOLE_POLICY),
      spoil,
    })
    expect(sizes.size).toBe(14)
    const [, largest] = [...sizes].find(([name]) => name.startsWith('RespondResponderFunction')) ?? []
    expect(largest).toBe(Math.max(...sizes.values()))
    // A size that is far below what the names alone take would count nothing.
    expect(largest).toBeGreaterThan(3000)
    expect(largest).toBeLessThan(LIMIT)
  })

  it('has room for the hundred members that a role has room for', () => {
    expect(() =>
      templateOf({ settings: { accounts: accounts(100), memberAccounts: accounts(100) }, policy: parsePolicy({ version: 2 }) }),
    ).not.toThrow()
  })

  it('is refused before the deployment where it takes more', () => {
    const settings = { ...WHOLE_SETTINGS, accounts: accounts(200), memberAccounts: [] }
    expect(() => templateOf({ settings, policy: parsePolicy(WHOLE_POLICY) })).toThrow(
      /the environment of the function RespondResponderFunction\w+ may take \d+ bytes, and Lambda takes 4096; name fewer accounts/,
    )
  })

  it('counts a name that CloudFormation makes as long as it can be', () => {
    const sizeWith = (type: string) => {
      const stack = new Stack(undefined, 'Named', { stackName: 'N'.repeat(60) })
      const { ref } = new CfnResource(stack, 'One', { type })
      new CfnFunction(stack, 'Function', { role: 'role', code: { zipFile: '' }, environment: { variables: { A: ref } } })
      return environmentSizes(stack).get('Function')
    }
    const around = '{"A":"",}'.length
    expect(sizeWith('AWS::DynamoDB::Table')).toBe(around + 60 + '-One-ABCDEFGHIJKL'.length)
    expect(sizeWith('AWS::IAM::Role')).toBe(around + 64)
  })
})
