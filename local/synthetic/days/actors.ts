import { consoleIdentity, giveKey, type Role, roleOf, sessionArn, sessionIdentity, type User, userIdentity, userOf } from '../cast.ts'
import { iamId } from '../random.ts'
import { ACCOUNT, longTimeOf, timeOf } from '../record.ts'
import { DAY, HOUR } from '../story.ts'
import type { Account } from './account.ts'
import type { Actor, Label } from './step.ts'

/** Where calls come from, by which tool, how fast, and whose they are. */
export interface Origin {
  readonly address: string
  readonly agent: string
  readonly pace?: readonly [least: number, most: number]
  readonly label?: Label
}

/** Paces in seconds: of hands, of scripts, and of programs that call in parallel. */
export const PACES = { person: [3, 40], script: [1, 4], program: [0, 1] } as const

const actorOf = (userIdentity: Actor['userIdentity'], { pace = PACES.script, label = 'benign', ...origin }: Origin): Actor => ({
  userIdentity,
  ...origin,
  pace,
  label,
})

const longBefore = ({ random, lastDay }: Account) => lastDay - random.whole(90, 900) * DAY

/** A user with an access key, both older than the case. */
export function keyUser(account: Account, name: string): User {
  const createdAt = longBefore(account)
  const user = userOf(name, createdAt, account.random)
  giveKey(user, createdAt + HOUR, account.random)
  return user
}

export function oldRole(account: Account, name: string): Role {
  return roleOf(name, longBefore(account), account.random)
}

/** The role that Identity Center makes for a permission set. */
export function permissionSetRole(account: Account, permissionSet: string): Role {
  const name = `AWSReservedSSO_${permissionSet}_${account.random.text(16, '0123456789abcdef')}`
  const arn = `arn:aws:iam::${ACCOUNT}:role/aws-reserved/sso.amazonaws.com/${account.home}/${name}`
  return { ...oldRole(account, name), arn }
}

/** A user by its newest key. */
export function byKey(user: User, time: number, origin: Origin): Actor {
  return actorOf(userIdentity(user, time), origin)
}

/** A session of a role that is there already, with fields that its kind has beside. */
export function inSession(
  account: Account,
  session: { role: Role; name: string; startedAt: number; more?: object },
  origin: Origin,
): Actor {
  const { role, name, startedAt, more } = session
  const identity = sessionIdentity(role, { name, accessKeyId: iamId(account.random, 'ASIA'), startedAt })
  return actorOf({ ...identity, ...more }, origin)
}

/** A person in a session of Identity Center. */
export function inPermissionSet(account: Account, person: { role: Role; email: string; startedAt: number }, origin: Origin): Actor {
  const onBehalfOf = {
    userId: `9067${account.random.text(6, '0123456789abcdef')}-example`,
    identityStoreArn: `arn:aws:identitystore::${ACCOUNT}:identitystore/d-9067example`,
  }
  return inSession(account, { role: person.role, name: person.email, startedAt: person.startedAt, more: { onBehalfOf } }, origin)
}

/** An instance by the role that its metadata service delivers. */
export function onInstance(account: Account, instance: { role: Role; id: string; startedAt: number }, origin: Origin): Actor {
  const actor = inSession(account, { role: instance.role, name: instance.id, startedAt: instance.startedAt }, origin)
  const { sessionContext } = actor.userIdentity as { sessionContext: object }
  return { ...actor, userIdentity: { ...actor.userIdentity, sessionContext: { ...sessionContext, ec2RoleDelivery: '2.0' } } }
}

/** A Lambda function by its role. */
export function inFunction(account: Account, lambda: { role: Role; name: string; startedAt: number }, origin: Origin): Actor {
  const credentialsIssuedTo = `arn:aws:lambda:${account.home}:${ACCOUNT}:function:${lambda.name}`
  const more = { inScopeOf: { issuerType: 'AWS::Lambda::Function', credentialsIssuedTo } }
  return inSession(account, { ...lambda, more }, origin)
}

/** The root user in the console. */
export function asRoot(account: Account, signedInAt: number, origin: Origin): Actor {
  const attributes = { creationDate: timeOf(signedInAt), mfaAuthenticated: 'true' }
  return actorOf(
    {
      type: 'Root',
      principalId: ACCOUNT,
      arn: `arn:aws:iam::${ACCOUNT}:root`,
      accountId: ACCOUNT,
      accessKeyId: iamId(account.random, 'ASIA'),
      sessionContext: { attributes },
    },
    origin,
  )
}

/** An AWS service that calls for itself. */
export function asService(service: string, label: Label = 'benign'): Actor {
  const host = `${service}.amazonaws.com`
  return actorOf({ type: 'AWSService', invokedBy: host }, { address: host, agent: host, label })
}

/** A service that calls with the rights of whoever called it. */
export function throughService(actor: Actor, service: string): Actor {
  const host = `${service}.amazonaws.com`
  return { ...actor, userIdentity: { ...actor.userIdentity, invokedBy: host }, address: host, agent: host }
}

/** A user in the console, signed in with MFA. Writes the sign-in. */
export function signIn(account: Account, user: User, options: { time: number; mfa?: 'Yes' | 'No'; origin: Origin }): Actor {
  const { time, origin, mfa = 'Yes' } = options
  const { type, principalId, arn, accountId } = userIdentity(user, 0)
  const identity = { type, principalId, arn, accountId, userName: user.name }
  account.tell(actorOf(identity, origin), time, signInStep(mfa))
  return actorOf(consoleIdentity(user, iamId(account.random, 'ASIA'), time), { pace: PACES.person, ...origin })
}

/** The sign-in of the root user. */
export function signInAsRoot(account: Account, time: number, origin: Origin): Actor {
  const identity = { type: 'Root', principalId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root`, accountId: ACCOUNT }
  account.tell(actorOf(identity, origin), time, signInStep('Yes'))
  return asRoot(account, time, { pace: PACES.person, ...origin })
}

const signInStep = (mfa: 'Yes' | 'No') =>
  [
    'signin:ConsoleLogin',
    null,
    {
      response: { ConsoleLogin: 'Success' },
      more: { additionalEventData: { LoginTo: 'https://console.aws.amazon.com/console/home', MobileVersion: 'No', MFAUsed: mfa } },
    },
  ] as const

/** The part of AssumeRole's answer that names the session. */
export function assumedAs(account: Account, role: Role, sessionName: string, time: number) {
  const accessKeyId = iamId(account.random, 'ASIA')
  const response = {
    credentials: { accessKeyId, sessionToken: 'IQoJEXAMPLE', expiration: longTimeOf(time + HOUR) },
    assumedRoleUser: { assumedRoleId: `${role.id}:${sessionName}`, arn: sessionArn(role, sessionName) },
  }
  const session = (label: Label, origin: Origin, more: object = {}) =>
    actorOf({ ...sessionIdentity(role, { name: sessionName, accessKeyId, startedAt: time }), ...more }, { ...origin, label })
  return { response, session, resources: [{ accountId: ACCOUNT, type: 'AWS::IAM::Role', ARN: role.arn }] }
}
