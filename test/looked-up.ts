import { lookUp } from '../shared/decide/look-up.ts'
import type { Incident } from '../shared/domain/incident.ts'
import { memoryHistory } from '../shared/memory/event-history.ts'
import { memoryBackfillQueue } from '../shared/memory/invokers.ts'
import { pipeline } from '../shared/pipeline.ts'
import type { EventHistory } from '../shared/ports/lookup.ts'
import { sweep } from '../shared/review/sweep.ts'
import { ACCOUNT, call, embedded } from './embedded.ts'

/** The responder over a CloudTrail, which holds `trail`, oldest first. `deliver` is EventBridge; what is looked up runs as its queue has it run. */
export async function lookedUp(
  parts: Parameters<typeof embedded>[0] & { trail?: unknown[]; history?: (history: EventHistory) => EventHistory } = {},
) {
  const world = await embedded(parts)
  const trail = parts.trail ?? []
  const backfillQueue = memoryBackfillQueue()
  const inMemory = memoryHistory(trail, 'us-east-1', ACCOUNT)
  const history = parts.history?.(inMemory) ?? inMemory
  const ports = { ...world.ports, backfillQueue, history }
  const respond = pipeline(ports)
  let run = 0
  return {
    ...world,
    ports,
    trail,
    respond,
    backfillQueue,
    async only(): Promise<Incident> {
      const [incident, ...others] = await world.incidents()
      if (incident === undefined || others.length > 0) throw new Error(`${others.length + 1} incidents, not one`)
      return incident
    },
    /** Runs the look-ups that were requested since the last time, and those that they request. */
    async lookUpAll() {
      for (; run < backfillQueue.asked.length; run++) await lookUp(backfillQueue.asked[run] as string, respond, ports)
    },
    /** A sweep alone: what it requests waits. */
    async sweepWith(parts: Partial<Parameters<typeof sweep>[0]> = {}) {
      await sweep({ ...ports, rotateInvoker: undefined, pager: { notify: async () => {} }, ...parts })
    },
    async sweepAt(time: number) {
      world.setNow(time)
      await this.sweepWith()
      await this.lookUpAll()
    },
  }
}

/** A role of the account, for a picture of it. */
export const roleNamed = (RoleName: string) => ({ RoleName, Arn: `arn:aws:iam::${ACCOUNT}:role/${RoleName}` })

/** A call by which a key or session assumes a role; `session` is the id of the session that STS issues. */
export function assumes(role: string, parts: Parameters<typeof call>[1] & { session: string; name?: string; seconds?: number }): object {
  const { session, name = `job-${session}`, seconds, ...rest } = parts
  return call('sts:AssumeRole', {
    ...rest,
    request: {
      roleArn: `arn:aws:iam::${ACCOUNT}:role/${role}`,
      roleSessionName: name,
      ...(seconds === undefined ? {} : { durationSeconds: seconds }),
    },
    response: {
      credentials: { accessKeyId: session },
      assumedRoleUser: { arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${name}` },
    },
  })
}

/** A call by a session of a role. */
export function byRole(role: string, action: string, parts: Parameters<typeof call>[1] & { key: string; name?: string }): object {
  const { name = `job-${parts.key}`, ...rest } = parts
  const issuer = { type: 'Role', arn: `arn:aws:iam::${ACCOUNT}:role/${role}`, userName: role, accountId: ACCOUNT }
  return {
    ...call(action, rest),
    userIdentity: {
      type: 'AssumedRole',
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${name}`,
      accountId: ACCOUNT,
      accessKeyId: parts.key,
      sessionContext: { sessionIssuer: issuer },
    },
  }
}
