import { describe, expect, it } from 'vitest'
import { memoryLog } from '../../shared/memory/log.ts'
import { pipeline } from '../../shared/pipeline.ts'
import { seenIn } from '../attack/known-owner.ts'
import { call, embedded, KEY, NOW } from '../embedded.ts'
import { reportOf } from '../scenarios/case.ts'
import { FAULTS, type Fault, faults } from './faults.ts'

/** What is told of a key, and what it does: none of it by itself is all of the story. */
const EVENTS = [
  seenIn('logs', KEY, { id: 'line-1', grade: 'id-only', time: NOW - 3000 }),
  seenIn('jira', KEY, { id: 'OPS-7', grade: 'with-secret', time: NOW - 2000 }),
  reportOf(
    { reported: KEY, by: 'guardduty', type: 'UnauthorizedAccess:IAMUser/TorIPCaller', severity: 8, grade: 'id-only' },
    { id: 'gd-1', time: NOW - 1000 },
  ),
  call('iam:CreateUser', { id: 'c1', time: NOW, from: '198.51.100.7', request: { userName: 'backdoor' } }),
]

/** The responder whose every call of a store and of IAM may fail, fed with one event after the other, each again until it is taken. */
async function told(at: number, kind: Fault, batches: readonly (readonly object[])[]) {
  const world = await embedded({ policy: { evidence: undefined, mode: 'ask' } })
  const fault = faults()
  const ports = {
    ...world.ports,
    log: memoryLog(),
    identities: fault.around('identities', world.ports.identities),
    incidents: fault.around('incidents', world.ports.incidents),
    record: fault.around('record', world.ports.record),
    iam: fault.around('iam', world.account),
    notifier: fault.around('notifier', world.ports.notifier),
  }
  fault.arm(at, kind)
  for (const batch of batches) {
    for (let attempt = 0; attempt < 3; attempt++) {
      fault.revive()
      const isTaken = await pipeline(ports)(batch).then(
        ({ failed }) => failed.size === 0,
        () => false,
      )
      if (isTaken) break
    }
  }
  const { calls } = fault
  fault.arm(0, kind)
  fault.revive()
  // Queues deliver at least once: all of it comes again.
  for (const batch of batches) expect((await pipeline(ports)(batch)).failed.size).toBe(0)
  const incidents = await world.incidents()
  const end = await Promise.all(
    incidents.map(async ({ id, state, findings, reports, decision }) => ({
      id,
      state,
      action: decision.action,
      reports,
      findings: findings.map(({ detector, reportedBy, weight }) => `${detector} ${reportedBy} ${weight}`).sort(),
      timeline: (await world.ports.incidents.signals(id)).map((one) => `${one.time} ${one.id} ${one.action} ${one.address}`).sort(),
    })),
  )
  return { calls, end, exposures: await world.ports.identities.exposuresOf(KEY) }
}

describe('crash points of reports', () => {
  it.each([
    ['one by one', EVENTS.map((event) => [event])],
    ['in one batch', [EVENTS]],
    ['the call before them', [EVENTS[3] as object, ...EVENTS.slice(0, 3)].map((event) => [event])],
  ])('leave no report lost and none double, whichever call fails and however: %s', async (name, batches) => {
    const { calls, end, exposures } = await told(0, 'throttled', batches)
    expect(end).toMatchObject([{ state: 'asking', action: 'ask', reports: { length: 3 }, timeline: { length: 4 } }])
    expect(exposures).toHaveLength(3)
    const broken: string[] = []
    let points = 0
    for (let at = 1; at <= calls; at++) {
      for (const kind of FAULTS) {
        points += 1
        const one = await told(at, kind, batches).catch((cause: Error) => ({ end: cause.message, exposures }))
        if (JSON.stringify([one.end, one.exposures]) !== JSON.stringify([end, exposures]))
          broken.push(`call ${at} ${kind}: ${JSON.stringify(one.end).slice(0, 1500)}`)
      }
    }
    console.log(`reports ${name}: ${points} crash points (${calls} calls × ${FAULTS.length} faults), ${broken.length} broken`)
    expect(broken).toEqual([])
  })
})
