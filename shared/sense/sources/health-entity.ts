import { createHash } from 'node:crypto'
import { type Place, principalIn, roleArn, userArn } from '../../domain/arn.ts'
import { accountOfKey } from '../../domain/key-account.ts'
import type { Credential, Identity } from '../../domain/signal.ts'

/** Whom an entity of a Health event is about. `note` says why a person has to act, where the event names no user and no role. */
export interface HealthEntity {
  readonly identity: Identity
  readonly credential: Credential
  readonly note: string | undefined
}

/** The codes whose entities are names of users, as those of access keys are not. */
const NAMING_USERS: ReadonlySet<string> = new Set(['AWS_RISK_IAM_QUARANTINE'])

/**
 * Reads an entity by its form. A text is a user's name only where the code says so: an intruder's credential must not be taken for a user who
 * happens to be named like it, or for one who does not exist.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes
 */
export function healthEntityOf(entity: string, code: string, place: Place): HealthEntity {
  if (entity.startsWith('arn:')) return ofArn(entity, place)
  if (/^AKIA[A-Z0-9]{12,124}$/.test(entity)) {
    // The identity is a placeholder until IAM names the owner of the key.
    return asks(`access-key:${entity}`, { name: entity, place, credential: { id: entity, kind: 'access-key' }, note: undefined })
  }
  if (/^ASIA[A-Z0-9]{12,124}$/.test(entity)) {
    const note = 'a session'
    return asks(`session:${entity}`, { name: entity, place, credential: { id: entity, kind: 'session' }, note })
  }
  if (/^A(BIA|CCA|PKA|SCA)[A-Z0-9]{12,124}$/.test(entity))
    return asks(`credential:${entity}`, { name: entity, place, note: 'a credential that IAM does not find by its id' })
  if (entity.startsWith('ABSK')) {
    // A text of this form is the API key itself, which must not be kept.
    const name = `Bedrock API key with SHA-256 ${createHash('sha256').update(entity).digest('hex').slice(0, 16)}`
    return asks(`bedrock-api-key:${name.slice(-16)}`, { name, place, note: 'an API key of Amazon Bedrock; IAM lists them by user' })
  }
  const [, ofAccount] = /^BedrockAPIKey-[\w+=,.@-]+-at-(\d{12})(?:\+\d+)?$/.exec(entity) ?? []
  if (ofAccount !== undefined || entity.startsWith('BedrockAPIKey-')) {
    const at = { ...place, account: ofAccount ?? place.account }
    return asks(`bedrock-api-key:${entity}`, { name: entity, place: at, note: 'the name of a Bedrock API key, and of no user' })
  }
  if (/^\d{12}$/.test(entity))
    return asks(`account:${entity}`, {
      name: `account ${entity}`,
      place: { ...place, account: entity },
      note: 'it names an account and no credential',
    })
  if (NAMING_USERS.has(code) && /^[\w+=,.@-]{1,64}$/.test(entity)) {
    const id = userArn(place, entity)
    return { identity: { id, kind: 'iam-user', name: entity, account: place.account }, credential: none(id), note: undefined }
  }
  return asks(`entity:${entity}`, { name: entity, place, note: 'it names no key, user or role' })
}

function ofArn(entity: string, place: Place): HealthEntity {
  const principal = principalIn(entity)
  switch (principal?.kind) {
    case 'user':
    case 'root': {
      const kind = principal.kind === 'root' ? 'root' : 'iam-user'
      return { identity: { id: entity, kind, name: principal.name, account: principal.account }, credential: none(entity), note: undefined }
    }
    case 'role':
      return {
        identity: { id: entity, kind: 'role', name: principal.name, account: principal.account },
        credential: none(entity),
        note: undefined,
      }
    case 'assumed-role': {
      const { account, name, sessionName } = principal
      const id = roleArn(principal, name)
      const session = sessionName === undefined ? none(id) : { id: `session:${id}/${sessionName}`, kind: 'none' as const, sessionName }
      return { identity: { id, kind: 'role', name, account }, credential: session, note: undefined }
    }
    default:
      return asks(entity, { name: entity.slice(entity.lastIndexOf('/') + 1), place, note: 'it names no user and no role' })
  }
}

function asks(
  id: string,
  { name, place, credential = none(id), note }: { name: string; place: Place; credential?: Credential; note: string | undefined },
): HealthEntity {
  const account = accountOfKey(name) ?? place.account
  return { identity: { id, kind: 'unknown', name: name.slice(0, 128), account }, credential, note }
}

function none(id: string): Credential {
  return { id: `none:${id}`, kind: 'none' }
}
