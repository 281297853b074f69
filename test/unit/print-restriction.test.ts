import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { printRestriction } from '../../local/commands/restrict.ts'
import type { Target } from '../../local/target.ts'
import { learn } from '../../shared/domain/baseline.ts'
import { emptyState, type IdentityState } from '../../shared/domain/identity-state.ts'
import type { LastUsed } from '../../shared/domain/last-used.ts'
import type { Signal } from '../../shared/domain/signal.ts'
import { memoryIdentityStore } from '../../shared/memory/identity-store.ts'
import { FINDING, user } from '../contract/samples.ts'
import { printedAnswer, SINCE, snapshotAt } from '../last-used.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** A target whose clock shows the time of `SINCE`, and that knows a user `ci-deploy` with a month of calls, 12 hours ago the last. */
async function targetOf(stored: LastUsed | undefined | 'no store', parts: Partial<IdentityState> = {}): Promise<Target> {
  const state = { ...emptyState(user('ci-deploy')), ...parts }
  for (let time = SINCE - 30 * DAY; time <= SINCE - 12 * HOUR; time += 6 * HOUR)
    learn(state.baseline, {
      time,
      credential: { id: 'AKIAIOSFODNN7EXAMPLE', kind: 'access-key' },
      service: 'ecr',
      action: 'ecr:PutImage',
      region: 'us-east-1',
      outcome: 'success',
      origin: { address: '192.0.2.77', addressKind: 'public', agentFamily: 'aws-cli' },
      request: {},
    } as unknown as Signal)
  const identities = memoryIdentityStore()
  await identities.saveState(state, 0)
  const lastUsed = stored === 'no store' ? {} : { lastUsed: { read: async () => ({ value: stored, version: 1 }) } }
  return { identities, clock: { now: () => SINCE }, name: 'a target', ...lastUsed } as unknown as Target
}

const printed = (target: Target, lastUsedFile?: string) => printRestriction(target, 'ci-deploy', { isPrint: true, lastUsedFile })
const noteOf = async (target: Target, file?: string) => (await printed(target, file)).note.split('\n')[1]

let files = 0
function fileOf(answer: unknown): string {
  const path = join(inject('scratch'), `last-used-${++files}.json`)
  writeFileSync(path, typeof answer === 'string' ? answer : JSON.stringify(answer))
  return path
}

describe('a restriction that is printed', () => {
  it('says what last-used data of the stack contributed, and how old it is', async () => {
    const nights = { snapshots: [snapshotAt(9, { dynamodb: 10 }, ['sqs']), snapshotAt(33, { dynamodb: 34 }, ['sqs'])] }
    const target = await targetOf(nights)
    expect(await noteOf(target)).toBe(
      'Last-used data of 2026-01-30 15:00:00 UTC, 9 hours old. Services in use that no call showed: dynamodb. ' +
        'Services that it never used, of which reading and writing data is denied too: sqs.',
    )
    expect(JSON.parse((await printed(target)).document).Statement[0].NotAction).toEqual(
      expect.arrayContaining(['dynamodb:*', 's3:*Object']),
    )
  })

  it('takes a file of the AWS CLI in place of the stack’s, as it will count 20 hours later', async () => {
    const file = fileOf(printedAnswer(SINCE - HOUR, { dynamodb: SINCE - 2 * HOUR, sns: null }))
    for (const stored of ['no store', { snapshots: [snapshotAt(9, {}, ['s3'])] }] as const)
      expect(await noteOf(await targetOf(stored), file)).toBe(
        'Last-used data of 2026-01-30 23:00:00 UTC, 1 hour old, as it counts 20 hours after that. Services in use that no call showed: dynamodb. ' +
          'Services that it never used, of which reading and writing data is denied too: sns.',
      )
  })

  it('says where there is none, and where it does not count', async () => {
    expect(await noteOf(await targetOf(undefined))).toContain('none yet')
    expect(await noteOf(await targetOf({ snapshots: [] }))).toContain('none yet')
    expect(await noteOf(await targetOf('no store'))).toContain('the embedded account has no IAM to ask')
    const suspected = await targetOf({ snapshots: [snapshotAt(9, {})] }, { evidence: [{ ...FINDING, time: SINCE - 10 * HOUR }] })
    expect(await noteOf(suspected)).toBe(
      'Last-used data of 2026-01-30 15:00:00 UTC does not count: it was taken after the first suspicious signal.',
    )
  })

  it('counts what is known against the identity as of the time of the file, whose data is then from after the suspicion', async () => {
    const file = fileOf(printedAnswer(SINCE - HOUR, { dynamodb: SINCE - 2 * HOUR, sns: null }))
    const suspected = await targetOf('no store', { evidence: [{ ...FINDING, time: SINCE - 13 * HOUR }] })
    expect(await noteOf(suspected, file)).toBe(
      'Last-used data of 2026-01-30 23:00:00 UTC does not count: it was taken after the first suspicious signal.',
    )
    expect((await printed(suspected, file)).document).toBe((await printed(suspected)).document)
  })

  it('says of a habit that is not known well when it would be', async () => {
    const noteFor = async (parts: Partial<IdentityState>) => (await printed(await targetOf('no store', parts))).note
    expect(await noteFor({})).not.toContain('not known well enough')
    const suspected = { ...FINDING, time: SINCE - 29 * DAY }
    const target = await targetOf('no store')
    const young = { ...emptyState(user('ci-deploy')), evidence: [suspected] }
    await target.identities.saveState(young, 1)
    expect((await printed(target)).note).toContain(
      'not known well enough: only the fixed list of grave actions is denied. It is known from a week',
    )
  })

  it('refuses a file that is none', async () => {
    const target = await targetOf('no store')
    await expect(printed(target, fileOf('{'))).rejects.toThrow('is not JSON')
    await expect(printed(target, fileOf({ Users: [] }))).rejects.toThrow('is no last-used data of IAM')
    await expect(printed(target, '/nowhere.json')).rejects.toThrow('cannot read the file of last-used data')
  })
})
