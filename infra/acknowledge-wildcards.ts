import { Stack, Token, Validations } from 'aws-cdk-lib'
import type { Construct } from 'constructs'

/**
 * Acknowledges wildcards in a construct's policies, each with its reason. A key is `Action::…` or `Resource::…` as the
 * check names it, with ARNs as the template would have them; tokens are shown as the check shows them.
 */
export function acknowledgeWildcards(scope: Construct, reasons: Readonly<Record<string, string>>): void {
  const { account, partition, region } = Stack.of(scope)
  const shown = [
    [account, '<AWS::AccountId>'],
    [partition, '<AWS::Partition>'],
    [region, '<AWS::Region>'],
  ] as const
  for (const [finding, reason] of Object.entries(reasons)) {
    const id = shown.reduce((text, [value, name]) => (Token.isUnresolved(value) ? text.replaceAll(value, name) : text), finding)
    Validations.of(scope).acknowledge({ id: `AwsSolutions-IAM5[${id}]`, reason })
  }
}
