import { describe, expect, it } from 'vitest'
import { pipeline } from '../../shared/pipeline.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { NOT_DEPLOYED } from '../../shared/sense/enrich/tampering.ts'
import { ACCOUNT, call, embedded, NOW } from '../embedded.ts'
import { asDelivered } from './delivered-events.ts'
import { matches } from './event-bridge.ts'
import { templateOf } from './template-of.ts'

type Json = Readonly<Record<string, unknown>>

const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/Countersign-SweepResponderRole/Countersign-sweep`
const OTHER = `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/build-7`

/** The pattern of the heartbeat, in which the session of the sweep is the one above. */
function pattern(): Json {
  const rules = templateOf({ settings: {}, policy: parsePolicy({ version: 2 }) }).findResources('AWS::Events::Rule')
  const [, rule] = Object.entries(rules).find(([id]) => id.startsWith('Heartbeat')) ?? []
  const { detail, ...rest } = rule?.Properties.EventPattern
  expect(JSON.stringify(detail.userIdentity.arn)).toMatch(/SweepResponderRole[^"]*"\}?,?.*\/Countersign-sweep/)
  return { ...rest, detail: { ...detail, userIdentity: { arn: [SESSION] } } }
}

function event(action: string, arn: string, time = NOW): Json {
  const [, role = ''] = arn.split('/')
  const sessionContext = { sessionIssuer: { type: 'Role', arn: `arn:aws:iam::${ACCOUNT}:role/${role}`, userName: role } }
  const caller = { type: 'AssumedRole', arn, accountId: ACCOUNT, accessKeyId: 'ASIAHEARTBEAT0000001', sessionContext }
  return asDelivered({ ...call(action, { id: `h-${action}`, time }), userIdentity: caller })
}

describe('the heartbeat', () => {
  it('is the listing of the trails by the sweep, and nothing of anybody else', () => {
    const heartbeat = pattern()
    expect(matches(heartbeat, event('cloudtrail:DescribeTrails', SESSION))).toBe(true)
    expect(matches(heartbeat, event('cloudtrail:DescribeTrails', OTHER))).toBe(false)
    expect(matches(heartbeat, event('cloudtrail:StopLogging', SESSION))).toBe(false)
  })

  it('is believed, and left out by respond: it is no identity, and opens no incident', async () => {
    const world = await embedded({})
    const own = { ...NOT_DEPLOYED, sessions: new Set([SESSION]) }
    const respond = pipeline(world.ports, own, { kind: 'event-bus', accounts: new Set([ACCOUNT]) })
    const heard = await respond([event('cloudtrail:DescribeTrails', SESSION)])
    expect(heard).toMatchObject({ ignored: 1, signals: [], outcomes: [] })
    expect(heard.failed.size).toBe(0)
    // The same call of another session is somebody's.
    expect((await respond([event('cloudtrail:DescribeTrails', OTHER)])).signals).toHaveLength(1)
  })
})
