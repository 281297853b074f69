import type { Random } from './random.ts'
import { iamId } from './random.ts'
import { ACCOUNT, type Caller, timeOf } from './record.ts'

/**
 * The networks that people, machines and the intruder call from, each of 256 addresses. They are real networks of cloud and access providers,
 * so that lookups of country and network find them; they stand for no actual user.
 */
const NETWORKS = {
  /** A hosted CI provider's machines in the US. */
  ci: ['20.42.10', '20.55.14', '20.109.77', '40.76.20'],
  /** The account's own machines in Frankfurt. */
  workload: ['3.64.100', '18.184.20'],
  germany: ['87.128.10', '91.10.33'],
  britain: ['86.150.33', '81.130.1'],
  america: ['73.162.10'],
  /** A hosting company in Romania from which nobody of the account has called. */
  intruder: ['146.70.52'],
} as const

export type CastNetwork = keyof typeof NETWORKS

/** A random address of a network. */
export function addressIn(network: CastNetwork, random: Random): string {
  return `${random.pick(NETWORKS[network])}.${random.whole(2, 250)}`
}

const PYTHON = 'ua/2.0 os/linux#6.8.0-1017-azure md/arch#x86_64 lang/python#3.12.6 md/pyimpl#CPython'

export const AGENTS = {
  cli: `aws-cli/2.22.7 md/awscrt#0.23.4 ${PYTHON} cfg/retry-mode#standard md/installer#exe md/prompt#off`,
  boto: `Boto3/1.35.71 md/Botocore#1.35.71 ${PYTHON} cfg/retry-mode#legacy Botocore/1.35.71`,
  terraform:
    'APN/1.0 HashiCorp/1.0 Terraform/1.9.8 (+https://www.terraform.io) terraform-provider-aws/5.78.0 aws-sdk-go-v2/1.32.5 os/linux lang/go#1.23.3',
  macCli: 'aws-cli/2.22.7 md/awscrt#0.23.4 ua/2.0 os/macos#24.1.0 md/arch#arm64 lang/python#3.12.6 md/prompt#off',
  firefox: 'Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0',
  chrome: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
  pipeline: 'aws-sdk-java/2.29.20 Linux/5.10.227 OpenJDK_64-Bit_Server_VM/17.0.13 Java/17.0.13 exec-env/AWS_Glue',
  ssmAgent: 'aws-sdk-go/1.55.5 (go1.22.8; linux; amd64) amazon-ssm-agent/3.3.1345.0',
  intruder: 'Boto3/1.26.90 Python/3.10.4 Windows/10 Botocore/1.29.90',
} as const

/** An IAM user. `keys` are its access keys, oldest first. */
export interface User {
  readonly name: string
  readonly id: string
  readonly arn: string
  readonly createdAt: number
  readonly keys: { readonly id: string; readonly createdAt: number; status: 'Active' | 'Inactive' }[]
}

export interface Role {
  readonly name: string
  readonly id: string
  readonly arn: string
  readonly createdAt: number
}

export function userOf(name: string, createdAt: number, random: Random): User {
  return { name, id: iamId(random, 'AIDA', 21), arn: `arn:aws:iam::${ACCOUNT}:user/${name}`, createdAt, keys: [] }
}

export function roleOf(name: string, createdAt: number, random: Random): Role {
  return { name, id: iamId(random, 'AROA', 21), arn: `arn:aws:iam::${ACCOUNT}:role/${name}`, createdAt }
}

export function giveKey(user: User, createdAt: number, random: Random): string {
  const id = iamId(random, 'AKIA')
  user.keys.push({ id, createdAt, status: 'Active' })
  return id
}

/** The user as CloudTrail's `userIdentity`, with the newest key that it had at a time. */
export function userIdentity(user: User, time: number): Record<string, unknown> {
  const key = user.keys.findLast(({ createdAt }) => createdAt < time)
  return { ...person(user), ...(key ? { accessKeyId: key.id } : {}), userName: user.name }
}

/** The user as `userIdentity` of calls by the AWS console, which uses a session of its own. */
export function consoleIdentity(user: User, accessKeyId: string, signedInAt: number): Record<string, unknown> {
  const attributes = { creationDate: timeOf(signedInAt), mfaAuthenticated: 'true' }
  return { ...person(user), accessKeyId, userName: user.name, sessionContext: { attributes } }
}

/** A role session as `userIdentity`. */
export function sessionIdentity(role: Role, session: { name: string; accessKeyId: string; startedAt: number }): Record<string, unknown> {
  return {
    type: 'AssumedRole',
    principalId: `${role.id}:${session.name}`,
    arn: sessionArn(role, session.name),
    accountId: ACCOUNT,
    accessKeyId: session.accessKeyId,
    sessionContext: {
      sessionIssuer: { type: 'Role', principalId: role.id, arn: role.arn, accountId: ACCOUNT, userName: role.name },
      attributes: { creationDate: timeOf(session.startedAt), mfaAuthenticated: 'false' },
    },
  }
}

export function sessionArn(role: Role, sessionName: string): string {
  return `arn:aws:sts::${ACCOUNT}:assumed-role/${role.name}/${sessionName}`
}

/** An AWS service as the caller, such as Glue when it assumes a role. */
export function serviceCaller(service: string): Caller {
  const host = `${service}.amazonaws.com`
  return { userIdentity: { type: 'AWSService', invokedBy: host }, address: host, agent: host }
}

function person(user: User): Record<string, unknown> {
  return { type: 'IAMUser', principalId: user.id, arn: user.arn, accountId: ACCOUNT }
}
