import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Context } from 'aws-lambda'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ExposureReport } from '../../shared/domain/exposure-report.ts'
import { sift } from '../../shared/sense/intake/sift.ts'
import { countersign, folder } from '../cli/run-cli.ts'
import { json, type Loopback, loopback } from '../contract/loopback.ts'
import { leakSearch } from '../leak-search.ts'
import { bedrockKeys, type LeakedKey, leakedKeys, WRITTEN } from '../leaked-keys.ts'
import { logEvent, subscribed } from '../log-events.ts'
import { gitleaksFinding, gitleaksSarif, truffleHogLine } from '../scanner-output.ts'

/** How many keys are leaked; more by the environment. */
const COUNT = Number(process.env.LEAKED_KEYS ?? 200)

/** The keys of this run. A run that fails prints the seed, and FC_SEED repeats it. */
const SEED = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31)
const keys = fc.sample(leakedKeys, { numRuns: COUNT, seed: SEED })
const bedrock = fc.sample(bedrockKeys, { numRuns: Math.ceil(COUNT / 10), seed: SEED })
const ways = Object.values(WRITTEN)
const wayOf = (at: number) => ways[at % ways.length] as (key: LeakedKey) => string

const search = leakSearch([...keys, ...bedrock])
const ids = new Set(keys.map(({ id }) => id))
const names = new Set(bedrock.map(({ id }) => id))

/** EventBridge, CloudFormation and STS. What they were sent is kept whole. */
let aws: Loopback
/** What the bus took. */
const put: ExposureReport[] = []
/** All that left a function or a command in any other way. */
const said: string[] = []
let isRefusing = false
/** So many requests were searched. */
let read = 0

beforeAll(async () => {
  aws = await loopback(({ headers, body }) => {
    if (String(headers['x-amz-target']).endsWith('PutEvents')) {
      const { Entries } = JSON.parse(body) as { Entries: { Detail: string }[] }
      if (isRefusing) return json({ __type: 'InternalException', message: body }, 400)
      for (const { Detail } of Entries) put.push(ExposureReport.parse(JSON.parse(Detail)))
      return json({ FailedEntryCount: 0, Entries: Entries.map((_, at) => ({ EventId: `e${at}` })) })
    }
    return { headers: { 'content-type': 'text/xml' }, body: body.includes('DescribeStacks') ? STACK : CALLER }
  })
  Object.assign(process.env, environment())
  for (const stream of [process.stdout, process.stderr]) vi.spyOn(stream, 'write').mockImplementation(note)
  for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const) vi.spyOn(console, level).mockImplementation(note)
})
afterAll(async () => {
  vi.restoreAllMocks()
  await aws.close()
})

function note(...words: unknown[]): true {
  said.push(words.map(String).join(' '))
  return true
}

const environment = () => ({
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_ENDPOINT_URL: aws.url,
  STACK_NAME: 'Countersign',
  REPORT_BUS_NAME: 'Countersign-reports',
  POWERTOOLS_LOG_LEVEL: 'DEBUG',
})

const outputs = ['TableName', 'ContainFunctionName', 'ReportBusName', 'TopicArn'].map(
  (key) => `<member><OutputKey>${key}</OutputKey><OutputValue>arn:aws:sns:us-east-1:123456789012:x</OutputValue></member>`,
)
const STACK = `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>Countersign</StackName><CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${outputs.join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`
const CALLER = `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/anna</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`

/** All that left, and the ids that the bus took, since the last time. */
function left(): { leaks: readonly string[]; ids: ReadonlySet<string> } {
  const sent = aws.requests.slice(read).map(({ path, headers, body }) => `${path}\n${JSON.stringify(headers)}\n${body}`)
  read = aws.requests.length
  const texts = [...said.splice(0), ...sent]
  // What a test looks for in nothing is never there.
  expect(texts.length).toBeGreaterThan(0)
  return { leaks: texts.flatMap((text) => search.find(text)), ids: new Set(put.splice(0).map(({ credentialId }) => credentialId)) }
}

describe(`the secrets of ${COUNT} random keys (seed ${SEED})`, () => {
  it('are in what sift is given, and not in what it returns', () => {
    for (const [at, key] of [...keys, ...bedrock].entries()) {
      const text = key.id.startsWith('Bedrock') ? `x ${key.secret}` : wayOf(at)(key)
      const found = sift(text)
      expect(found.map(({ credentialId }) => credentialId)).toEqual([key.id])
      expect(search.find(JSON.stringify(found))).toEqual([])
      if (at % ways.length === 0) expect(search.find(text).length, text).toBeGreaterThan(0)
    }
  })

  it('are neither put, logged nor thrown by the function logs, and all ids are put', async () => {
    const { handler } = await import('../../functions/logs.ts')
    const context = { functionName: 'logs', awsRequestId: 'r', getRemainingTimeInMillis: () => 60_000 } as Context
    const run = async (event: unknown) => {
      try {
        note(JSON.stringify(await handler(event, context)))
      } catch (cause) {
        note((cause as Error).stack, (cause as Error).message, JSON.stringify(cause), String((cause as Error).cause))
      }
    }
    const lines = [...keys.map((key, at) => wayOf(at)(key)), ...bedrock.map(({ secret }) => `Authorization: Bearer ${secret}`)]
    for (let at = 0; at < lines.length; at += 40) await run(logEvent({ lines: lines.slice(at, at + 40) }))
    // A stream may be named for one, an event may be damaged, and the bus may refuse and quote what it was sent.
    for (const [at, { id, secret }] of keys.entries())
      await run(logEvent({ lines: [id], logStream: `${at}/${secret}`, logGroup: '/other' }))
    for (const line of lines.slice(0, 30)) {
      await run(subscribed(line))
      await run(subscribed({ messageType: line, logGroup: line, logEvents: line }))
      await run({ awslogs: { data: Buffer.from(line).toString('base64') } })
      await run({ awslogs: line })
    }
    isRefusing = true
    await run(logEvent({ lines: lines.slice(0, 5), logGroup: '/refused' }))
    isRefusing = false
    // What the function logs is searched, and what it throws.
    for (const event of ['logs.reported', 'input.unreadable', 'InternalException']) expect(said.join('\n')).toContain(event)
    const found = left()
    expect(found.leaks).toEqual([])
    expect(found.ids).toEqual(new Set([...ids, ...names]))
  })

  it('are neither put nor printed by ingest, and all ids are put', async () => {
    const scans = {
      'trufflehog.ndjson': [
        ...keys.map((key) => truffleHogLine(key)),
        ...bedrock.map(({ secret }) => truffleHogLine({ id: secret, secret: '' })),
      ].join('\n'),
      'gitleaks.json': JSON.stringify(keys.map((key) => gitleaksFinding(key, { file: `src/${key.secret}.env` }))),
      'gitleaks.sarif': JSON.stringify(gitleaksSarif(keys)),
      // What is no finding of a scanner is counted, and not quoted.
      'damaged-objects.ndjson': keys.map(({ id, secret }) => JSON.stringify({ note: `${id} ${secret}`, [secret]: id })).join('\n'),
      'damaged.json': `${JSON.stringify(keys.map((key) => gitleaksFinding(key))).slice(0, -30)}\n${keys.map(({ secret }) => secret).join('\n')}`,
    }
    for (const [name, text] of Object.entries(scans)) {
      const file = join(folder, name)
      writeFileSync(file, text)
      for (const words of [['--dry-run'], ['--stack', 'Countersign', '--region', 'us-east-1']]) {
        const { code, out, err } = await countersign(['ingest', file, '--yes', ...words], '', environment())
        expect(code, `${name} ${words[0]}: ${err}`).toBe(name.startsWith('damaged') ? 3 : 0)
        note(out, err)
        if (words[0] === '--stack' && code === 0) {
          const seen = new Set(put.map(({ credentialId }) => credentialId))
          expect(
            [...ids].filter((id) => !seen.has(id)),
            name,
          ).toEqual([])
        }
      }
    }
    const found = left()
    expect(found.leaks).toEqual([])
    expect(found.ids).toEqual(new Set([...ids, ...names]))
  })
})

describe('the search', () => {
  it('finds a secret in each of its forms, in halves, and in what was encoded with it', () => {
    const [key] = keys
    if (key === undefined) throw new Error('no keys')
    const { id, secret } = key
    const { find } = leakSearch([key])
    const forms = [
      secret,
      secret.slice(0, 20),
      secret.slice(20),
      encodeURIComponent(secret),
      Buffer.from(secret).toString('hex'),
      ...['', 'x', 'xy'].map((before) => Buffer.from(`${before}${secret}`).toString('base64')),
    ]
    for (const form of forms) expect(find(`… ${form} …`).length, form).toBeGreaterThan(0)
    expect(
      find(
        `${id} ${secret.slice(0, 11)} ${gunzipSync(Buffer.from((subscribed(id) as { awslogs: { data: string } }).awslogs.data, 'base64'))}`,
      ),
    ).toEqual([])
  })
})
