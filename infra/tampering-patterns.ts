import type { EventPattern } from 'aws-cdk-lib/aws-events'
import { eventSourceOf, TAMPERING } from '../shared/sense/enrich/tampering-calls.ts'

/** The characters that the names of calls may take in one pattern. EventBridge takes 2,048 in all, and the rest of a pattern has about 400. */
const NAMES_LIMIT = 1_500

/** Sessions of roles. Calls by long-lived keys and by sessions of users come by other rules. */
const BY_ROLE_SESSIONS = {
  type: [{ exists: false }, { 'anything-but': ['IAMUser', 'FederatedUser', 'Root'] }],
  accessKeyId: [{ exists: false }, { 'anything-but': { prefix: 'AKIA' } }],
}

const API_CALLS = { source: [{ prefix: 'aws.' }] as unknown as string[], detailType: ['AWS API Call via CloudTrail'] }

/**
 * What delivers the calls of `TAMPERING` by sessions of roles, in as many patterns as the limit of EventBridge asks for. Calls of IAM come by another
 * rule, whoever makes them.
 */
export function tamperingPatterns(): EventPattern[] {
  const groups: object[][] = [[]]
  for (const [service, operations] of Object.entries(TAMPERING)) {
    if (service === 'iam') continue
    // Lambda writes the date of its API behind its names.
    const eventName = service === 'lambda' ? operations.map((prefix) => ({ prefix })) : operations
    const calls = { eventSource: [eventSourceOf(service)], eventName }
    const last = groups.at(-1) as object[]
    if (JSON.stringify([...last, calls]).length > NAMES_LIMIT) groups.push([calls])
    else last.push(calls)
  }
  return groups.map((calls) => {
    // EventBridge takes an $or of two members or more.
    const [first, ...others] = calls
    return {
      ...API_CALLS,
      detail: { userIdentity: BY_ROLE_SESSIONS, readOnly: [false], ...(others.length === 0 ? first : { $or: calls }) },
    }
  })
}

/** Where services take the role that they are to work with. */
const ROLE_PARAMETERS = ['role', 'roleArn', 'roleARN', 'taskRoleArn', 'executionRoleArn', 'serviceRole', 'instanceProfileName']

/** What delivers a change by which a service is given a role of the stack. Those of Lambda and of IAM are among the calls of `TAMPERING`. */
export function rolesBorrowedPattern(stackName: string): EventPattern {
  const ours = [{ wildcard: `*${stackName}-*` }]
  return {
    ...API_CALLS,
    detail: {
      userIdentity: BY_ROLE_SESSIONS,
      readOnly: [false],
      eventSource: [{ 'anything-but': ['iam.amazonaws.com', 'lambda.amazonaws.com'] }],
      $or: ROLE_PARAMETERS.map((name) => ({ requestParameters: { [name]: ours } })),
    },
  }
}
