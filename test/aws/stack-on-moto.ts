import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateRoleCommand, type IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import {
  CreateBucketCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectLockConfigurationCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { CreateTopicCommand, type SNSClient } from '@aws-sdk/client-sns'
import { CreateQueueCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts'
import { App } from 'aws-cdk-lib'
import { CountersignStack } from '../../infra/countersign-stack.ts'
import { geoDatabases } from '../../local/geo-databases.ts'
import { readStackConfig } from '../../shared/config.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'

export const ACCOUNT = '123456789012'
export const REGION = 'us-east-1'

export interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

type Json = Readonly<Record<string, unknown>>

/** A function as it would run on AWS: its bundle, its environment and the rights of its role. */
export interface DeployedFunction {
  /** A session of its role. */
  readonly keys: Keys
  invoke(payload: unknown): Promise<{ answer: unknown; log: string }>
}

export interface Resources {
  readonly [logicalId: string]: { readonly Type: string; readonly Properties: Json }
}

/** The stack as synthesised, with its bundles. The policy contains, so that there is something to see. */
export async function synthesise(
  policy: unknown,
  settings: unknown = {},
): Promise<{
  resources: Resources
  assets: string
  outputs: Readonly<Record<string, { Value: unknown }>>
}> {
  const outdir = mkdtempSync(join(tmpdir(), 'countersign-synth-'))
  const app = new App({ outdir })
  new CountersignStack(app, 'Countersign', {
    config: readStackConfig(settings),
    policy: parsePolicy(policy),
    geoIp: await geoDatabases(),
    env: { account: ACCOUNT, region: REGION },
  })
  app.synth()
  const template = JSON.parse(readFileSync(join(outdir, 'Countersign.template.json'), 'utf8'))
  return { resources: template.Resources, assets: outdir, outputs: template.Outputs }
}

/** Finds a resource by its type and the start of its logical id. */
export function resourceOf(resources: Resources, type: string, prefix: string): string {
  const found = Object.keys(resources).find((id) => id.startsWith(prefix) && resources[id]?.Type === type)
  if (found === undefined) throw new Error(`the template has no ${type} whose id starts with ${prefix}`)
  return found
}

/** Answers what CloudFormation would put in place of a template's references. An unknown reference is an error. */
export function resolver(values: ReadonlyMap<string, string>): (value: unknown) => unknown {
  const known = (key: string) => {
    const value = values.get(key)
    if (value === undefined) throw new Error(`nothing stands for ${key} in this test`)
    return value
  }
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve)
    if (typeof value !== 'object' || value === null) return value
    const {
      Ref,
      'Fn::GetAtt': att,
      'Fn::Join': join,
      'Fn::Sub': sub,
    } = value as { Ref?: string; 'Fn::GetAtt'?: string[]; 'Fn::Join'?: [string, unknown[]]; 'Fn::Sub'?: string }
    if (Ref !== undefined) return known(Ref)
    if (att !== undefined) return known(att.join('.'))
    if (join !== undefined) return join[1].map(resolve).join(join[0])
    if (sub !== undefined) return sub.replace(/\$\{([\w:]+)\}/g, (_, name: string) => known(name))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item)]))
  }
  return resolve
}

/** Makes the role of a function in moto and takes a session of it. */
export async function roleSession(
  name: string,
  statements: readonly Json[],
  { iam, sts, admin }: { iam: IAMClient; sts: STSClient; admin: string },
): Promise<Keys> {
  const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: admin }, Action: 'sts:AssumeRole' }] }
  await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) }))
  // moto asks for most actions on the resource "*", so an Allow on an ARN would never match; a Deny stays as it is.
  const allowed = statements.map((statement) => (statement.Effect === 'Allow' ? { ...statement, Resource: '*' } : statement))
  // AWS lets whoever may do it to a message do it to a batch of them; moto takes the batch for an action of its own.
  const onMoto = allowed.map((statement) => ({
    ...statement,
    Action: [statement.Action]
      .flat()
      .flatMap((action) => (/^sqs:(Send|Change)/.test(String(action)) ? [action, `${action}Batch`] : [action])),
  }))
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: name,
      PolicyName: 'rights',
      PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: onMoto }),
    }),
  )
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${ACCOUNT}:role/${name}`, RoleSessionName: 'lambda' }),
  )
  if (Credentials?.AccessKeyId === undefined || Credentials.SecretAccessKey === undefined || Credentials.SessionToken === undefined)
    throw new Error(`no session of ${name}`)
  return { accessKeyId: Credentials.AccessKeyId, secretAccessKey: Credentials.SecretAccessKey, sessionToken: Credentials.SessionToken }
}

/** Runs a bundle in a process of its own, as Lambda would, with the rights of its role. */
export function deployed(bundle: string, environment: Readonly<Record<string, string>>, keys: Keys): DeployedFunction {
  return {
    keys,
    invoke: (payload) =>
      new Promise((done, fail) => {
        const child = spawn(process.execPath, [join(import.meta.dirname, 'invoke.mjs'), bundle], {
          env: {
            PATH: process.env.PATH,
            ...environment,
            AWS_REGION: REGION,
            AWS_ACCESS_KEY_ID: keys.accessKeyId,
            AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
            AWS_SESSION_TOKEN: keys.sessionToken,
          },
        })
        let out = ''
        child.stdout.on('data', (chunk: Buffer) => {
          out += chunk.toString()
        })
        child.stderr.on('data', (chunk: Buffer) => {
          out += chunk.toString()
        })
        child.on('error', fail)
        child.on('close', (code) => {
          const answer = out.match(/^ANSWER (.*)$/m)?.[1]
          if (code === 0 && answer !== undefined) done({ answer: JSON.parse(answer), log: out })
          else fail(new Error(`${bundle} ended with exit code ${code}:\n${out}`))
        })
        child.stdin.end(JSON.stringify(payload))
      }),
  }
}

/** Stands in for Lambda's Invoke alone: moto runs functions in Docker only. Keeps what was invoked. */
export async function startLambdaFront(): Promise<{ url: string; invoked: { name: string; payload: unknown }[]; server: Server }> {
  const invoked: { name: string; payload: unknown }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString()
    })
    request.on('end', () => {
      const name = decodeURIComponent(request.url?.match(/\/functions\/([^/]+)\/invocations/)?.[1] ?? '')
      invoked.push({ name, payload: JSON.parse(body) })
      response.writeHead(202, { 'x-amzn-requestid': crypto.randomUUID() }).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, invoked, server }
}

/** XML, and a status where it is an error. */
interface FrontAnswer {
  readonly status?: number
  readonly xml: string
}

/** A server before moto. It answers itself where `answer` has XML for a request; all else goes to moto as it came, so that moto judges the caller's rights. */
async function startFront(
  moto: string,
  answer: (url: URL, body: string) => Promise<FrontAnswer | undefined>,
): Promise<{ url: string; server: Server }> {
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', async () => {
      const body = Buffer.concat(chunks)
      const own = await answer(new URL(incoming.url ?? '/', moto), body.toString()).catch((cause: unknown) => ({
        status: 500,
        xml: String(cause),
      }))
      if (own !== undefined) return outgoing.writeHead(own.status ?? 200, { 'content-type': 'text/xml' }).end(own.xml)
      const { hostname, port } = new URL(moto)
      // The host stays the one that was signed.
      const forward = request({ hostname, port, path: incoming.url, method: incoming.method, headers: incoming.headers }, (forwarded) => {
        outgoing.writeHead(forwarded.statusCode ?? 502, forwarded.headers)
        forwarded.pipe(outgoing)
      })
      forward.on('error', () => outgoing.writeHead(502).end())
      forward.end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

/** Stands before moto's IAM and answers what moto does not know: service-specific credentials, of which there are none. Keeps the calls. */
export async function startIamFront(moto: string): Promise<{ url: string; calls: string[]; server: Server }> {
  const calls: string[] = []
  const front = await startFront(moto, async (_, body) => {
    const action = new URLSearchParams(body).get('Action') ?? ''
    calls.push(`iam:${action}`)
    if (action !== 'ListServiceSpecificCredentials') return undefined
    const inner = '<ServiceSpecificCredentials></ServiceSpecificCredentials><IsTruncated>false</IsTruncated>'
    return { xml: `<${action}Response><${action}Result>${inner}</${action}Result></${action}Response>` }
  })
  return { ...front, calls }
}

/**
 * Stands before moto's S3 for a function whose client is `own`: moto refuses the signature of a prefix with a slash, so the versions of an object are asked
 * for without one, with the same keys.
 */
export function startS3Front(moto: string, own: () => S3Client): Promise<{ url: string; server: Server }> {
  return startFront(moto, async ({ pathname, searchParams }) => {
    if (!searchParams.has('versions')) return undefined
    const [prefix = ''] = (searchParams.get('prefix') ?? '').split('/')
    const { Versions = [] } = await own().send(new ListObjectVersionsCommand({ Bucket: pathname.split('/')[1], Prefix: prefix }))
    const all = Versions.map(({ Key, VersionId }) => `<Version><Key>${Key}</Key><VersionId>${VersionId}</VersionId></Version>`)
    return { xml: `<ListVersionsResult><IsTruncated>false</IsTruncated>${all.join('')}</ListVersionsResult>` }
  })
}

/**
 * Stands before moto's STS, which gives a session of a role that is not there: such a role is refused as AWS refuses it. `exists` says whether the account of an ARN has
 * the role. Keeps the ARNs that were asked for.
 */
export async function startStsFront(
  moto: string,
  exists: (roleArn: string) => Promise<boolean>,
): Promise<{ url: string; asked: string[]; server: Server }> {
  const asked: string[] = []
  const front = await startFront(moto, async (_, body) => {
    const words = new URLSearchParams(body)
    const roleArn = words.get('RoleArn') ?? ''
    if (words.get('Action') !== 'AssumeRole') return undefined
    asked.push(roleArn)
    if (await exists(roleArn)) return undefined
    const message = `the caller is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`
    return {
      status: 403,
      xml: `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>${message}</Message></Error></ErrorResponse>`,
    }
  })
  return { ...front, asked }
}

export async function topicAndQueues(
  sns: SNSClient,
  sqs: SQSClient,
): Promise<{ topicArn: string; queueUrl: string; hotUrl: string; reverifyUrl: string }> {
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'notices' }))
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'bootstrap' }))
  const { QueueUrl: hotUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'hot' }))
  const { QueueUrl: reverifyUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'reverify' }))
  if (TopicArn === undefined || QueueUrl === undefined || hotUrl === undefined || reverifyUrl === undefined)
    throw new Error('moto made no topic or no queue')
  return { topicArn: TopicArn, queueUrl: QueueUrl, hotUrl, reverifyUrl }
}

/** A bucket as the stack makes it for seals: versioned, each object locked for a day. */
export async function sealBucket(s3: S3Client, name: string): Promise<void> {
  await s3.send(new CreateBucketCommand({ Bucket: name, ObjectLockEnabledForBucket: true }))
  await s3.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration: { Status: 'Enabled' } }))
  const ObjectLockConfiguration = {
    ObjectLockEnabled: 'Enabled',
    Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 1 } },
  } as const
  await s3.send(new PutObjectLockConfigurationCommand({ Bucket: name, ObjectLockConfiguration }))
}
