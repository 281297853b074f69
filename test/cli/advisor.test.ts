import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { json, type Loopback, loopback } from '../contract/loopback.ts'
import { drawingsIn } from '../page.ts'
import { countersign, folder, layAccount, lines } from './run-cli.ts'

const MODEL = 'us.anthropic.claude-haiku-4-5-20251001-v1:0'
const data = join(folder, 'advised')
const on = ['--data', data]

let wire: Loopback
let env: Record<string, string>
let answer: unknown
beforeAll(async () => {
  wire = await loopback(() => {
    const content = [
      { toolUse: { toolUseId: 't', name: JSON.parse(wire.requests.at(-1)?.body ?? '{}').toolConfig.toolChoice.tool.name, input: answer } },
    ]
    const usage = { inputTokens: 1000, outputTokens: 100, totalTokens: 1100 }
    return json({ output: { message: { role: 'assistant', content } }, stopReason: 'tool_use', usage, metrics: { latencyMs: 1 } })
  })
  env = {
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME: wire.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'none',
  }
  await layAccount(data)
  incidents = lines((await countersign(['incidents', '--json', ...on])).out)
})
afterAll(() => wire.close())

/** The incidents as the story leaves them. */
let incidents: { readonly id: string; readonly state: string; readonly identity: { readonly name: string } }[]
/** The first of a state; of those that are contained that of the key of CI. */
const idOf = (state: string) =>
  incidents.find((one) => one.state === state && (state !== 'contained' || one.identity.name === 'ci-deploy'))?.id ?? ''

describe('explain', () => {
  it('says in sentences that cite facts what happened, and that a template said it', async () => {
    const { code, out } = await countersign(['explain', idOf('contained'), ...on])
    expect(code).toBe(0)
    expect(out).toContain('explained by a template, no model is configured')
    for (const word of ['What happened', 'Why this was done', 'Respond RS.MI-01', 'Rotate the key', 'Facts']) expect(out).toContain(word)
    const cited = new Set([...out.matchAll(/\[([A-Z0-9 ]+)\]$/gm)].flatMap(([, ids]) => ids?.split(' ') ?? []))
    const facts = new Set([...out.slice(out.indexOf('Facts')).matchAll(/^ {2}([A-Z]\d*) /gm)].map(([, id]) => id))
    expect(cited.size).toBeGreaterThan(5)
    expect([...cited].filter((id) => !facts.has(id))).toEqual([])
  })

  it('says in one line that there are no credentials for the model that is named', async () => {
    const bare = { AWS_PROFILE: '', AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_EC2_METADATA_DISABLED: 'true', HOME: folder }
    const { code, out, err } = await countersign(['explain', idOf('contained'), '--model', MODEL, '--region', 'us-east-1', ...on], '', bare)
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(/^countersign: no AWS credentials are found: sign in .*\[usage\]\n$/)
  })

  it('takes a model’s word where it rests on facts, and the template’s where it does not', async () => {
    const id = idOf('contained')
    answer = {
      summary: [{ text: 'A build key was stolen.', evidence: ['I'] }],
      why: [{ text: 'It looked around from a new country.', evidence: ['F1'] }],
      response: [{ outcome: 'RS.MI-01', text: 'It is off.', evidence: ['D'] }],
      rotation: [],
    }
    const told = await countersign(['explain', id, '--model', MODEL, ...on], '', env)
    expect(told.out).toContain(`explained by ${MODEL}`)
    expect(told.out).toContain('A build key was stolen. [I]')
    answer = { ...(answer as object), summary: [{ text: 'x', evidence: ['F99'] }] }
    expect((await countersign(['explain', id, '--model', MODEL, ...on], '', env)).out).toContain(
      'the model gave no usable answer (invented)',
    )
  })
})

describe('eval with an advisor', () => {
  const file = join(folder, 'advised.ndjson')
  beforeAll(() => {
    const record = (minute: number, eventName: string) => ({
      eventVersion: '1.11',
      eventTime: new Date(Date.UTC(2026, 0, 1, 12, minute)).toISOString(),
      eventSource: 'iam.amazonaws.com',
      eventName,
      awsRegion: 'us-east-1',
      sourceIPAddress: '198.51.100.7',
      userAgent: 'aws-cli/2.15.0',
      userIdentity: {
        type: 'IAMUser',
        arn: 'arn:aws:iam::123456789012:user/ci',
        accountId: '123456789012',
        userName: 'ci',
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      },
      requestParameters: { userName: 'x' },
    })
    const rows = ['CreateUser', 'ListUsers'].map((name, at) => ({
      id: `r${at}`,
      case: 'one',
      label: 'malicious',
      source: 'made-up',
      event: record(at, name),
    }))
    writeFileSync(file, rows.map((row) => JSON.stringify(row)).join('\n'))
    answer = {
      likelihood: 90,
      verdict: 'compromised',
      reasons: [{ text: 'x', evidence: ['F1'] }],
      techniques: [],
      narrative: 'x',
      nextSteps: [],
    }
  })

  it('says what Bedrock adds to the score, how long it takes and what it costs', async () => {
    answer = {
      likelihood: 90,
      verdict: 'compromised',
      reasons: [{ text: 'x', evidence: ['F1'] }],
      techniques: [],
      narrative: 'x',
      nextSteps: [],
    }
    const { code, out } = await countersign(['eval', file, '--advisor', 'bedrock', '--model', MODEL, '--json'], '', env)
    expect(code).toBe(0)
    const { sources, advised } = JSON.parse(out)
    expect(Object.keys(sources)).toEqual(['made-up'])
    expect(Object.keys(advised.sources)).toEqual(['made-up'])
    // 1,000 tokens at 1 USD and 100 at 5 USD a million make 0.0015 USD for a question, one in two events.
    expect(advised.questions).toMatchObject({
      model: MODEL,
      events: 2,
      asked: 1,
      answered: 1,
      inputTokens: 1000,
      outputTokens: 100,
      pricesAsOf: '2025-11-01',
    })
    expect(advised.questions.costPerThousandEvents).toBeCloseTo(0.75)
    expect(advised.questions.p50).toBeGreaterThan(0)
  })

  it('asks a server on this machine by --endpoint, without a region, and sends it nothing of the credentials that are set', async () => {
    const secrets = {
      AWS_REGION: '',
      AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'none',
      AWS_SESSION_TOKEN: 'token-of-a-person',
      AWS_BEARER_TOKEN_BEDROCK: 'key-of-bedrock',
      HOME: folder,
    }
    const asked = wire.requests.length
    const options = ['--advisor', 'bedrock', '--model', 'local-model', '--endpoint', wire.url, '--json']
    const { code, out, err } = await countersign(['eval', file, ...options], '', secrets)
    expect([code, err]).toEqual([0, ''])
    expect(JSON.parse(out).advised.questions).toMatchObject({ model: 'local-model', asked: 1, answered: 1 })
    const sent = wire.requests.slice(asked)
    expect(sent.map(({ path }) => path)).toEqual(['/model/local-model/converse'])
    expect(sent[0]?.headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=local\//)
    for (const secret of ['token-of-a-person', 'key-of-bedrock', 'Bearer']) expect(JSON.stringify(sent)).not.toContain(secret)
  })

  it('refuses an endpoint that is no address to send evidence to, and one without a model of it', async () => {
    const withEndpoint = (endpoint: string) =>
      countersign(['eval', file, '--advisor', 'bedrock', '--model', 'local-model', '--endpoint', endpoint])
    const { code, err } = await withEndpoint('http://user:secret@models.example.com')
    expect(code).toBe(2)
    expect(err).toContain('--endpoint must be an https address, or http://127.0.0.1 or http://localhost')
    expect(err).toContain('got "http://…@models.example.com" [usage]')
    expect(err).not.toContain('secret')
    const unused = await countersign(['eval', file, '--endpoint', wire.url])
    expect([unused.code, unused.err]).toEqual([2, expect.stringContaining('--endpoint needs --advisor bedrock')])
    const unexplained = await countersign(['explain', idOf('contained'), '--endpoint', wire.url, ...on])
    expect([unexplained.code, unexplained.err]).toEqual([2, expect.stringContaining('--endpoint needs --model')])
  })

  it('measures the offline one without an account, and wants the name of a model for Bedrock', async () => {
    const offline = await countersign(['eval', file, '--advisor', 'offline'])
    expect(offline.out).toContain('With the advisor')
    expect(offline.out).toMatch(/Advisor offline: 1 question in 2 events, 1 answered/)
    const nameless = await countersign(['eval', file, '--advisor', 'bedrock'])
    expect(nameless.code).toBe(2)
    expect(nameless.err).toContain('--advisor bedrock needs --model')
  })
})

describe('drift', () => {
  it('says that there is nothing to learn from where no person said anything', async () => {
    const log = join(folder, 'quiet.json')
    writeFileSync(log, JSON.stringify({ Records: [] }))
    const quiet = join(folder, 'quiet')
    await countersign(['replay', log, '--data', quiet])
    expect((await countersign(['drift', '--data', quiet])).out).toContain('No verdict of a person yet')
  })

  it('says how verdicts agree, with a page of plots', async () => {
    expect((await countersign(['drift', ...on])).out).toContain('3 verdicts, 0 compromised')
    await countersign(['confirm', idOf('contained'), '--reason', 'it was stolen', '--yes', ...on])
    await countersign(['release', idOf('watching'), '--reason', 'it was Anna', '--yes', ...on])
    const page = join(folder, 'drift.html')
    const { out } = await countersign(['drift', '--out', page, ...on])
    expect(out).toContain('5 verdicts, 1 compromised')
    expect(out).toMatch(/ {2}discovery-burst +1 +100 %/)
    expect(out).toContain('Proposals\n  none')
    expect(existsSync(page)).toBe(true)
    const html = readFileSync(page, 'utf8')
    expect(html.match(/<picture>/g)).toHaveLength(3)
    expect(drawingsIn(html)[0]).toContain('predicted')
    expect(html).not.toContain('<script')
    expect(JSON.parse((await countersign(['drift', '--json', ...on])).out)).toMatchObject({ verdicts: 5, compromised: 1, proposals: [] })
    const accepted = await countersign(['drift', 'accept', 'ask-loosen', '--reason', 'x', '--yes', ...on])
    expect(accepted.err).toContain('there are no proposals now')
  })
})
