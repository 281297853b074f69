import { errorName } from '../../shared/errors.ts'
import { joinIdentity } from '../../shared/sense/join.ts'
import { normalise } from '../../shared/sense/normalise.ts'
import { rolePaths } from '../../shared/sense/role-paths.ts'
import { sessionCalls } from '../../shared/sense/session-calls.ts'
import { ACCOUNT, arnOf, embedded } from '../embedded.ts'
import { guardDutyEvent, healthEvent, KEYS, randomOf, securityHubEvent, userOf } from './generated-events.ts'
import { print } from './measured.ts'
import { serviceModels } from './service-models.ts'

/** The most signals of one event, and the longest text that one has: events hold what somebody chose. */
const MOST = { signals: 1000, bytes: 8192 }

/**
 * Well-formed events of GuardDuty, Security Hub and AWS Health, made from the models of their services, go the whole way: none crashes, each is joined to somebody of the
 * account, or says why not.
 */
export async function signals({ count, seed }: { readonly count: number; readonly seed: number }): Promise<void> {
  const models = serviceModels(['guardduty', 'securityhub', 'health'])
  const makers = [
    ['GuardDuty', (random: () => number) => guardDutyEvent(models.guardduty, random)],
    ['Security Hub', (random: () => number) => securityHubEvent(models.securityhub, random)],
    ['AWS Health', (random: () => number) => healthEvent(models.health, random)],
  ] as const
  const world = await embedded({
    account: {
      UserDetailList: KEYS.map((key) => ({ UserName: userOf(key), Arn: arnOf(userOf(key)) })),
      RoleDetailList: [{ RoleName: 'deploy', Arn: `arn:aws:iam::${ACCOUNT}:role/app/deploy` }],
      AccessKeys: KEYS.map((key) => ({ UserName: userOf(key), AccessKeyId: key, Status: 'Active' })),
    },
    policy: { mode: 'ask' },
  })
  const counts = new Map<string, number>()
  const faults: string[] = []
  const note = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1)
  for (let n = 0; n < count; n++) {
    const [name, make] = makers[n % makers.length] as (typeof makers)[number]
    const event = make(randomOf(seed * 1_000_003 + n))
    try {
      const read = normalise(event)
      if (read.kind === 'unreadable') faults.push(`${n}: a well-formed event of ${name} is unreadable: ${read.reason}`)
      if (read.kind === 'ignored') note(`${name}: ignored, with the reason`)
      if (read.kind !== 'signals') continue
      if (read.signals.length > MOST.signals) faults.push(`${n}: ${read.signals.length} signals`)
      for (const signal of read.signals) {
        const { identity, request, report } = await joinIdentity(signal, {
          iam: world.account,
          paths: rolePaths(),
          sessions: sessionCalls(world.ports.history, world.ports.clock),
        })
        const isNamed = typeof request.note === 'string' || report?.unjoined !== undefined
        if (identity.kind === 'unknown' && !isNamed) faults.push(`${n}: ${signal.id} is joined to nobody, and does not say why`)
        if (JSON.stringify(signal).length > MOST.bytes) faults.push(`${n}: a signal of ${JSON.stringify(signal).length} bytes`)
        note(`${name}: ${identity.kind === 'unknown' ? 'joined to nobody, with the reason' : `joined to ${identity.kind}`}`)
      }
      const { failed } = await world.respond([event])
      for (const reason of failed.values()) faults.push(`${n}: not taken: ${reason}`)
    } catch (cause) {
      faults.push(`${n}: ${errorName(cause)}: ${cause instanceof Error ? cause.message : ''}`)
    }
  }
  for (const [what, times] of [...counts].sort()) print(`${String(times).padStart(7)}  ${what}`)
  const incidents = await world.incidents()
  print(`${count} events, seed ${seed}: ${incidents.length} incidents, ${faults.length} faults`)
  for (const fault of faults.slice(0, 20)) print(fault)
  if (faults.length > 0) process.exitCode = 1
}
