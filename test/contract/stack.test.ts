import { afterEach, describe, expect, it } from 'vitest'
import { cloudFormationClient, stsClient } from '../../shared/aws/clients.ts'
import { callerArn, describeStack } from '../../shared/aws/stack.ts'
import { type Loopback, loopback, type WireAnswer } from './loopback.ts'

const wires: Loopback[] = []
afterEach(async () => {
  await Promise.all(wires.splice(0).map((wire) => wire.close()))
})

async function serve(answer: WireAnswer): Promise<Loopback> {
  const wire = await loopback(() => answer)
  wires.push(wire)
  return wire
}

function xml(body: string, status = 200): WireAnswer {
  return { status, headers: { 'content-type': 'text/xml' }, body }
}

function stackWith(outputs: Record<string, string>): WireAnswer {
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  )
  const stack = `<member><StackName>Countersign</StackName><StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>2026-01-01T00:00:00Z</CreationTime><Outputs>${members.join('')}</Outputs></member>`
  return xml(`<DescribeStacksResponse><DescribeStacksResult><Stacks>${stack}</Stacks></DescribeStacksResult></DescribeStacksResponse>`)
}

function error(code: string, message: string, status: number): WireAnswer {
  return xml(`<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`, status)
}

describe('a deployed stack', () => {
  it('is found by its outputs', async () => {
    const wire = await serve(
      stackWith({
        TableName: 'table-1',
        ContainFunctionName: 'contain-1',
        TopicArn: 'arn:aws:sns:us-east-1:123456789012:notices',
        Other: 'x',
        FailuresHot:
          'https://sqs.us-east-1.amazonaws.com/123456789012/hot-dead https://sqs.us-east-1.amazonaws.com/123456789012/hot=arn:aws:sqs:us-east-1:123456789012:hot',
        FailuresContain: 'https://sqs.us-east-1.amazonaws.com/123456789012/contain-dead function:Countersign-contain',
        FailuresNone: '',
      }),
    )
    expect(await describeStack(cloudFormationClient(wire.options), 'Countersign')).toEqual({
      tableName: 'table-1',
      containFunctionName: 'contain-1',
      topicArn: 'arn:aws:sns:us-east-1:123456789012:notices',
      failures: [
        {
          name: 'contain',
          url: 'https://sqs.us-east-1.amazonaws.com/123456789012/contain-dead',
          destination: { kind: 'function', name: 'Countersign-contain' },
        },
        {
          name: 'hot',
          url: 'https://sqs.us-east-1.amazonaws.com/123456789012/hot-dead',
          destination: {
            kind: 'queue',
            url: 'https://sqs.us-east-1.amazonaws.com/123456789012/hot',
            arn: 'arn:aws:sqs:us-east-1:123456789012:hot',
          },
        },
      ],
    })
    expect(new URLSearchParams(wire.requests[0]?.body).get('StackName')).toBe('Countersign')
  })

  it.each([
    ['there is none of that name', error('ValidationError', 'Stack with id Nowhere does not exist', 400), 'does not exist'],
    ['the caller may not look', error('AccessDenied', 'not authorized', 403), 'not authorized'],
    ['it is another stack', stackWith({ TableName: 'table-1' }), 'no output ContainFunctionName'],
  ])('is unknown where %s, and the error says so', async (_, answer, words) => {
    const client = cloudFormationClient((await serve(answer)).options)
    await expect(describeStack(client, 'Nowhere')).rejects.toMatchObject({
      code: 'stack.unknown',
      message: expect.stringMatching(new RegExp(`Nowhere.*${words}`)),
    })
  })
})

describe('the caller', () => {
  it('is named by the ARN of its credentials', async () => {
    const Arn = 'arn:aws:sts::123456789012:assumed-role/reviewer/jo'
    const body = `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>${Arn}</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`
    expect(await callerArn(stsClient((await serve(xml(body))).options))).toBe(Arn)
  })

  it('is not made up where STS refuses', async () => {
    const client = stsClient((await serve(error('InvalidClientTokenId', 'The security token is invalid', 403))).options)
    await expect(callerArn(client)).rejects.toThrow('The security token is invalid')
  })
})
