import { type Reach, reachIn } from '../shared/decide/reach/account-reach.ts'
import type { PolicyHolder, ServiceControlPolicies } from '../shared/domain/account-policies.ts'

export const ACCOUNT = '123456789012'
export const userArn = (name: string) => `arn:aws:iam::${ACCOUNT}:user/${name}`
export const roleArn = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`

type Listed = string | readonly string[]

/** A statement as a policy has it. */
export type Written = Readonly<Record<string, unknown>>

export const allow = (Action: Listed, Resource: Listed = '*', more: object = {}): Written => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
})
export const deny = (Action: Listed, Resource: Listed = '*', more: object = {}): Written => ({ Effect: 'Deny', Action, Resource, ...more })
export const namedPolicy = (name: string, ...Statement: readonly Written[]) => ({ name, document: { Version: '2012-10-17', Statement } })

/** A user whose one policy has these statements. */
export function userWith(name: string, ...statements: readonly Written[]): PolicyHolder {
  return { id: userArn(name), kind: 'iam-user', name, tags: {}, policies: { identity: [namedPolicy(`of ${name}`, ...statements)] } }
}

/** A role that trusts somebody, whose one policy has these statements. */
export function roleWith(name: string, principal: unknown, ...statements: readonly Written[]): PolicyHolder {
  const trust = { Statement: { Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' } }
  return { id: roleArn(name), kind: 'role', name, tags: {}, policies: { identity: [namedPolicy(`of ${name}`, ...statements)] }, trust }
}

export const OWN_ACCOUNT = { AWS: `arn:aws:iam::${ACCOUNT}:root` }

/** The reach of the first of these in an account that has all of them. */
export function reachOf(holders: readonly PolicyHolder[], controls: ServiceControlPolicies = []): Reach {
  const reach = reachIn({ holders, controls }).get(holders[0]?.id ?? '')
  if (reach === undefined) throw new Error('the account has nobody')
  return reach
}

export const pathNamesOf = ({ paths }: Reach) => paths.map(({ path }) => path.name)
