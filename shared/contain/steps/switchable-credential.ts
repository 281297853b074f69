import * as z from 'zod'
import type { SwitchKind } from '../../ports/iam.ts'
import { CredentialId, defineStepKind, type StepKindOn, UserName } from './step-kind.ts'

/** A credential of a user that IAM switches off and on as it does an access key. */
export interface SwitchableTarget {
  readonly kind: SwitchKind
  readonly userName: string
  readonly credentialId: string
}

/** The port lists all three kinds at once, so each looks at all three. */
const READS = ['ListServiceSpecificCredentials', 'ListSSHPublicKeys', 'ListSigningCertificates']

/** Declares one of the kinds: `update` is its operation, `parameter` names the credential in it, `what` its name in the documentation. */
export function switchableCredential<Kind extends SwitchKind>(
  kind: Kind,
  { update, parameter, what }: { update: string; parameter: string; what: string },
): StepKindOn<SwitchableTarget> {
  return defineStepKind<SwitchableTarget>({
    kind,
    target: z.strictObject({ kind: z.literal(kind), userName: UserName, credentialId: CredentialId }),
    owner: 'userName',
    name: 'credentialId',
    isCredential: true,
    calls: { reads: READS, set: update, unset: update, reversedBy: [update], credentialParameter: parameter },
    documentation: { what, how: 'its status becomes Inactive', back: 'its status from before' },
    title: ({ userName, credentialId }) => `${kind.replaceAll('-', ' ')} ${credentialId} of ${userName} switched off`,
    async read(iam, { userName, credentialId }) {
      const switches = await iam.listSwitches(userName)
      return switches.find((one) => one.kind === kind && one.id === credentialId)?.status ?? null
    },
    contained: (before) => (before === 'Active' ? 'Inactive' : undefined),
    isContaining: (value) => value === 'Inactive',
    async write(iam, { userName, credentialId }, value) {
      if (value !== 'Active' && value !== 'Inactive') return 'gone'
      return (await iam.setSwitch(userName, { kind, id: credentialId }, value)) ? 'written' : 'gone'
    },
  })
}
