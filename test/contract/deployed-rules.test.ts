import { afterEach, describe, expect, it } from 'vitest'
import { cloudFormationClient, eventBridgeClient } from '../../shared/aws/clients.ts'
import { deployedRules } from '../../shared/aws/deployed-rules.ts'
import { type Loopback, loopback, type WireAnswer } from './loopback.ts'

const wires: Loopback[] = []
afterEach(async () => {
  await Promise.all(wires.splice(0).map((wire) => wire.close()))
})

async function serve(answer: (body: string) => WireAnswer): Promise<Loopback> {
  const wire = await loopback(({ body }) => answer(body))
  wires.push(wire)
  return wire
}

/** A page of a stack's resources, each as type, logical id and name. */
function page(resources: readonly (readonly [string, string, string])[], next?: string): WireAnswer {
  const members = resources.map(
    ([type, id, name]) =>
      `<member><ResourceType>${type}</ResourceType><LogicalResourceId>${id}</LogicalResourceId><PhysicalResourceId>${name}</PhysicalResourceId><ResourceStatus>CREATE_COMPLETE</ResourceStatus><LastUpdatedTimestamp>2026-01-01T00:00:00Z</LastUpdatedTimestamp></member>`,
  )
  const token = next === undefined ? '' : `<NextToken>${next}</NextToken>`
  return {
    status: 200,
    headers: { 'content-type': 'text/xml' },
    body: `<ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries>${members.join('')}</StackResourceSummaries>${token}</ListStackResourcesResult></ListStackResourcesResponse>`,
  }
}

const json = (status: number, body: object): WireAnswer => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify(body),
})

const RULE = 'AWS::Events::Rule'

async function clients(describeRule: (name: string) => WireAnswer) {
  const stack = await serve((body) =>
    new URLSearchParams(body).has('NextToken')
      ? page([[RULE, 'RulesTampering10123ABCD', 'rule-2']])
      : page(
          [
            ['AWS::SQS::Queue', 'QueuesHot', 'queue'],
            [RULE, 'RulesSignIns0123ABCD', 'rule-1'],
          ],
          'more',
        ),
  )
  const bus = await serve((body) => describeRule((JSON.parse(body) as { Name: string }).Name))
  return { cloudFormation: cloudFormationClient(stack.options), eventBridge: eventBridgeClient(bus.options) }
}

describe('the event rules of a deployed stack', () => {
  it('are those of every page of its resources, each with its state on the bus', async () => {
    const ports = await clients((name) => json(200, { Name: name, State: name === 'rule-1' ? 'ENABLED' : 'DISABLED' }))
    expect(await deployedRules('Countersign', ports)).toEqual([
      { logicalId: 'RulesSignIns0123ABCD', state: 'ENABLED' },
      { logicalId: 'RulesTampering10123ABCD', state: 'DISABLED' },
    ])
  })

  it('say of a rule that is not on the bus that it is missing', async () => {
    const gone = json(400, { __type: 'ResourceNotFoundException', message: 'Rule does not exist' })
    const ports = await clients((name) => (name === 'rule-1' ? gone : json(200, { Name: name, State: 'ENABLED' })))
    expect((await deployedRules('Countersign', ports)).map(({ state }) => state)).toEqual(['MISSING', 'ENABLED'])
  })

  it('are asked for on the bus that they are on', async () => {
    const asked: unknown[] = []
    const stack = await serve(() => page([[RULE, 'ForwardedRulesSignIns0123ABCD', 'Countersign-forwarded|rule-3']]))
    const bus = await serve((body) => {
      asked.push(JSON.parse(body))
      return json(200, { State: 'ENABLED' })
    })
    const ports = { cloudFormation: cloudFormationClient(stack.options), eventBridge: eventBridgeClient(bus.options) }
    expect(await deployedRules('Countersign', ports)).toEqual([{ logicalId: 'ForwardedRulesSignIns0123ABCD', state: 'ENABLED' }])
    expect(asked).toEqual([{ Name: 'rule-3', EventBusName: 'Countersign-forwarded' }])
  })

  it('are not told as missing where they could not be looked at', async () => {
    const ports = await clients(() => json(400, { __type: 'AccessDeniedException', message: 'not authorized' }))
    await expect(deployedRules('Countersign', ports)).rejects.toMatchObject({
      code: 'stack.unknown',
      message: expect.stringMatching(/Countersign.*not authorized.*events:DescribeRule/),
    })
  })
})
