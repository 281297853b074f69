import { eventSourceOf, TAMPERING } from '../shared/sense/enrich/tampering-calls.ts'
import { namedGroups } from './named-groups.ts'

/**
 * What delivers the calls of `TAMPERING`, as parts of `detail`. Calls of IAM come by another rule, whoever makes them.
 */
export function tamperingPatterns(): object[] {
  const lists = Object.entries(TAMPERING).filter(([service]) => service !== 'iam')
  return namedGroups(
    lists.map(([service, operations]) => ({
      eventSource: [eventSourceOf(service)],
      // Lambda writes the date of its API behind its names.
      eventName: service === 'lambda' ? operations.map((prefix) => ({ prefix })) : operations,
    })),
  )
}

/** Where services take the role that they are to work with. */
export const ROLE_PARAMETERS = ['role', 'roleArn', 'roleARN', 'taskRoleArn', 'executionRoleArn', 'serviceRole', 'instanceProfileName']

/** Calls with such a parameter that another rule delivers by their names, whatever role they give. A test holds the list. */
export const DELIVERED_BY_NAME: Readonly<Record<string, readonly string[]>> = {
  cloudformation: ['ContinueUpdateRollback', 'CreateChangeSet', 'DeleteStack', 'RollbackStack', 'UpdateStack'],
  ecs: ['CreateService'],
  events: ['PutRule'],
  glue: ['CreateDevEndpoint'],
  logs: ['PutSubscriptionFilter'],
  sagemaker: ['CreateNotebookInstance'],
}

/**
 * What delivers a change by which a service is given a role of the stack, as a part of `detail`. Those of Lambda and of IAM are delivered by their names.
 */
export function rolesBorrowedPattern(stackName: string): object {
  const ours = [{ wildcard: `*${stackName}-*` }]
  const named = Object.keys(DELIVERED_BY_NAME).map(eventSourceOf)
  return {
    $or: [
      { eventSource: [{ 'anything-but': ['iam.amazonaws.com', 'lambda.amazonaws.com', ...named] }] },
      { eventSource: named, eventName: [{ 'anything-but': Object.values(DELIVERED_BY_NAME).flat() }] },
    ],
    requestParameters: { $or: ROLE_PARAMETERS.map((name) => ({ [name]: ours })) },
  }
}
