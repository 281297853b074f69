import { describe, expect, it } from 'vitest'
import { logBatchOf } from '../../functions/log-subscription.ts'
import { ExposureReport, type RuntimeAlert } from '../../shared/domain/exposure-report.ts'
import { CREDENTIAL_LINES, isOwnLogGroup } from '../../shared/domain/log-groups.ts'
import { logReporter } from '../../shared/sense/intake/report-logs.ts'
import { SIFT_LIMIT } from '../../shared/sense/intake/sift.ts'
import { WRITTEN } from '../leaked-keys.ts'
import { LOGGED_AT, type LogLines, logEvent, subscribed } from '../log-events.ts'

const KEY = { id: 'AKIARZPUZDIKLIJVPG67', secret: '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' }
const NOW = LOGGED_AT + 5_000
const DAY = 24 * 3600_000
const unique = (at: number) => `AKIARZPUZDIKLIJ${10_000 + at}`

/** A reporter over a bus that keeps what was put, and fails as often as it is told. */
function world({ failures = 0 } = {}) {
  const put: ExposureReport[] = []
  const logged: { event: string; fields: unknown }[] = []
  const note = (event: string, fields: unknown) => void logged.push({ event, fields })
  const report = logReporter({
    bus: {
      async put(reports: readonly (ExposureReport | RuntimeAlert)[]) {
        if (failures-- > 0) throw new Error('throttled')
        put.push(...reports.map((one) => ExposureReport.parse(one)))
      },
    },
    clock: { now: () => NOW },
    log: { info: note, warn: note },
    isOwn: (name) => isOwnLogGroup(name, 'Countersign'),
  })
  return {
    put,
    logged,
    async take(about: LogLines) {
      const batch = logBatchOf(logEvent(about))
      if (batch !== undefined) await report(batch)
    },
  }
}

describe('the lines of a log group', () => {
  it('are reported by the id of the credential, its grade, the group and the stream, and not by what they say', async () => {
    const { put, take, logged } = world()
    await take({ lines: [`denied ${KEY.id}`, `env: ${KEY.id} ${KEY.secret}`, 'nothing'] })
    const place = 'log group /ecs/shop, stream web/1'
    const about = { version: 1, source: 'logs', credentialId: KEY.id, place, id: expect.stringMatching(/^logs:[0-9a-f]{32}$/) }
    // What tells more comes first.
    expect(put).toEqual([
      { ...about, grade: 'with-secret', seenAt: LOGGED_AT + 1 },
      { ...about, grade: 'id-only', seenAt: LOGGED_AT },
    ])
    expect(JSON.stringify(logged)).not.toContain(KEY.id)
  })

  it('are reported once a day for each group, credential and grade, whoever is asked', async () => {
    const one = world()
    const other = world()
    const lines = Array.from({ length: 1_000 }, () => `denied ${KEY.id}`)
    for (const { take } of [one, other]) for (let times = 0; times < 3; times++) await take({ lines })
    expect(one.put).toHaveLength(1)
    // Another instance gives it the same id.
    expect(other.put.map(({ id }) => id)).toEqual(one.put.map(({ id }) => id))
    await one.take({ lines, logStream: 'web/2' })
    expect(one.put).toHaveLength(1)
    await one.take({ lines, logGroup: '/ecs/other' })
    await one.take({ lines, timestamp: LOGGED_AT - DAY })
    await one.take({ lines: [`denied ${unique(1)}`] })
    await one.take({ lines: [`denied ${KEY.id} ${KEY.secret}`] })
    expect(new Set(one.put.map(({ id }) => id)).size).toBe(5)
    expect(one.put).toHaveLength(5)
  })

  it('are put again where the bus did not take them', async () => {
    const { put, take } = world({ failures: 1 })
    await expect(take({ lines: [KEY.id] })).rejects.toThrow('throttled')
    await take({ lines: [KEY.id] })
    expect(put).toHaveLength(1)
  })

  it('of the responder itself are not read', async () => {
    const { put, take, logged } = world()
    for (const logGroup of ['Countersign-LogsResponderLogs123', '/aws/lambda/Countersign-logs']) await take({ logGroup, lines: [KEY.id] })
    expect(put).toEqual([])
    expect(logged.map(({ event }) => event)).toEqual(['logs.own', 'logs.own'])
    await take({ logGroup: '/aws/lambda/Countersigned', lines: [KEY.id] })
    expect(put).toHaveLength(1)
  })

  it('are forgotten as reported where there are too many to remember, so the memory of an instance is bounded', async () => {
    const { put, take } = world()
    for (let batch = 0; batch < 21; batch++) await take({ lines: Array.from({ length: 500 }, (_, at) => unique(batch * 500 + at)) })
    await take({ lines: [unique(20 * 500)] })
    expect(put).toHaveLength(21 * 500)
    await take({ lines: [unique(0)] })
    expect(put).toHaveLength(21 * 500 + 1)
  })

  it('are reported at the time at which they were logged, where that can be', async () => {
    const { put, take } = world()
    for (const [at, timestamp] of [0, -1, NOW + DAY].entries()) await take({ lines: [unique(at)], timestamp })
    expect(put.map(({ seenAt }) => seenAt)).toEqual([NOW, NOW, NOW])
  })

  it('say by a warning where there are more credentials than are reported, those with a secret first', async () => {
    const { put, take, logged } = world()
    await take({ lines: [...Array.from({ length: 700 }, (_, at) => unique(at)), `${KEY.id} ${KEY.secret}`] })
    expect(put).toHaveLength(500)
    expect(put[0]).toMatchObject({ credentialId: KEY.id, grade: 'with-secret' })
    expect(logged[0]).toEqual({ event: 'logs.cut', fields: { left: 201 } })
    // What was left comes with the next batch that has it.
    await take({ lines: Array.from({ length: 700 }, (_, at) => unique(at)) })
    expect(new Set(put.map(({ credentialId }) => credentialId)).size).toBe(701)

    const full = world()
    await full.take({ lines: [Array.from({ length: SIFT_LIMIT }, (_, at) => unique(at)).join(' ')] })
    expect(full.logged[0]).toEqual({ event: 'logs.cut', fields: { left: 0 } })
  })

  it('have no secret in the name of their stream either', async () => {
    const { put, take } = world()
    await take({ lines: [KEY.id], logStream: `x/${KEY.secret}` })
    expect(put[0]?.place).toBe('log group /ecs/shop, stream …')
  })
})

describe('the event of a subscription', () => {
  it('brings no lines where CloudWatch checks the destination', () => {
    expect(logBatchOf(subscribed({ messageType: 'CONTROL_MESSAGE', owner: 'CloudwatchLogs', logGroup: '', logEvents: [] }))).toBeUndefined()
  })

  const secretive = `${KEY.id} ${KEY.secret}`
  it.each([
    ['no event', undefined],
    ['no data', { awslogs: {} }],
    ['no gzip', { awslogs: { data: Buffer.from(secretive).toString('base64') } }],
    ['cut gzip', { awslogs: { data: (subscribed(secretive) as { awslogs: { data: string } }).awslogs.data.slice(0, 40) } }],
    ['no JSON', subscribed(secretive)],
    ['another message', subscribed({ messageType: secretive, logEvents: [] })],
    ['lines of another form', subscribed({ messageType: 'DATA_MESSAGE', logGroup: 'g', logStream: 's', logEvents: [secretive] })],
    ['a flood of zeros', subscribed(' '.repeat(40 * 1024 * 1024))],
  ])('is refused where it is %s, in words that quote nothing of it', (_, event) => {
    let thrown: unknown
    try {
      logBatchOf(event)
    } catch (cause) {
      thrown = cause
    }
    expect(thrown).toMatchObject({ code: 'input.unreadable' })
    const { message, cause, stack } = thrown as Error
    expect(cause).toBeUndefined()
    for (const part of [KEY.id, KEY.secret.slice(0, 12), KEY.secret.slice(12, 24)]) expect(`${message}${stack}`).not.toContain(part)
  })
})

describe('the filter pattern', () => {
  // Patterns of CloudWatch know these signs and no parentheses.
  const regex = new RegExp(CREDENTIAL_LINES.slice(1, -1))

  it('is of signs that CloudWatch takes', () => {
    expect(CREDENTIAL_LINES).toMatch(/^%[A-Za-z0-9:_#=@/;,\-^$?[\]{}|\\*+.]+%$/)
  })

  it('lets through every line that names a credential whole, however it is written, and no others', () => {
    const whole = Object.entries(WRITTEN).filter(([name, write]) => !name.includes('split') && write(KEY).includes(KEY.id))
    expect(whole.length).toBeGreaterThan(15)
    for (const [name, write] of whole) expect(regex.test(write(KEY)), name).toBe(true)
    for (const kind of ['AKIA', 'ASIA', 'ABIA', 'ACCA']) expect(regex.test(`"${kind}${KEY.id.slice(4)}"`), kind).toBe(true)
    for (let length = 1; length < 6; length++) {
      const name = `BedrockAPIKey-${'k3x9a'.slice(0, length)}-at-123456789012:${KEY.secret}`
      expect(regex.test(`token=ABSK${Buffer.from(name).toString('base64')}`)).toBe(true)
    }
    for (const line of ['GET / 200', 'AIDARZPUZDIKLIJVPG67', 'AROARZPUZDIKLIJVPG67', 'ASIA PACIFIC', KEY.secret])
      expect(regex.test(line), line).toBe(false)
  })
})
