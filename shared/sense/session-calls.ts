import { accountOfKey } from '../domain/key-account.ts'
import { MINUTE_MS } from '../domain/time.ts'
import type { EventHistory } from '../ports/lookup.ts'
import type { Clock } from '../ports/runtime.ts'

/**
 * How often a minute CloudTrail is asked whose a session is that anybody may have written of. LookupEvents takes two requests a second in an account and region, which the
 * look-ups of incidents and of new keys need (`LOOKUP_PAUSE_MS`), and whoever writes a ticket or a line of a log can name thousands of sessions.
 */
const HEARSAY_A_MINUTE = 2

/** What says whose a session is. */
export interface SessionCalls {
  /**
   * Records of calls of a session; undefined where CloudTrail was not asked. Of hearsay it is one request at most, few times a minute, and none for a session whose id says
   * that another account issued it.
   */
  callsOf(sessionId: string, isHearsay: boolean): Promise<readonly unknown[] | undefined>
}

/** Looks up calls of sessions in CloudTrail, and keeps what anybody can write from using up its rate. */
export function sessionCalls(history: Pick<EventHistory, 'lookup'> & Partial<Pick<EventHistory, 'account'>>, clock: Clock): SessionCalls {
  let asked: readonly number[] = []
  return {
    async callsOf(sessionId, isHearsay) {
      if (!isHearsay) return history.lookup(sessionId)
      const issuer = accountOfKey(sessionId)
      if (issuer !== undefined && history.account !== undefined && issuer !== history.account) return undefined
      const now = clock.now()
      asked = asked.filter((at) => now - at < MINUTE_MS)
      if (asked.length >= HEARSAY_A_MINUTE) return undefined
      asked = [...asked, now]
      return history.lookup(sessionId, undefined, 1)
    },
  }
}
