import type { Role } from '../cast.ts'
import { iamId } from '../random.ts'
import { ACCOUNT } from '../record.ts'
import type { Account } from './account.ts'
import { asService, assumedAs, type Origin } from './actors.ts'
import type { Actor } from './step.ts'

export interface Assumption {
  readonly role: Role
  readonly sessionName: string
  readonly time: number
}

/** Writes AssumeRole by an actor and returns the session, which calls from where the actor calls unless `origin` says otherwise. */
export function assume(account: Account, actor: Actor, { role, sessionName, time, origin }: Assumption & { origin?: Origin }): Actor {
  const { response, resources, session } = assumedAs(account, role, sessionName, time)
  account.tell(actor, time, [
    'sts:AssumeRole',
    { roleArn: role.arn, roleSessionName: sessionName, durationSeconds: 3600 },
    { response, resources },
  ])
  return session(actor.label, { address: actor.address, agent: actor.agent, pace: actor.pace, ...origin })
}

/** Writes AssumeRole by a service of AWS for what it runs, and returns the session. */
export function assumeForService(account: Account, service: string, assumption: Assumption & { origin: Origin }): Actor {
  return assume(account, asService(service), assumption)
}

/** The provider of web identities and who of it calls: `repo:example/parcel:ref:refs/heads/main`. */
export interface WebIdentity {
  readonly provider: string
  readonly subject: string
  readonly audience?: string
}

/** Writes AssumeRoleWithWebIdentity and returns the session. */
export function assumeByWebIdentity(
  account: Account,
  identity: WebIdentity,
  { role, sessionName, time, origin }: Assumption & { origin: Origin },
): Actor {
  const { provider, subject, audience = 'sts.amazonaws.com' } = identity
  const { response, resources, session } = assumedAs(account, role, sessionName, time)
  const providerArn = `arn:aws:iam::${ACCOUNT}:oidc-provider/${provider}`
  const web = {
    type: 'WebIdentityUser',
    principalId: `${providerArn}:${audience}:${subject}`,
    userName: subject,
    identityProvider: providerArn,
  }
  const answer = { ...response, subjectFromWebIdentityToken: subject, provider: providerArn, audience }
  const { address, agent, pace = [0, 1] as const, label = 'benign' as const } = origin
  account.tell({ userIdentity: web, address, agent, pace, label }, time, [
    'sts:AssumeRoleWithWebIdentity',
    { roleArn: role.arn, roleSessionName: sessionName, durationSeconds: 3600 },
    { response: answer, resources },
  ])
  const actor = session(label, { ...origin, pace })
  const { sessionContext } = actor.userIdentity as { sessionContext: object }
  const webIdFederationData = { federatedProvider: providerArn, attributes: {} }
  return { ...actor, userIdentity: { ...actor.userIdentity, sessionContext: { ...sessionContext, webIdFederationData } } }
}

/** Writes AssumeRole by a role of another account, and returns the session. */
export function assumeFromOutside(
  account: Account,
  outside: { accountId: string; externalId?: string },
  { role, sessionName, time, origin }: Assumption & { origin: Origin },
): Actor {
  const { response, resources, session } = assumedAs(account, role, sessionName, time)
  const { address, agent, pace = [0, 1] as const, label = 'benign' as const } = origin
  const caller = { type: 'AWSAccount', principalId: `${iamId(account.random, 'AROA', 21)}:${sessionName}`, accountId: outside.accountId }
  const externalId = outside.externalId === undefined ? {} : { externalId: outside.externalId }
  account.tell({ userIdentity: caller, address, agent, pace, label }, time, [
    'sts:AssumeRole',
    { roleArn: role.arn, roleSessionName: sessionName, ...externalId, durationSeconds: 3600 },
    { response, resources, more: { sharedEventID: account.random.uuid() } },
  ])
  return session(label, { ...origin, pace })
}
