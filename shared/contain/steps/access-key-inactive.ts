import type { Step } from './step.ts'

/** Switches one access key off. Its sessions outlive it: see `denyAll`. */
export function accessKeyInactive(userName: string, accessKeyId: string): Step {
  return {
    target: `access-key:${userName}/${accessKeyId}`,
    title: `access key ${accessKeyId} of ${userName} inactive`,
    subject: { kind: 'iam-user', name: userName },
    async read(iam) {
      const keys = await iam.listAccessKeys(userName)
      return keys.find(({ id }) => id === accessKeyId)?.status ?? null
    },
    contained: (before) => (before === 'Active' ? 'Inactive' : undefined),
    async write(iam, value) {
      if (value !== 'Active' && value !== 'Inactive') return 'gone'
      return (await iam.setAccessKeyStatus(userName, accessKeyId, value)) ? 'written' : 'gone'
    },
  }
}
