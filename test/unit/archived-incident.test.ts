import { describe, expect, it } from 'vitest'
import { enforce } from '../../shared/contain/enforce.ts'
import { commentsIn } from '../../shared/domain/comment.ts'
import { revisionOf } from '../../shared/domain/revision.ts'
import { DAY_MS } from '../../shared/domain/time.ts'
import { answersIn } from '../../shared/learn/answered.ts'
import { memoryArchiveTable } from '../../shared/memory/archive-table.ts'
import type { StoredChains } from '../../shared/memory/change-record.ts'
import { memoryIncidentArchive } from '../../shared/memory/incident-archive.ts'
import { noTexts } from '../../shared/memory/incident-store.ts'
import { memorySealVault } from '../../shared/memory/seal-vault.ts'
import { withArchivedChains, withArchivedIncidents } from '../../shared/record/archived.ts'
import { audit } from '../../shared/record/audit.ts'
import { exportRecord } from '../../shared/record/export/export.ts'
import { seal } from '../../shared/record/seal.ts'
import { archiveClosed } from '../../shared/review/archive.ts'
import { assign } from '../../shared/review/assign.ts'
import { comment } from '../../shared/review/comment.ts'
import { review } from '../../shared/review/review.ts'
import type { SlackApi } from '../../shared/slack/api.ts'
import type { Press } from '../../shared/slack/button.ts'
import type { Message } from '../../shared/slack/message.ts'
import { press } from '../../shared/slack/press.ts'
import { ATTACK, arnOf, call, embedded, NOW } from '../embedded.ts'
import { CHANNEL } from '../slack.ts'

const BY = arnOf('reviewer')
const LATER = NOW + 120 * DAY_MS

/** An incident that was contained, released and, long after, archived. */
async function archived() {
  const texts = noTexts()
  const chains: StoredChains = new Map()
  const world = await embedded({ texts, chains, policy: { slack: { approvers: [{ users: ['U0ALICE'] }] } } })
  await world.respond(ATTACK)
  const [opened] = await world.incidents()
  if (opened === undefined) throw new Error('no incident')
  await assign(opened.id, { to: 'Anna Example', by: BY }, world.ports)
  await review(opened.id, { kind: 'legitimate', by: BY, reason: 'a drill' }, world.ports)
  const [before] = await world.incidents()
  if (before === undefined) throw new Error('no incident')
  const archive = memoryIncidentArchive()
  const vault = memorySealVault()
  const { ports } = world
  const whole = { record: withArchivedChains(ports.record, archive), incidents: withArchivedIncidents(ports.incidents, archive) }
  const chain = await ports.record.list(`INCIDENT#${before.id}`)
  const signals = await ports.incidents.signals(before.id)
  await seal({ ...ports, vault, archive })
  world.setNow(LATER)
  const run = await archiveClosed({ ...ports, table: memoryArchiveTable(texts, chains), archive, vault, afterDays: 90 })
  expect(run).toMatchObject({ archived: 1, failed: 0 })
  const stub = (await ports.incidents.get(before.id))?.value
  if (stub === undefined) throw new Error('nothing stays')
  return { ...world, whole, vault, archive, before, stub, chain, signals, texts, chains }
}

/** Presses a button on the message of an incident. */
async function pressed({ ports, before }: Awaited<ReturnType<typeof archived>>, parts: Partial<Press>) {
  const [whispers, updates]: [Message[], Message[]] = [[], []]
  const slack: SlackApi = {
    post: async () => '1.1',
    update: async (_channel, _ts, message) => void updates.push(message),
    remove: async () => {},
    postEphemeral: async (_channel, _user, message) => void whispers.push(message),
    openForm: async () => {},
    membersOf: async () => [],
  }
  await press(
    { kind: 'legitimate', incidentId: before.id, revision: revisionOf(before), user: 'U0ALICE', channel: CHANNEL, ts: '1.1', ...parts },
    { ...ports, slack: async () => slack, model: undefined },
  )
  return { whispers, updates }
}

describe('an archived incident', () => {
  it('was contained and released, and is read whole: with its steps, its verdict, its findings and its calls', async () => {
    const { whole, before, chain, signals, stub } = await archived()
    const read = (await whole.incidents.get(before.id))?.value
    expect(read).toEqual({ ...before, head: stub.head, archived: stub.archived })
    expect((await whole.record.list(`INCIDENT#${before.id}`)).slice(0, -1)).toEqual(chain)
    expect(await whole.incidents.signals(before.id)).toEqual(signals)
    expect(chain.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['decision', 'step-done', 'verdict', 'step-undone']))
  })

  it('teaches what it taught: its verdict counts as before', async () => {
    const { before, stub } = await archived()
    expect(answersIn([stub])).toEqual(answersIn([before]))
    expect(answersIn([stub]).answers).toHaveLength(1)
  })

  it('is followed by another when its identity is suspect again, under an id of its own', async () => {
    const { respond, incidents, before, whole, vault, archive } = await archived()
    const late = ATTACK.map((_, at) =>
      call(['iam:CreateUser', 'iam:AttachUserPolicy', 'cloudtrail:StopLogging'][at] ?? '', {
        id: `late-${at}`,
        time: LATER + at * 1000,
        request: { userName: 'backdoor', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
      }),
    )
    const { failures } = (await respond(late)) as { failures?: unknown[] }
    expect(failures ?? []).toEqual([])
    const all = await incidents()
    expect(all.map(({ id, state }) => `${id === before.id} ${state}`).sort()).toEqual(['false contained', 'true released'])
    expect((await audit({ ...whole, vault, archive })).faults).toEqual([])
  })

  it('takes a call of its own time that is delivered late, without loss and without a fault', async () => {
    const { respond, before, whole, vault, archive } = await archived()
    await respond([call('cloudtrail:DeleteTrail', { id: 'of-then', time: NOW + 3000 })])
    expect((await whole.incidents.get(before.id))?.value.findings).toEqual(before.findings)
    expect((await audit({ ...whole, vault, archive })).faults).toEqual([])
  })

  it('is commented on, which its record keeps, and not assigned any more', async () => {
    const { ports, before, stub, whole, vault, archive } = await archived()
    const target = { ...whole, clock: ports.clock }
    await comment(before.id, { text: 'it came again', by: BY }, target)
    await expect(assign(before.id, { to: BY, by: BY }, target)).rejects.toMatchObject({ code: 'incident.state' })
    expect((await ports.incidents.get(before.id))?.value).toEqual(stub)
    const changes = await whole.record.list(`INCIDENT#${before.id}`)
    expect(commentsIn(changes)).toMatchObject([{ by: BY, text: 'it came again' }])
    await seal({ ...ports, ...whole, vault, archive })
    expect((await audit({ ...whole, vault, archive })).faults).toEqual([])
  })

  it('is left alone by contain, which may be called for it however late', async () => {
    const { ports, before, account, texts, chains } = await archived()
    const [then, picture, entries] = [
      texts.incidents.get(before.id),
      account.authorizationDetails(),
      chains.get(`INCIDENT#${before.id}`)?.size,
    ]
    await enforce(before.id, ports)
    expect(texts.incidents.get(before.id)).toEqual(then)
    expect(account.authorizationDetails()).toEqual(picture)
    expect(chains.get(`INCIDENT#${before.id}`)?.size).toBe(entries)
    expect(chains.has(`STEPS#${before.id}`)).toBe(false)
  })

  it.each(['legitimate', 'compromised', 'contain'] as const)(
    'answers a press of "%s" that it is closed, and keeps its message and its record as they are',
    async (kind) => {
      const world = await archived()
      const entries = world.chains.get(`INCIDENT#${world.before.id}`)?.size
      const { whispers, updates } = await pressed(world, { kind })
      // What was released is released: the same verdict again changes nothing, and is no error.
      expect(JSON.stringify(whispers)).toMatch(kind === 'legitimate' ? /released already|^\[\]$/ : /released already/)
      expect(updates).toEqual([])
      expect(world.chains.get(`INCIDENT#${world.before.id}`)?.size).toBe(entries)
      expect(world.chains.has(`ORDER#${world.before.id}`)).toBe(false)
    },
  )

  it.each(['details', 'explain'] as const)('says in place of "%s" where to look', async (kind) => {
    const world = await archived()
    const { whispers } = await pressed(world, { kind })
    expect(JSON.stringify(whispers)).toMatch(/released, and was archived on 2026-06-30.*countersign incidents show/)
  })

  it('is in every export, with the chains that are archived beside its own', async () => {
    const { whole, before } = await archived()
    const lines: Record<string, unknown>[] = []
    for await (const line of exportRecord('ndjson', whole)) lines.push(JSON.parse(line))
    for (const subject of ['INCIDENT', 'ORDER', 'STEPS']) {
      const numbers = lines.filter((line) => line.subject === `${subject}#${before.id}`).map(({ number }) => number)
      expect(numbers.length).toBeGreaterThan(0)
      expect(numbers).toEqual(numbers.map((_, at) => at + 1))
    }
    const events: string[] = []
    for await (const line of exportRecord('ocsf', whole)) events.push(line)
    expect(events.filter((line) => line.includes('"class_uid":6003')).length).toBeGreaterThan(ATTACK.length)
  })
})
