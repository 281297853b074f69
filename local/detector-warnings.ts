import { isIP } from 'node:net'
import { ruleIdsOf } from '../shared/detect/detector-names.ts'
import { counted } from '../shared/domain/counted.ts'
import { UNCOMPARED_RULE } from '../shared/domain/detector-id.ts'
import { type DetectorException, EXCEPTION_KINDS, endOf } from '../shared/domain/detector-tuning.ts'
import type { Policy } from '../shared/domain/policy.ts'
import { DAY_MS } from '../shared/domain/time.ts'
import { addressKind } from '../shared/sense/enrich/address-kind.ts'
import { commandName, quoted } from './command-name.ts'
import { everybodyBy } from './wide-patterns.ts'

type Tuned = Pick<Policy, 'detectors'>

/** For so long an exception stands without a warning. */
const LONG_DAYS = 366

/** The exceptions that no longer apply at a time (epoch ms), one a line. */
export function endedExceptions(policy: Tuned, now: number): string[] {
  return exceptionsOf(policy).flatMap(([key, exception]) =>
    endOf(exception) <= now ? [`${key} ended ${exception.until} and no longer applies: remove it, or give it a new until`] : [],
  )
}

/** What an exception reaches beyond what it seems to say, or never, one warning a line. */
export function exceptionWarnings(policy: Tuned, now: number): string[] {
  return exceptionsOf(policy).flatMap(([key, exception]) =>
    [...byChoice(exception), ...byName(exception), ...byWidth(exception), ...byPrivate(exception), ...byLength(exception, now)].map(
      (line) => `${key} ${line}`,
    ),
  )
}

/** Which own rules of the policy in a file were not checked, and the command that checks them. Which rules there are is known by their folder alone. */
export function uncheckedRules({ detectors }: Tuned, path: string): string[] {
  const named = ruleIdsOf(detectors).filter((id) => id !== UNCOMPARED_RULE)
  if (named.length === 0) return []
  const [were, them] = named.length === 1 ? ['was', 'it'] : ['were', 'them']
  return [
    `the policy names ${counted(named.length, 'own rule')} that ${were} not checked, because no folder of rules is given: ${named.join(', ')}. A wrong name changes nothing. Check ${them} with \`${commandName()} policy check ${quoted(path)} --rules FOLDER\``,
  ]
}

function exceptionsOf({ detectors }: Tuned): (readonly [string, DetectorException])[] {
  return Object.entries(detectors).flatMap(([id, { except }]) =>
    except.map((exception, at) => [`detectors.${id}.except.${at}`, exception] as const),
  )
}

/** The user agent, and what is asked for, are the caller's choice. */
function byChoice(exception: DetectorException): string[] {
  const named = EXCEPTION_KINDS.filter((kind) => exception[kind] !== undefined)
  if (named.length > 1 || named[0] !== 'tools') return []
  return ['goes by the tool alone, which every caller chooses: whoever says that it is this tool is excepted. Add identities or networks']
}

/** A wildcard in a name is of names that are still to be given. */
function byName({ identities = [] }: DetectorException): string[] {
  return identities
    .filter((pattern) => /:(?:user|role)\/.*\*/.test(pattern) && everybodyBy(pattern) === undefined)
    .map((pattern) => `is also of whoever will be called ${pattern}: name each identity where people may create others`)
}

function byWidth({ tools = [], objects = [], networks = [] }: DetectorException): string[] {
  const all = [...tools, ...objects].filter((pattern) => /^\*+$/.test(pattern))
  const wide = networks.filter((entry) => /\/[0-7]$/.test(entry))
  return [...all, ...wide].map((pattern) => `takes ${pattern}, which is everything, or nearly: leave that list out, or say what is meant`)
}

/** A private address is never compared. */
function byPrivate({ networks = [] }: DetectorException): string[] {
  return networks
    .filter((entry) => isIP(entry.split('/')[0] ?? '') !== 0 && addressKind(entry.split('/')[0] ?? '') === 'private')
    .map((entry) => `names ${entry}, which never fits: through a VPC endpoint of its own anybody has a private address`)
}

function byLength(exception: DetectorException, now: number): string[] {
  return endOf(exception) - now > LONG_DAYS * DAY_MS
    ? [`stands until ${exception.until}: nobody looks at it again for more than a year`]
    : []
}
