import { Stack, Token, Validations } from 'aws-cdk-lib'
import type { Construct } from 'constructs'

/**
 * Acknowledges cdk-nag's findings (IAM5) on wildcards in a construct's policies, each with its reason. A key is `Action::…` or `Resource::…` as
 * cdk-nag names it, with ARNs as in the template; tokens are written as cdk-nag shows them.
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
