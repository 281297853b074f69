import type { Switch } from '../../ports/iam.ts'
import type { Step } from './step.ts'

/** Switches off a service-specific credential (a Bedrock API key is one), an SSH key or a signing certificate. */
export function switchInactive(userName: string, { kind, id }: Pick<Switch, 'kind' | 'id'>): Step {
  return {
    target: `${kind}:${userName}/${id}`,
    title: `${kind.replaceAll('-', ' ')} ${id} of ${userName} inactive`,
    subject: { kind: 'iam-user', name: userName },
    async read(iam) {
      const switches = await iam.listSwitches(userName)
      return switches.find((one) => one.kind === kind && one.id === id)?.status ?? null
    },
    contained: (before) => (before === 'Active' ? 'Inactive' : undefined),
    async write(iam, value) {
      if (value !== 'Active' && value !== 'Inactive') return 'gone'
      return (await iam.setSwitch(userName, { kind, id }, value)) ? 'written' : 'gone'
    },
  }
}
