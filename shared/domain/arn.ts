/**
 * An Amazon Resource Name in its parts. `region` and `account` are empty where the service has none; `account` is `aws` for what AWS manages.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
 */
export interface Arn {
  readonly partition: string
  readonly service: string
  readonly region: string
  readonly account: string
  readonly resource: string
}

/**
 * The pattern of an ARN. Any partition is taken whose name begins with `aws`, because AWS adds partitions. An account is 12 digits, nothing,
 * or the name of an AWS service that owns the resource, such as `aws` or `cloudfront`.
 */
const ARN = /^arn:(aws[a-z0-9-]{0,20}):([a-z0-9-]{1,64}):([a-z0-9-]{0,32}):(\d{12}|[a-z]{1,20}|):([^\0]{1,2000})$/s

/** The ARNs that were parsed last: nearly every record of a log names users and roles that others named before. */
const PARSED = new Map<string, Arn | undefined>()

/** The most texts that are kept, and the longest, in characters. */
const PARSED_LIMIT = 1000
const PARSED_LENGTH = 256

/** The parts of an ARN, or undefined where the text is none. */
export function parseArn(text: string): Arn | undefined {
  if (text.length > PARSED_LENGTH) return partsOf(text)
  const known = PARSED.get(text)
  if (known !== undefined || PARSED.has(text)) return known
  const arn = partsOf(text)
  if (PARSED.size >= PARSED_LIMIT) PARSED.clear()
  PARSED.set(text, arn)
  return arn
}

function partsOf(text: string): Arn | undefined {
  const parts = ARN.exec(text)
  if (parts === null) return undefined
  const [, partition = '', service = '', region = '', account = '', resource = ''] = parts
  return { partition, service, region, account, resource }
}

/** The text of an ARN. */
export function formatArn({ partition, service, region, account, resource }: Arn): string {
  return ['arn', partition, service, region, account, resource].join(':')
}

/** A user, role or root of an account, or the session of a role. `name` is the last part of the path; of a session it is the role's. */
export interface Principal {
  readonly kind: 'user' | 'role' | 'root' | 'assumed-role' | 'federated-user'
  readonly name: string
  readonly account: string
  readonly partition: string
  /** Only of `assumed-role`. */
  readonly sessionName: string | undefined
}

/** The principal that an ARN of IAM or STS names, or undefined where the text names none. */
export function principalIn(text: string): Principal | undefined {
  const arn = parseArn(text)
  if (arn === undefined || arn.region !== '' || !/^\d{12}$/.test(arn.account)) return undefined
  const { account, partition, resource, service } = arn
  if (service === 'iam' && resource === 'root') return { kind: 'root', name: 'root', account, partition, sessionName: undefined }
  const [kind, ...path] = resource.split('/')
  if (service === 'iam' && (kind === 'user' || kind === 'role')) {
    const name = path.at(-1)
    return name === undefined || name === '' ? undefined : { kind, name, account, partition, sessionName: undefined }
  }
  if (service !== 'sts' || (kind !== 'assumed-role' && kind !== 'federated-user')) return undefined
  const [name, ...session] = path
  if (name === undefined || name === '') return undefined
  return { kind, name, account, partition, sessionName: session.join('/') || undefined }
}

/** The partitions with the names of their regions, from the endpoint data of the AWS SDKs. Every other region is of `aws`. */
const PARTITIONS: readonly (readonly [region: RegExp, partition: string])[] = [
  [/^cn-/, 'aws-cn'],
  [/^us-gov-/, 'aws-us-gov'],
  [/^us-iso-/, 'aws-iso'],
  [/^us-isob-/, 'aws-iso-b'],
  [/^eu-isoe-/, 'aws-iso-e'],
  [/^us-isof-/, 'aws-iso-f'],
  [/^eusc-/, 'aws-eusc'],
]

/** The partition of a region. */
export function partitionOfRegion(region: string): string {
  return PARTITIONS.find(([pattern]) => pattern.test(region))?.[1] ?? 'aws'
}

/** The partition of the first text that is an ARN. Where none is, that of the region. */
export function partitionFrom(texts: readonly (string | undefined)[], region = ''): string {
  for (const text of texts) {
    const partition = text === undefined ? undefined : parseArn(text)?.partition
    if (partition !== undefined) return partition
  }
  return partitionOfRegion(region)
}

/** The ends of the names of AWS's services in each partition, from the endpoint data of the AWS SDKs. */
const SERVICE_SUFFIX = /\.(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)$/

/** The name of a service of AWS in a host name such as `iam.amazonaws.com`, in any partition; undefined for every other text. */
export function serviceIn(host: string | undefined): string | undefined {
  const end = host === undefined ? -1 : host.search(SERVICE_SUFFIX)
  return end <= 0 ? undefined : host?.slice(0, end)
}

/** Where a user or a role is: the account, and the partition that the account is in. */
export interface Place {
  readonly account: string
  readonly partition: string
}

/** The ARN of a user, by its name or by its path and name. */
export function userArn({ account, partition }: Place, name: string): string {
  return formatArn({ partition, service: 'iam', region: '', account, resource: `user/${name}` })
}

/** The ARN of a role, by its name or by its path and name. */
export function roleArn({ account, partition }: Place, name: string): string {
  return formatArn({ partition, service: 'iam', region: '', account, resource: `role/${name}` })
}

/** The ARN of the root user. */
export function rootArn({ account, partition }: Place): string {
  return formatArn({ partition, service: 'iam', region: '', account, resource: 'root' })
}

/** The name of a managed policy of AWS, such as `AdministratorAccess`, in any partition; undefined for every other text. */
export function awsManagedPolicyIn(text: string): string | undefined {
  const arn = parseArn(text)
  if (arn?.service !== 'iam' || arn.account !== 'aws' || !arn.resource.startsWith('policy/')) return undefined
  return arn.resource.slice('policy/'.length)
}

/** The place of an identity: its own account, and the partition of its ARN. */
export function placeOf({ id, account }: { readonly id: string; readonly account: string }, region?: string): Place {
  return { account, partition: partitionFrom([id], region) }
}
