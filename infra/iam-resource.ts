/**
 * An ARN pattern of `policy.yaml` as a resource that IAM accepts. In `policy.yaml`, `*` may stand for several parts of an ARN; in IAM it may not.
 * Of such a pattern, the part after the last colon is kept.
 */
export function iamResource(pattern: string, { account, partition }: { account: string; partition: string }): string {
  if (/^arn:[^:]*:iam::(\*|\d{12}):./.test(pattern)) return pattern.replace('::*:', `::${account}:`)
  return `arn:${partition}:iam::${account}:${pattern.slice(pattern.lastIndexOf(':') + 1)}`
}
