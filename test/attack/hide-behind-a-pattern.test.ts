import { describe, expect, it } from 'vitest'
import { type Change, chain, EMPTY_CHAIN } from '../../shared/domain/change.ts'
import { patternSubject, readPatterns } from '../../shared/record/patterns.ts'
import { review } from '../../shared/review/review.ts'
import { arnOf, call, NOW } from '../embedded.ts'
import { HOME, SCANNER, scanAt, scannedAccount, WEEK } from '../weekly-scan.ts'

const WHO = arnOf('ci-build')
const ELSEWHERE = '198.51.100.7'

async function accepted() {
  const world = await scannedAccount()
  await world.scan(0)
  await world.release()
  return world
}

/** The responder with another last entry in the chain of patterns. */
async function withEntry(world: Awaited<ReturnType<typeof accepted>>, edited: (entry: Change) => Change) {
  const last = await world.ports.record.last(patternSubject(WHO))
  if (last === undefined) throw new Error('nothing was accepted')
  const forged = edited(last)
  const record = world.ports.record
  const before = record.last.bind(record)
  record.last = async (subject) => (subject === patternSubject(WHO) ? forged : before(subject))
}

describe('an intruder who wants to be taken for accepted work', () => {
  it('gets nothing for an entry that is edited in the table: what it accepted counts no more', async () => {
    const world = await accepted()
    await withEntry(world, (entry) => ({ ...entry, to: JSON.parse(JSON.stringify(entry.to).replaceAll('"US"', '"RO"')) }))
    await expect(readPatterns(WHO, world.ports.record)).rejects.toMatchObject({ code: 'store.unreadable' })
    await world.scan(1, ELSEWHERE)
    expect(await world.open()).toHaveLength(1)
  })

  it('gets nothing for the pattern of another identity in the chain of this one', async () => {
    const world = await accepted()
    await withEntry(world, ({ at, actor, kind, target, from, why, to }) => {
      const others = JSON.parse(JSON.stringify(to).replaceAll(WHO, arnOf('bystander')))
      return chain(patternSubject(WHO), EMPTY_CHAIN, { at, actor, kind, target, from, why, to: others })
    })
    await world.scan(1)
    expect(await world.open()).toHaveLength(1)
  })

  it('finds no way by which respond writes a pattern: of all that it appends, nothing is in such a chain', async () => {
    const world = await scannedAccount()
    const written: string[] = []
    const append = world.ports.record.append.bind(world.ports.record)
    world.ports.record.append = async (change) => {
      written.push(change.subject)
      return append(change)
    }
    await world.scan(0)
    await world.scan(1, ELSEWHERE)
    expect(written.filter((subject) => subject.startsWith('PATTERN#'))).toEqual([])
    await world.release()
    expect(written.filter((subject) => subject.startsWith('PATTERN#'))).toEqual([patternSubject(WHO)])
  })

  it('scans from another place first, more quietly than the owner does then: the place is not lost among the findings', async () => {
    const world = await accepted()
    const time = NOW + WEEK
    const quiet = scanAt(time, ELSEWHERE).slice(0, 6)
    await world.play(quiet, time)
    expect(await world.open()).toHaveLength(1)
    await world.play(scanAt(time + 600_000), time + 600_000)
    const [incident] = await world.open()
    const places = incident?.findings.flatMap(({ scenes = [] }) => scenes.map(({ place }) => place))
    expect(new Set(places)).toEqual(new Set(['RO', 'US']))
  })

  it('adds a small finding from another place, which alone asks nobody: the owner’s scan is asked about with it', async () => {
    const world = await accepted()
    const time = NOW + WEEK
    await world.play([call('ec2:DescribeInstances', { id: 'one', time, from: ELSEWHERE, agent: SCANNER })], time)
    await world.play(scanAt(time + 600_000), time + 600_000)
    expect(await world.open()).toHaveLength(1)
  })

  it('assumes the role under another session name than the one that was accepted', async () => {
    const world = await scannedAccount()
    const scanBy = (sessionName: string, time: number) =>
      scanAt(time).map((record) => inSession(record, sessionName, `ASIA${sessionName.toUpperCase().padEnd(16, '0')}${time}`.slice(0, 20)))
    await world.play(scanBy('scanner', NOW), NOW)
    await world.release()
    await world.play(scanBy('scanner', NOW + WEEK), NOW + WEEK)
    expect(await world.open()).toEqual([])
    await world.play(scanBy('intruder', NOW + 2 * WEEK), NOW + 2 * WEEK)
    expect(await world.open()).toHaveLength(1)
  })

  it('is released by nobody for having been accepted: an incident that is open goes on, whatever pattern there is', async () => {
    const world = await accepted()
    const time = NOW + WEEK
    await world.play(
      [...scanAt(time), call('iam:CreateUser', { id: 'u', time: time + 40_000, from: HOME, request: { userName: 'helper' } })],
      time,
    )
    const [incident] = await world.open()
    await world.play(scanAt(time + 3_600_000), time + 3_600_000)
    expect((await world.open()).map(({ id }) => id)).toEqual([incident?.id])
  })

  it('cannot have the sweep accept what nobody answered: an expiry is no verdict of a person', async () => {
    const world = await scannedAccount({ review: { onExpiry: 'release', expireAfterHours: 1 } })
    await world.scan(0)
    const { sweep } = await import('../../shared/review/sweep.ts')
    world.setNow(NOW + WEEK - 1)
    await sweep({ ...world.ports, pager: world.ports.notifier } as never)
    expect(await readPatterns(WHO, world.ports.record)).toEqual([])
    await world.scan(1)
    expect(await world.open()).toHaveLength(1)
  })

  it('has one of two reviewers only: nothing is accepted before the second verdict of four eyes', async () => {
    const world = await scannedAccount({ fourEyes: [{ verdicts: ['legitimate'] }] })
    await world.scan(0)
    const [incident] = await world.open()
    const say = (by: string) => review(incident?.id ?? '', { kind: 'legitimate', by, reason: 'our weekly scan' }, world.ports)
    await say('local:anna')
    expect(await readPatterns(WHO, world.ports.record)).toEqual([])
    await say('local:bob')
    expect(await readPatterns(WHO, world.ports.record)).toHaveLength(1)
  })
})

/** The same record by a session of a role. */
function inSession(record: object, sessionName: string, accessKeyId: string): object {
  const { eventID } = record as { eventID: string }
  const role = 'arn:aws:iam::123456789012:role/audit'
  return {
    ...record,
    eventID: `${sessionName}-${eventID}`,
    userIdentity: {
      type: 'AssumedRole',
      arn: `arn:aws:sts::123456789012:assumed-role/audit/${sessionName}`,
      accountId: '123456789012',
      principalId: `AROAEXAMPLE000000001:${sessionName}`,
      accessKeyId,
      sessionContext: { sessionIssuer: { type: 'Role', arn: role, userName: 'audit', accountId: '123456789012' } },
    },
  }
}
