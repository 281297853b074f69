import { printable } from '../../shared/domain/printable.ts'
import { ResponderError } from '../../shared/errors.ts'
import type { StackHealth } from '../../shared/ports/stack-health.ts'
import { listPatterns } from '../../shared/record/patterns.ts'
import { readPolicy } from '../../shared/record/policy-in-force.ts'
import { commandOn } from '../command-name.ts'
import type { Target } from '../target.ts'
import { arrivalResult } from './arrival-check.ts'
import { type Check, type CheckResult, checked, notKnown } from './check.ts'
import { clockResult, folderClockResult } from './clock-check.ts'
import { exceptionsResult, patternsResult } from './ending-checks.ts'
import { FAILURES_NEED, failuresResult } from './failures-check.ts'
import { noticesResult } from './notices-check.ts'
import { approversResult, modeResult } from './policy-checks.ts'
import { sealResult } from './seal-check.ts'

/** What a policy that the responder cannot use is called: by its errors nothing is decided. */
const BROKEN_POLICY: ReadonlySet<string> = new Set(['policy.missing', 'policy.invalid', 'record.unreadable'])

const TABLE = 'dynamodb:Query on the table of the stack'

/** The checks of a target that go by what is stored, and by the services around a deployed stack (`health`; a folder has none). `now`: epoch ms by this machine. */
export async function targetChecks(target: Target, health: StackHealth | undefined, now: number): Promise<Check[]> {
  const clock = health?.clockAhead()
  // Ages are by the clock of AWS, where that is known; where it is not, the check of the clock says so.
  const at = now - ((await clock?.catch(() => 0)) ?? 0)
  const checks = await Promise.all([
    ...(health === undefined
      ? []
      : [checked('events arrive', 'cloudwatch:GetMetricData', async () => arrivalResult(await health.arrivals(at), at))]),
    ...failureChecks(target),
    ...policyChecks(target, at),
    ...(health === undefined
      ? []
      : [
          checked('notices', 'sns:ListSubscriptionsByTopic', async () =>
            noticesResult(await health.subscribers(), target.slack !== undefined),
          ),
        ]),
    checked('accepted patterns', 'dynamodb:Scan on the table of the stack', () => endingPatterns(target, at)),
    checked('last seal', 's3:ListBucketVersions and s3:GetObjectVersion on the bucket of the seals', () =>
      sealResult({
        ...target,
        isScheduled: health !== undefined,
        now: at,
        verify: commandOn(target, 'changes verify'),
        seal: commandOn(target, 'changes seal'),
      }),
    ),
    clock === undefined
      ? checked('clock', 'the record', () => folderClockResult(target.record, now))
      : checked('clock', 'credentials of AWS', async () => clockResult(await clock)),
  ])
  return checks
}

function failureChecks(target: Target): Promise<Check>[] {
  const { failures } = target
  if (failures === undefined) return []
  return [checked('dead letters', FAILURES_NEED, () => failuresResult(failures, commandOn(target, 'redrive')))]
}

/** What the policy in force says. It is read once. */
function policyChecks(target: Target, now: number): Promise<Check>[] {
  const apply = commandOn(target, 'policy apply policy.yaml', '--reason "…"')
  const reading = readPolicy(target.record)
  const known = accountIds(target)
  const byPolicy = (name: string, find: (found: Awaited<typeof reading>) => Promise<CheckResult> | CheckResult) =>
    checked(name, TABLE, async () => find(await reading))
  return [
    byPolicy('mode', (found) => modeResult(found, now, commandOn(target, 'override end', '--reason "…"'))).then((check) =>
      check.state === 'not known' ? unusable(check, reading, apply) : check,
    ),
    byPolicy('approvers', async ({ policy }) =>
      approversResult({
        policy,
        caller: target.caller,
        hasSlack: target.failures === undefined ? undefined : target.slack !== undefined,
        known: await known,
        now,
      }),
    ),
    byPolicy('exceptions', ({ policy }) => exceptionsResult(policy, now, apply)),
  ]
}

/** A policy that is not there, or that is none, is no doubt: nothing is decided by it. */
async function unusable(check: Check, reading: Promise<unknown>, apply: string): Promise<Check> {
  const cause = await reading.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(cause instanceof ResponderError) || !BROKEN_POLICY.has(cause.code)) return check
  const fact = `No policy can be read, so nothing is decided: ${printable(cause.message.split('\n')[0] ?? '', 300)}`
  return { ...check, state: 'broken', fact, todo: `Put one in force: \`${apply}\`` }
}

/** The users and roles of the account, by the last inventory. Without one, or where it cannot be read, none are known. */
async function accountIds({ reach, failures }: Target): Promise<string[]> {
  if (reach === undefined || failures === undefined) return []
  const ids: string[] = []
  try {
    for await (const { id } of reach.store.list(reach.account, () => {})) ids.push(id)
  } catch {
    return []
  }
  return ids
}

async function endingPatterns(target: Target, now: number): Promise<CheckResult> {
  const unread: string[] = []
  const patterns = await listPatterns(target.record, ({ message }) => unread.push(message))
  const { policy } = await readPolicy(target.record)
  const found = patternsResult(patterns, now, { days: policy.release.patternDays, list: commandOn(target, 'patterns') })
  if (unread.length === 0) return found
  const why = notKnown(new ResponderError('store.unreadable', unread.join('; ')), '').fact
  return { ...found, state: 'not known', fact: `${found.fact} ${why}`, todo: 'See StoredUnreadable in docs/operations.md.' }
}
