import { ResponderError } from '../../shared/errors.ts'
import type { DrillAccount, DrillCall } from '../../shared/ports/drill.ts'
import type { NewKey } from '../../shared/ports/iam.ts'
import { type DrillTime, watch } from './watch.ts'

/** So long IAM may take until a new key is known everywhere; usually seconds. */
const KNOWN_WITHIN_MS = 120_000

/** The calls that AWS answered, by their names, and when the first of them was made (epoch ms). */
export interface KeyUse {
  readonly firstAt: number
  readonly accepted: readonly string[]
  readonly refused: readonly string[]
}

/**
 * Uses a key as an intruder does who has found it. Calls with a key that IAM has not made known yet are attempts by nobody, so the first one is made again until it is
 * accepted. What AWS did not answer is not waited for later.
 */
export async function useKey(account: DrillAccount, key: NewKey, time: DrillTime): Promise<KeyUse> {
  const [first, ...others] = account.callsWith(key)
  const firstAt = await watch(() => firstAccepted(first, time), KNOWN_WITHIN_MS, time)
  if (firstAt === undefined)
    throw new ResponderError(
      'store.unavailable',
      `AWS did not accept the new key within ${KNOWN_WITHIN_MS / 1000} s; run the drill again, and look for a service control policy where it stays so`,
    )
  const accepted = [first.action]
  const refused: string[] = []
  for (const call of others) {
    const answer = await call.make()
    if (answer === 'refused') refused.push(call.action)
    if (answer === 'accepted') accepted.push(call.action)
  }
  return { firstAt, accepted, refused }
}

/** When the call was made, where AWS answered it and knew the key. A call that AWS refuses had its key accepted. */
async function firstAccepted(call: DrillCall, time: DrillTime): Promise<number | undefined> {
  const at = time.now()
  const answer = await call.make()
  return answer === 'accepted' || answer === 'refused' ? at : undefined
}
