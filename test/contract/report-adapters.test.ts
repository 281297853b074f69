import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventBridgeClient, secretsClient } from '../../shared/aws/clients.ts'
import { eventBridgeReportBus } from '../../shared/aws/report-bus.ts'
import { appSecret, partySecrets } from '../../shared/aws/report-secrets.ts'
import type { ExposureReport } from '../../shared/domain/exposure-report.ts'
import { KEY_ID } from '../reports.ts'
import { json, type Loopback, loopback } from './loopback.ts'

let wire: Loopback
let secret: string | undefined
beforeAll(async () => {
  wire = await loopback(({ headers, body }) => {
    if (String(headers['x-amz-target']).endsWith('GetSecretValue')) return json({ SecretString: secret })
    const { Entries } = JSON.parse(body) as { Entries: object[] }
    return json({ FailedEntryCount: 0, Entries: Entries.map((_, at) => ({ EventId: `e-${at}` })) })
  })
})
afterAll(() => wire.close())

const reportOf = (at: number): ExposureReport => ({
  version: 1,
  id: `jira:OPS-${at}:${KEY_ID}`,
  source: 'jira',
  credentialId: KEY_ID,
  grade: 'id-only',
  place: `ticket OPS-${at}`,
  seenAt: at,
})

describe('the bus for reports', () => {
  it('gets every report once, ten in a request', async () => {
    const bus = eventBridgeReportBus(eventBridgeClient(wire.options), 'Countersign-reports')
    const before = wire.requests.length
    const reports = Array.from({ length: 23 }, (_, at) => reportOf(at + 1))
    await bus.put(reports)
    const entries = wire.requests.slice(before).map(({ body }) => JSON.parse(body).Entries as { Detail: string }[])
    expect(entries.map(({ length }) => length)).toEqual([10, 10, 3])
    expect(entries.flat().map(({ Detail }) => JSON.parse(Detail))).toEqual(reports)
  })
})

describe('the secrets of a party', () => {
  const clock = { now: () => 0 }
  const read = (text: string | undefined) => {
    secret = text
    return partySecrets(secretsClient(wire.options), 'countersign/jira', clock)()
  }
  const [one, two] = ['the-first-of-two-secrets', 'the one that is to come']

  it.each([
    ['one secret', one, [one]],
    ['a line for each', `${one}\n${two}\n`, [one, two]],
    ['lines of Windows', `\r\n${one}\r\n${two}\r\n`, [one, two]],
    ['a JSON list', JSON.stringify([one, two]), [one, two]],
    ['a secret that is JSON of another kind', '1234567890123456', ['1234567890123456']],
  ])('are %s', async (_, text, secrets) => {
    expect(await read(text)).toEqual(secrets)
  })

  it.each([
    undefined,
    '',
    '\n',
    'short',
    `${one}\nshort`,
    `${one}\n${two}\nthe-third-of-two-secrets`,
    '[]',
    JSON.stringify([one, 1]),
    JSON.stringify([one, two, two]),
  ])('are refused where there is none, one that can be guessed, or more than two, and not quoted: %j', async (text) => {
    const failed = await read(text).then(
      () => undefined,
      (cause: Error) => cause,
    )
    expect(failed?.message).toBe(
      'secret countersign/jira must be one or two secrets of at least 16 characters, a line each or as a JSON list; docs/signals.md shows how to make it',
    )
  })

  it('are asked for again after five minutes, so that a new one is soon in use', async () => {
    let now = 0
    secret = one
    const ask = partySecrets(secretsClient(wire.options), 'countersign/jira', { now: () => now })
    expect(await ask()).toEqual([one])
    secret = `${one}\n${two}`
    now = 299_999
    expect(await ask()).toEqual([one])
    now = 300_000
    expect(await ask()).toEqual([one, two])
  })

  it('of the App are its id, its installation and its key, and an error quotes none of them', async () => {
    const good = { appId: 12, installationId: '7', privateKey: '-----BEGIN RSA PRIVATE KEY-----\nx' }
    const app = (text: string) => {
      secret = text
      return appSecret(secretsClient(wire.options), 'countersign/app', clock)()
    }
    expect(await app(JSON.stringify(good))).toEqual({ ...good, appId: '12', installationId: 7 })
    for (const text of ['', 'x', JSON.stringify({ ...good, privateKey: 'the key itself' }), JSON.stringify({ ...good, more: 1 })])
      await expect(app(text)).rejects.toThrow(
        /^secret countersign\/app must be JSON with appId, installationId and privateKey \(PEM\); docs/,
      )
  })
})
