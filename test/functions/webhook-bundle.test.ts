import { Console } from 'node:console'
import { generateKeyPairSync } from 'node:crypto'
import { Writable } from 'node:stream'
import { ScanCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { REPORT_PARTIES, type ReportParty } from '../../shared/domain/report-party.ts'
import { type EmbeddedTable, embeddedTable } from '../contract/embedded-table.ts'
import { json, type Loopback, loopback, PUBLISHED } from '../contract/loopback.ts'
import { ALERT, BODIES, KEY_ID, PARTY_SECRETS, type PartyRequest, SECRET_KEY, secretArnOf, signedReport } from '../reports.ts'
import { bundledHandler, type Handler } from './bundled-handler.ts'
import { httpApi } from './http-api.ts'

const NOW = Date.parse('2026-03-02T12:00:00.000Z')
const TOKEN = 'ghs_token-of-tests-that-is-no-token'

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
})

let table: EmbeddedTable
let aws: Loopback
let github: Loopback
let api: Awaited<ReturnType<typeof httpApi>>
let fetchAlert: Handler
const started: Promise<unknown>[] = []
/** Everything that the functions printed. */
let printed = ''
/** What GitHub answers for an alert. */
let alert: { status: number; body: object } = { status: 200, body: {} }

const context = (functionName: string) => ({
  functionName,
  functionVersion: '1',
  invokedFunctionArn: `arn:aws:lambda:us-east-1:123456789012:function:${functionName}`,
  awsRequestId: 'r-1',
  memoryLimitInMB: '512',
  getRemainingTimeInMillis: () => 60_000,
})

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW })
  const sink = new Writable({
    write(chunk, _, done) {
      printed += String(chunk)
      done()
    },
  })
  // The logger prints by a console of its own, which is made of these two streams.
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => sink.write(chunk))
  vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => sink.write(chunk))
  for (const name of ['log', 'info', 'warn', 'error', 'debug'] as const) vi.spyOn(console, name).mockImplementation(new Console(sink)[name])
  table = await embeddedTable()
  github = await loopback(({ path }) =>
    path.startsWith('/app/installations/7/')
      ? {
          status: 201,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ token: TOKEN, expires_at: '2026-03-02T13:00:00Z', permissions: {}, repository_selection: 'selected' }),
        }
      : { status: alert.status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(alert.body) },
  )
  aws = await loopback(({ path, headers, body }) => {
    if (path.includes('/functions/fetch-alert/')) {
      started.push(fetchAlert(JSON.parse(body), context('fetch-alert')))
      return { status: 202 }
    }
    switch (String(headers['x-amz-target']).split('.').at(-1)) {
      case 'PutEvents':
        return json({ FailedEntryCount: 0, Entries: [] })
      case 'GetSecretValue':
        return json({ SecretString: secretOf(JSON.parse(body).SecretId) })
    }
    return PUBLISHED
  })
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'none',
    AWS_ENDPOINT_URL: aws.url,
    AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
    TABLE_NAME: table.table.name,
    REPORT_BUS_NAME: 'Countersign-reports',
    REPORT_SECRETS: REPORT_PARTIES.map((party) => `${party}=${secretArnOf(party)}`).join(','),
    FETCH_ALERT_FUNCTION_NAME: 'fetch-alert',
    GITHUB_APP_SECRET_ARN: secretArnOf('github-app'),
    GITHUB_API_URL: github.url,
    STACK_NAME: 'Countersign',
    NOTIFY_TOPIC_ARN: 'arn:aws:sns:us-east-1:123456789012:notices',
    POWERTOOLS_LOG_LEVEL: 'DEBUG',
    POWERTOOLS_METRICS_DISABLED: 'true',
    _X_AMZN_TRACE_ID: 'Root=1-0-0',
  })
  fetchAlert = await bundledHandler('FetchAlert')
  const webhook = await bundledHandler('Webhook')
  api = await httpApi((event) => webhook(event, context('webhook')))
}, 180_000)
afterAll(async () => {
  await Promise.all([api.close(), aws.close(), github.close(), table.close()])
  vi.restoreAllMocks()
  vi.useRealTimers()
})
afterEach(() => Promise.allSettled(started.splice(0)))

function secretOf(arn: string): string {
  const party = REPORT_PARTIES.find((one) => secretArnOf(one) === arn)
  // As lines for some, and as a list for the others.
  if (party !== undefined) return party < 'h' ? PARTY_SECRETS[party].join('\n') : JSON.stringify(PARTY_SECRETS[party])
  return JSON.stringify({ appId: 12, installationId: 7, privateKey })
}

async function send(party: string, { body, headers }: PartyRequest, contentType = 'application/json') {
  const answer = await fetch(`${api.url}/reports/${party}`, {
    method: 'POST',
    body: body as Uint8Array<ArrayBuffer>,
    headers: { ...headers, 'content-type': contentType },
  })
  return { status: answer.status, text: await answer.text() }
}

const targetOf = ({ headers }: Loopback['requests'][number]) => String(headers['x-amz-target']).split('.').at(-1)
const events = () =>
  aws.requests
    .filter((request) => targetOf(request) === 'PutEvents')
    .flatMap(({ body }) => JSON.parse(body).Entries as { EventBusName: string; Source: string; DetailType: string; Detail: string }[])
const notices = () => aws.requests.flatMap(({ body }) => new URLSearchParams(body).get('Message') ?? [])
const settle = () => Promise.all(started.splice(0))

/** All that left the functions: what AWS was asked, what lies in the table, and what was printed. GitHub alone knows the secret of its alert. */
async function everything(): Promise<string> {
  const { Items } = await table.table.client.send(new ScanCommand({ TableName: table.table.name }))
  return JSON.stringify([aws.requests, Items, printed])
}

describe('reports over HTTP to the bundles', () => {
  it('become events on the bus for reports, from every party and with either secret, as text and as base64', async () => {
    for (const party of REPORT_PARTIES.filter((one) => one !== 'github'))
      for (const [at, secret] of PARTY_SECRETS[party].entries()) {
        const before = events().length
        const report = await signedReport(party, { at: NOW - at * 1000, secret })
        const contentType = at === 0 ? 'application/json' : 'text/plain; charset=utf-8'
        expect(await send(party, report, contentType), party).toEqual({ status: 200, text: '' })
        const [event] = events().slice(before)
        expect(event, party).toMatchObject({ EventBusName: 'Countersign-reports', Source: 'countersign.reports' })
        expect([event?.DetailType, JSON.parse(event?.Detail ?? '{}').source], party).toEqual([
          party === 'falco' ? 'Runtime Alert' : 'Credential Exposure',
          party,
        ])
      }
  })

  it('of GitHub become an event once the App has read which key it is, with a token for that repository and that right alone', async () => {
    alert = {
      status: 200,
      body: {
        number: 42,
        secret: `${KEY_ID}\n${SECRET_KEY}`,
        secret_type: 'aws_access_key_id',
        validity: 'unknown',
        html_url: ALERT.alert.html_url,
        created_at: '2026-03-01T00:00:00Z',
      },
    }
    const before = events().length
    expect(await send('github', await signedReport('github', { at: NOW }))).toEqual({ status: 200, text: '' })
    await settle()
    expect(
      events()
        .slice(before)
        .map(({ Detail }) => JSON.parse(Detail)),
    ).toEqual([
      {
        version: 1,
        id: `github:acme/api:42:${KEY_ID}`,
        source: 'github',
        credentialId: KEY_ID,
        grade: 'with-secret',
        place: 'acme/api: secret scanning alert 42',
        url: 'https://github.com/acme/api/security/secret-scanning/42',
        seenAt: Date.parse('2026-03-01T00:00:00Z'),
      },
    ])
    const [token, read] = github.requests.slice(-2)
    expect(JSON.parse(token?.body ?? '{}')).toEqual({ repositories: ['api'], permissions: { secret_scanning_alerts: 'read' } })
    expect([read?.method, read?.path, read?.headers.authorization]).toEqual([
      'GET',
      '/repos/acme/api/secret-scanning/alerts/42',
      `token ${TOKEN}`,
    ])
    const invoked = aws.requests.filter(({ path }) => path.includes('/functions/fetch-alert/'))
    expect(invoked.map(({ body }) => JSON.parse(body))).toEqual([{ repository: 'acme/api', number: 42, isPublic: false }])
  })

  it.each([
    ['verified', 'GitHub tried it', { validity: 'active' }, ALERT],
    ['with-secret', 'it was found in public', { publicly_leaked: true }, ALERT],
    ['with-secret', 'everybody can read the repository', {}, { ...ALERT, repository: { full_name: 'acme/site', private: false } }],
    [
      'with-secret',
      'anybody wrote it in public, and it does not work',
      { validity: 'inactive', publicly_leaked: true },
      { ...ALERT, action: 'publicly_leaked', repository: { full_name: 'acme/docs', private: false, visibility: 'public' } },
    ],
  ])('of GitHub are %s where %s', async (grade, _, says, body) => {
    alert = { status: 200, body: { secret: KEY_ID, secret_type: 'aws_access_key_id', ...says } }
    const before = events().length
    const at = NOW + before
    await send('github', await signedReport('github', { at, body: { ...body, note: JSON.stringify(says) } }))
    await settle()
    expect(
      events()
        .slice(before)
        .map(({ Detail }) => JSON.parse(Detail).grade),
    ).toEqual([grade])
  })

  it('of GitHub are told to people where the alert names no key', async () => {
    alert = { status: 200, body: { secret: SECRET_KEY, secret_type: 'aws_access_key_id', html_url: ALERT.alert.html_url } }
    const [before, told] = [events().length, notices().length]
    await send('github', await signedReport('github', { at: NOW, body: { ...ALERT, action: 'validated' } }))
    await settle()
    expect([events().length - before, notices().slice(told)]).toEqual([0, [expect.stringContaining(`Look: ${ALERT.alert.html_url}`)]])
  })

  it.each([401, 403, 404, 422, 500, 302])(
    'of GitHub fail where GitHub answers %i, so that Lambda tries again, and say nothing of the answer',
    async (status) => {
      alert = { status, body: { message: `no: ${SECRET_KEY}`, secret: SECRET_KEY } }
      const reference = { repository: 'acme/api', number: 42, isPublic: false }
      const failed = await fetchAlert(reference, context('fetch-alert')).then(
        () => undefined,
        (cause: Error) => cause,
      )
      expect(failed?.message).toMatch(/^GitHub did not answer with alert 42: (\d{3}|[A-Za-z]+Error); docs\/signals\.md says/)
      // As Lambda logs it: every member of the error.
      expect(JSON.stringify([failed?.stack, Object.entries(failed ?? {}), failed?.cause])).not.toContain(SECRET_KEY)
    },
  )

  it('are refused by fetch-alert where they say more than which alert', async () => {
    const asked = github.requests.length
    for (const payload of [
      {},
      { repository: 'acme/api', number: 42 },
      { repository: 'acme/..', number: 42, isPublic: false },
      { repository: 'acme/api', number: 42, isPublic: false, more: 1 },
    ])
      await expect(fetchAlert(payload, context('fetch-alert'))).rejects.toThrow()
    expect(github.requests.length).toBe(asked)
  })

  it('do nothing more where they are sent again, at once or one after the other', async () => {
    const before = events().length
    const report = await signedReport('jira', { at: NOW - 60_000 })
    const answers = await Promise.all(Array.from({ length: 8 }, () => send('jira', report)))
    for (let at = 0; at < 4; at++) answers.push(await send('jira', report))
    // Who meets one that is being handed on is told to come again.
    expect(answers.map(({ status }) => status).filter((status) => status !== 200 && status !== 503)).toEqual([])
    expect(answers.slice(-4).map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(events().length - before).toBe(1)
  })

  it('are refused without a word where they are forged, stale or too large', async () => {
    const before = events().length
    const wrong: [ReportParty, PartyRequest, number][] = []
    for (const party of REPORT_PARTIES) {
      const right = await signedReport(party, { at: NOW })
      wrong.push([party, { ...right, headers: {} }, 401])
      wrong.push([party, await signedReport(party, { at: NOW, secret: `${PARTY_SECRETS[party][0].slice(0, -5)}AAAA=` }), 401])
      wrong.push([party, { ...right, body: Buffer.alloc(2 ** 20 + 1, 0x20) }, 413])
      wrong.push([party, { ...right, body: Buffer.from([0xff, 0xfe]) }, 400])
    }
    for (const party of ['gitlab', 'gitguardian', 'linear', 'webhook'] as const)
      wrong.push([party, await signedReport(party, { at: NOW - 301_000 }), 401])
    for (const [party, request, status] of wrong) expect(await send(party, request), party).toEqual({ status, text: '' })
    for (const party of ['nobody', 'GITHUB', 'github/x', '..%2fgithub'])
      expect(await send(party, await signedReport('github', { at: NOW })), party).toEqual({ status: 404, text: '' })
    expect(events().length).toBe(before)
  })

  it('left no secret of what they reported, of a party or of the App: in no request to AWS, in no item of the table, in no line of a log', async () => {
    const all = await everything()
    expect([events().length > 10, printed.includes('webhook.taken'), all.includes(KEY_ID)]).toEqual([true, true, true])
    for (const body of [BODIES.jira(NOW), BODIES.falco(NOW)]) expect(JSON.stringify(body)).toContain(SECRET_KEY)
    for (const secret of [SECRET_KEY, TOKEN, ...Object.values(PARTY_SECRETS).flat(), privateKey.split('\n')[1] ?? '-'])
      expect(all.includes(secret), secret.slice(0, 6)).toBe(false)
    expect(printed).not.toContain(KEY_ID)
  })
})
