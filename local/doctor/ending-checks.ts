import type { AcceptedPattern } from '../../shared/domain/accepted-pattern.ts'
import { counted } from '../../shared/domain/counted.ts'
import { endOf } from '../../shared/domain/detector-tuning.ts'
import type { Policy } from '../../shared/domain/policy.ts'
import { printable } from '../../shared/domain/printable.ts'
import { DAY_MS, minuteText } from '../../shared/domain/time.ts'
import type { CheckResult } from './check.ts'

/** So long before it ends, an exception or a pattern is told of. */
const SOON_MS = 7 * DAY_MS

/** The most that are named in one line. */
const NAMED = 10

interface Ending {
  readonly name: string
  readonly end: number
}

/** Which exceptions of detectors have ended or end soon. `apply`: the command that puts a policy in force. */
export function exceptionsResult({ detectors }: Pick<Policy, 'detectors'>, now: number, apply: string): CheckResult {
  const all = Object.entries(detectors).flatMap(([id, { except }]) =>
    except.map((exception, at) => ({
      name: `detector ${id}, exception ${at + 1} (${printable(exception.reason, 60)})`,
      end: endOf(exception),
    })),
  )
  return ofEndings(all, now, {
    what: ['exception', 'exceptions'],
    todo: `What has ended counts again. Remove it from policy.yaml, or give it a new \`until\`, and then \`${apply}\``,
  })
}

/** Which accepted patterns have ended or end soon. `days`: for how long the policy lets one count. `list`: the command that lists them. */
export function patternsResult(
  patterns: readonly AcceptedPattern[],
  now: number,
  { days, list }: { days: number; list: string },
): CheckResult {
  const all = patterns.map(({ id, identityId, at, until }) => ({
    name: `${printable(identityId.slice(identityId.lastIndexOf('/') + 1), 64)} (${id})`,
    end: Math.min(until, Date.parse(at) + days * DAY_MS),
  }))
  return ofEndings(all, now, {
    what: ['pattern', 'patterns'],
    todo: `People are asked again about what has ended; a release accepts it anew. \`${list}\` says what each is about, and how to revoke it`,
  })
}

function ofEndings(
  all: readonly Ending[],
  now: number,
  { what, todo }: { what: readonly [one: string, many: string]; todo: string },
): CheckResult {
  const sorted = all.toSorted((a, b) => a.end - b.end)
  const ended = sorted.filter(({ end }) => end <= now)
  const soon = sorted.filter(({ end }) => end > now && end - now <= SOON_MS)
  const number = counted(all.length, ...what)
  if (all.length === 0) return { state: 'ok', fact: 'There are none.' }
  const [next] = sorted
  if (ended.length + soon.length === 0) return { state: 'ok', fact: `${number}; the next ends ${minuteText(next?.end ?? now)}.` }
  return {
    state: 'look',
    fact: `${number}. ${[...listed('Ended', ended), ...listed('End within 7 days', soon)].join(' ')}`,
    todo: `${todo}.`,
  }
}

function listed(title: string, endings: readonly Ending[]): string[] {
  if (endings.length === 0) return []
  const named = endings.slice(0, NAMED).map(({ name, end }) => `${name}, ${minuteText(end)}`)
  const more = endings.length > NAMED ? `; and ${endings.length - NAMED} more` : ''
  return [`${title}: ${named.join('; ')}${more}.`]
}
