import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { type Keys, REGION } from './stack-on-moto.ts'

/** Calls by which the first administrator of an account is made, and one more by which another account is entered. */
const CALLS_FOR_ADMIN = 3

/** An account of moto with nothing in it but an administrator, whose keys it answers. From then on moto checks every call. */
export async function emptyAccount(moto: string): Promise<Keys> {
  return (await emptyAccounts(moto, [])).home
}

/** The stack's own account and others, each with nothing in it but an administrator, whose keys it answers in the same order. From then on moto checks every call. */
export async function emptyAccounts(moto: string, others: readonly string[]): Promise<{ readonly home: Keys; readonly others: Keys[] }> {
  const unchecked = CALLS_FOR_ADMIN + others.length * (CALLS_FOR_ADMIN + 1)
  const requests = [
    ['reset', ''],
    ['reset-auth', String(unchecked)],
  ] as const
  for (const [path, body] of requests) {
    const answer = await fetch(`${moto}/moto-api/${path}`, { method: 'POST', body })
    if (!answer.ok) throw new Error(`moto refused ${path} with ${answer.status}`)
  }
  const credentials = { accessKeyId: 'AKIAUNCHECKEDEXAMPLE', secretAccessKey: 'unchecked' }
  const home = await administrator(moto, credentials)
  const made: Keys[] = []
  for (const account of others) made.push(await administrator(moto, await sessionIn(account, { moto, credentials })))
  return { home, others: made }
}

/** A session in another account: moto gives one of a role that is not there. */
async function sessionIn(account: string, { moto, credentials }: { moto: string; credentials: Keys }): Promise<Keys> {
  const sts = new STSClient({ endpoint: moto, region: REGION, credentials })
  const RoleArn = `arn:aws:iam::${account}:role/OrganizationAccountAccessRole`
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'admin' }))
  if (Credentials?.AccessKeyId === undefined || Credentials.SecretAccessKey === undefined || Credentials.SessionToken === undefined)
    throw new Error(`moto gave no session in ${account}`)
  return { accessKeyId: Credentials.AccessKeyId, secretAccessKey: Credentials.SecretAccessKey, sessionToken: Credentials.SessionToken }
}

async function administrator(moto: string, credentials: Keys): Promise<Keys> {
  const unchecked = new IAMClient({ endpoint: moto, region: REGION, credentials })
  await unchecked.send(new CreateUserCommand({ UserName: 'admin' }))
  await unchecked.send(new PutUserPolicyCommand({ UserName: 'admin', PolicyName: 'all', PolicyDocument: allow('*') }))
  return newKey(unchecked, 'admin')
}

export async function newKey(client: IAMClient, userName: string): Promise<Keys> {
  const { AccessKey } = await client.send(new CreateAccessKeyCommand({ UserName: userName }))
  if (AccessKey?.AccessKeyId === undefined || AccessKey.SecretAccessKey === undefined) throw new Error(`moto made no key for ${userName}`)
  return { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey }
}

/** A policy document that allows actions on everything. */
export const allow = (actions: string) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] })
