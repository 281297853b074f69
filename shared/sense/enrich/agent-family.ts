/** Patterns of user agents by the tool that made the call; the first that matches applies. The caller chooses the text, so it proves nothing. */
const FAMILIES: readonly (readonly [pattern: RegExp, family: string])[] = [
  [/^console\./i, 'console'],
  [/^(aws internal|[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com)/i, 'aws-service'],
  [/^console\.|signin\.|s3console|aws-?console|consolefrontend|consolehome|consolebackend|aws-internal\//i, 'console'],
  [/terraform|opentofu/i, 'terraform'],
  [/pulumi/i, 'pulumi'],
  [/aws-cdk|cloudformation/i, 'cloudformation'],
  [/s3 browser|cyberduck|winscp|rclone/i, 'storage-browser'],
  [/kali|pacu|scoutsuite|prowler|cloudfox|cloudsplaining|stratus|enumerate-iam|trufflehog|nuclei|steampipe/i, 'offensive-tool'],
  [/^aws-cli/i, 'aws-cli'],
  [/boto3|botocore/i, 'python-sdk'],
  [/aws-sdk-go|^m\/.*go|^apn\/1.*go/i, 'go-sdk'],
  [/aws-sdk-java/i, 'java-sdk'],
  [/aws-sdk-(js|nodejs)/i, 'js-sdk'],
  [/aws-sdk-(php|ruby|dotnet|rust|cpp|kotlin|swift)/i, 'other-sdk'],
  [/mozilla|chrome|safari|firefox/i, 'browser'],
  [/python-requests|python-urllib|curl|wget|go-http-client|okhttp|axios|postman/i, 'http-client'],
]

const KNOWN = new Map<string, string>()

/** The most user agents that the cache holds; real accounts show a few hundred. */
const KNOWN_LIMIT = 2000

/** The family of a user agent: `none` where it is empty, `other` where no pattern matches. */
export function agentFamily(agent: string): string {
  const known = KNOWN.get(agent)
  if (known !== undefined) return known
  const trimmed = agent.startsWith('[') ? agent.slice(1, -1) : agent
  const family = trimmed === '' ? 'none' : (FAMILIES.find(([pattern]) => pattern.test(trimmed))?.[1] ?? 'other')
  if (KNOWN.size >= KNOWN_LIMIT) KNOWN.clear()
  KNOWN.set(agent, family)
  return family
}
