/**
 * A pattern of a policy as a resource that IAM accepts. A policy's `*` may span the colons of an ARN, IAM's may not: such a
 * pattern keeps what follows its last colon.
 */
export function iamResource(pattern: string, { account, partition }: { account: string; partition: string }): string {
  if (/^arn:[^:]*:iam::(\*|\d{12}):./.test(pattern)) return pattern.replace('::*:', `::${account}:`)
  return `arn:${partition}:iam::${account}:${pattern.slice(pattern.lastIndexOf(':') + 1)}`
}
