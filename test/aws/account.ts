import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam'
import { type Keys, REGION } from './stack-on-moto.ts'

/** Calls that moto takes without checking credentials: enough to make the first administrator. */
const UNCHECKED_CALLS = 3

/** An account of moto with nothing in it but an administrator, whose keys it answers. From then on moto checks every call. */
export async function emptyAccount(moto: string): Promise<Keys> {
  const requests = [
    ['reset', ''],
    ['reset-auth', String(UNCHECKED_CALLS)],
  ] as const
  for (const [path, body] of requests) {
    const answer = await fetch(`${moto}/moto-api/${path}`, { method: 'POST', body })
    if (!answer.ok) throw new Error(`moto refused ${path} with ${answer.status}`)
  }
  const credentials = { accessKeyId: 'AKIAUNCHECKEDEXAMPLE', secretAccessKey: 'unchecked' }
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
