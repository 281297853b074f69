import type { Incident } from '../domain/incident.ts'
import { RefusedInAccount } from '../errors.ts'
import { actsIn } from '../ports/accounts.ts'
import type { ContainPorts } from '../ports/contain.ts'
import type { Iam } from '../ports/iam.ts'
import type { Subject } from './steps/step.ts'

type Ports = Pick<ContainPorts, 'iam' | 'account' | 'accounts' | 'quarantinePolicyArn'>

/** The ports of a run on an incident: `iam` is that of the account of its identity, and of an account that is not acted in every call of it is refused. */
export function inAccountOf<P extends Ports>({ identity: { account } }: Pick<Incident, 'identity'>, ports: P): P {
  const { accounts } = ports
  if (accounts?.ids.has(account) === true)
    return { ...ports, iam: accounts.iam(account), quarantinePolicyArn: accounts.quarantinePolicyArn(account) }
  return actsIn(account, ports) ? ports : { ...ports, iam: refusing(account), quarantinePolicyArn: undefined }
}

/** The IAM of the account of a step. `ports` are those of the run on its incident. A replay has one IAM for whatever accounts its log is of. */
export function iamOf(
  { account }: Pick<Subject, 'account'>,
  { iam, account: own, accounts }: Pick<Ports, 'iam' | 'account' | 'accounts'>,
): Iam {
  if (account === undefined) return iam
  if (accounts?.ids.has(account) === true) return accounts.iam(account)
  return own === undefined ? iam : refusing(account)
}

/** The ARN of the managed policy that denies everything, in the account of a step. */
export function quarantineArnFor(
  { account }: Pick<Subject, 'account'>,
  { quarantinePolicyArn, accounts }: Pick<Ports, 'quarantinePolicyArn' | 'accounts'>,
): string | undefined {
  return account === undefined
    ? quarantinePolicyArn
    : accounts?.ids.has(account) === true
      ? accounts.quarantinePolicyArn(account)
      : undefined
}

/** The account of a subject as a step says it: undefined where it is that of the incident's own identity. */
export function accountBeside(account: string | undefined, { identity }: Pick<Incident, 'identity'>): string | undefined {
  return account === identity.account ? undefined : account
}

/** An IAM that refuses every call: a name of that account would hit a namesake here. */
function refusing(account: string): Iam {
  const refuse = () => Promise.reject(new RefusedInAccount(account, `account ${account} is none that this responder acts in`))
  return new Proxy({} as Iam, { get: () => refuse })
}
