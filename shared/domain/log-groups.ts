/** The name of a log group. @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html */
export const LOG_GROUP_NAME = /^[.\-_/#A-Za-z0-9]{1,512}$/

/** The most log groups of one stack. */
export const LOG_GROUPS_LIMIT = 40

/**
 * What Lambda takes of the policy of a function, in bytes, and what a statement of it takes beside the name of the log group that may invoke the function.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const [POLICY_BYTES, STATEMENT_BYTES] = [20_480, 440]

/** True where the policy of a function has room for a statement about each of these log groups. */
export function haveRoom(names: readonly string[]): boolean {
  return names.reduce((sum, name) => sum + STATEMENT_BYTES + name.length, 0) <= POLICY_BYTES
}

/** True for a log group of a stack's own functions. If lines of theirs woke one of them, each run would cause the next. */
export function isOwnLogGroup(name: string, stackName: string): boolean {
  return name.startsWith(`${stackName}-`) || name.startsWith(`/aws/lambda/${stackName}-`)
}

/**
 * The filter pattern by which CloudWatch picks the lines that may name a credential, so that Lambda sees no others: an id of a credential, or a Bedrock API key,
 * which begins with `ABSK` and base64 of `BedrockAPIKey`. Patterns know no parentheses, so the second and third letters of `AKIA`, `ASIA`, `ABIA` and `ACCA` are
 * sets of their own. An id that markup splits is not found.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/regex-expressions.html
 */
export const CREDENTIAL_LINES = '%A[KSBC][IC]A[A-Z0-9]{12,28}|ABSKQmVkcm9ja0FQSUtle%'
