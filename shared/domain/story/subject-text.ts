import { isAttempt } from '../attempt.ts'
import { wordsFor } from '../containable.ts'
import type { Incident, Suspect } from '../incident.ts'
import { joined, named, type Part, say } from './said.ts'

/** What an incident is about, as the subject of a sentence: `Key …GUUA of ci-deploy`. */
export function subjectText(incident: Pick<Incident, 'identity' | 'credentials' | 'accountName'>): Part[] {
  const { identity, credentials } = incident
  const { kind } = identity
  if (kind === 'root') return say`The root user of ${accountText(incident)}`
  const name = named(identity.name)
  const own = kind === 'role' ? say`role ${name}` : say`${name}`
  const used = credentials.filter((one) => one.kind !== 'none' && !isAttempt(one.id))
  const primary = used.filter(({ isPrimary }) => isPrimary)
  const of = kind === 'iam-user' || kind === 'role' ? credentialText(primary.length === 0 ? used : primary) : undefined
  if (of !== undefined) return say`${of} of ${own}`
  const words = wordsFor(identity)
  return say`${words.charAt(0).toUpperCase()}${words.slice(1)}, ${own},`
}

/** True where a subject is several things: its verb is `were`. */
export function isPlural(subject: readonly Part[]): boolean {
  const [first] = subject.filter((part) => part !== '')
  return typeof first === 'string' && /^(?:[2-9]|\d{2})/.test(first)
}

const KINDS: Readonly<Record<Exclude<Suspect['kind'], 'none'>, readonly [one: string, several: string]>> = {
  'access-key': ['Key', 'keys'],
  session: ['A session', 'sessions'],
  'bedrock-api-key': ['A Bedrock API key', 'Bedrock API keys'],
  console: ['The console sign-in', 'console sign-ins'],
}

/** The credentials in words; undefined where there is none, or of several kinds. */
function credentialText(used: readonly Suspect[]): Part[] | undefined {
  const [first] = used
  if (first === undefined || first.kind === 'none') return undefined
  const [one, several] = KINDS[first.kind]
  if (used.some(({ kind }) => kind !== first.kind)) return say`${used.length} credentials`
  if (used.length > 1) return say`${used.length} ${several}`
  if (first.kind === 'access-key') return say`${one} ${lastOf(first.id)}`
  return first.kind === 'session' && first.sessionName !== undefined ? say`Session ${named(first.sessionName)}` : say`${one}`
}

/** The last four characters of the id of a key, by which people tell keys apart. */
function lastOf(id: string): Part {
  return /^[A-Z0-9]{8,128}$/.test(id) ? `…${id.slice(-4)}` : named(id)
}

/** Why its identity matters, whose it is and in which account, as a part in brackets. */
export function standingIn(incident: Pick<Incident, 'identity' | 'criticality' | 'owner' | 'accountName'>): Part[] {
  const { identity, owner } = incident
  // That it is not known, other lines say.
  const criticality = incident.criticality?.rule
  const said = [
    ...(criticality === undefined ? [] : [say`${named(criticality)}`]),
    ...(owner === undefined ? [] : [say`owner ${named(owner)}`]),
    ...(identity.kind === 'root' || identity.account === 'unknown' ? [] : [accountText(incident)]),
  ]
  return said.length === 0 ? [] : say` (${joined(said, '; ')})`
}

/** The account of an incident: by the name that the policy has for it and its id, or by its id alone. */
function accountText({ identity: { account }, accountName }: Pick<Incident, 'identity' | 'accountName'>): Part[] {
  return accountName === undefined ? say`account ${named(account)}` : say`account ${named(accountName)} (${named(account)})`
}
