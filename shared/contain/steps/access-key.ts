import * as z from 'zod'
import { CredentialId, defineStepKind, UserName } from './step-kind.ts'

/** An access key of a user, switched off. Its sessions outlive it: see `denyAll`. */
export const accessKey = defineStepKind({
  kind: 'access-key',
  target: z.strictObject({ kind: z.literal('access-key'), userName: UserName, accessKeyId: CredentialId }),
  owner: 'userName',
  name: 'accessKeyId',
  isCredential: true,
  calls: {
    reads: ['ListAccessKeys'],
    set: 'UpdateAccessKey',
    unset: 'UpdateAccessKey',
    reversedBy: ['UpdateAccessKey'],
    credentialParameter: 'accessKeyId',
  },
  documentation: { what: 'an access key', how: 'its status becomes Inactive', back: 'its status from before' },
  title: ({ userName, accessKeyId }) => `key ${accessKeyId} of ${userName} switched off`,
  async read(iam, { userName, accessKeyId }) {
    const keys = await iam.listAccessKeys(userName)
    return keys.find(({ id }) => id === accessKeyId)?.status ?? null
  },
  contained: (before) => (before === 'Active' ? 'Inactive' : undefined),
  isContaining: (value) => value === 'Inactive',
  async write(iam, { userName, accessKeyId }, value) {
    if (value !== 'Active' && value !== 'Inactive') return 'gone'
    return (await iam.setAccessKeyStatus(userName, accessKeyId, value)) ? 'written' : 'gone'
  },
})
