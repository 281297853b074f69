import { type CloudFormationClient, GetTemplateCommand, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation'
import * as z from 'zod'
import { ResponderError } from '../errors.ts'
import type { DeployedResource, Deployment } from '../ports/deployment.ts'
import type { HubPlace } from '../record/export/asff.ts'
import { type LiveClients, liveFacts } from './live-facts.ts'
import { resolver } from './template.ts'

const Template = z.looseObject({
  Resources: z.record(z.string(), z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) })),
})

/** The stack as CloudFormation has it, and its resources as their services have them. `place`: where the stack is. */
export function stackDeployment(
  { cloudFormation, ...clients }: LiveClients & { readonly cloudFormation: CloudFormationClient },
  { stackName, place }: { readonly stackName: string; readonly place: HubPlace },
): Deployment {
  return {
    async deployed() {
      const [listed, { TemplateBody }] = await Promise.all([
        listResources(cloudFormation, stackName),
        cloudFormation.send(new GetTemplateCommand({ StackName: stackName, TemplateStage: 'Processed' })),
      ])
      const template = Template.safeParse(parseJson(TemplateBody))
      if (!template.success) throw new ResponderError('stack.unknown', `the template of stack "${stackName}" cannot be read as JSON`)
      const byId = new Map(listed.map(({ logicalId, ...rest }) => [logicalId, rest]))
      const resolve = resolver(byId, place)
      const resources = Object.entries(template.data.Resources).flatMap(([id, { Type, Properties }]): DeployedResource[] => {
        const found = byId.get(id)
        // What CloudFormation does not list was never made; the check says that it is gone.
        const { physicalId = id, updatedAt = 0 } = found ?? {}
        return [{ type: Type, name: physicalId, properties: resolve(Properties) as DeployedResource['properties'], deployedAt: updatedAt }]
      })
      return { resources, isUnderWay: listed.some(({ status }) => status.endsWith('_IN_PROGRESS')) }
    },
    live: (resource) => liveFacts(resource, clients),
  }
}

async function listResources(client: CloudFormationClient, StackName: string) {
  const found: { logicalId: string; type: string; physicalId: string; status: string; updatedAt: number }[] = []
  let NextToken: string | undefined
  do {
    const answer = await client.send(new ListStackResourcesCommand({ StackName, NextToken }))
    for (const one of answer.StackResourceSummaries ?? [])
      found.push({
        logicalId: one.LogicalResourceId ?? '',
        type: one.ResourceType ?? '',
        physicalId: one.PhysicalResourceId ?? '',
        status: one.ResourceStatus ?? '',
        updatedAt: one.LastUpdatedTimestamp?.getTime() ?? 0,
      })
    NextToken = answer.NextToken
  } while (NextToken !== undefined)
  return found
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    // The schema refuses it, and the caller says so.
    return undefined
  }
}
