import type { Switch, SwitchKind } from '../../ports/iam.ts'
import { accessKey } from './access-key.ts'
import { DENY_ALL } from './quarantine.ts'
import { rolePolicy } from './role-policy.ts'
import { roleTrust } from './role-trust.ts'
import { serviceSpecificCredential } from './service-specific-credential.ts'
import { signingCertificate } from './signing-certificate.ts'
import { sshPublicKey } from './ssh-public-key.ts'
import type { Step, StepValue } from './step.ts'
import type { StepKind, StepKindOn } from './step-kind.ts'
import type { SwitchableTarget } from './switchable-credential.ts'
import { userAttachment } from './user-attachment.ts'
import { userBoundary } from './user-boundary.ts'
import { userPolicy } from './user-policy.ts'

/** Every kind of step that there is. The rest of the code knows of steps what this list says. */
export const STEPS: readonly StepKind[] = [
  accessKey,
  userPolicy,
  userAttachment,
  userBoundary,
  serviceSpecificCredential,
  sshPublicKey,
  signingCertificate,
  rolePolicy,
  roleTrust,
]

const SWITCHABLE: Readonly<Record<SwitchKind, StepKindOn<SwitchableTarget>>> = {
  'service-specific-credential': serviceSpecificCredential,
  'ssh-public-key': sshPublicKey,
  'signing-certificate': signingCertificate,
}

/** Switches off what a user has beside access keys. */
export function switchInactive(userName: string, { kind, id }: Pick<Switch, 'kind' | 'id'>): Step {
  return SWITCHABLE[kind].step({ userName, credentialId: id })
}

/** The step that an entry of the record is about, so that a release needs nothing but the record. */
export function stepFor(target: string): Step | undefined {
  return stepKindOf(target)?.stepFor(target)
}

/** The stored text of the same step on another user; undefined where a text is no step on a user, or a name is none of IAM. */
export function targetOfUser(target: string, userName: string): string | undefined {
  const kind = stepKindOf(target)
  const parsed = kind?.parse(target)
  if (kind === undefined || parsed === undefined || kind.owner !== 'userName') return undefined
  const text = kind.textOf({ ...parsed, userName }, kind.stepFor(target)?.subject.account)
  return kind.parse(text) === undefined ? undefined : text
}

/** A step that denies a user, as opposed to one that switches off a credential of theirs. */
export function isUserDeny({ subject, isCredential }: Step): boolean {
  return subject.kind === 'iam-user' && !isCredential
}

/** True for a step that denies a user or role everything, and not only one credential or some sessions. */
export function isWholeDeny(step: Step): boolean {
  return isUserDeny(step) || (step.kind === rolePolicy.kind && step.contained(null) === DENY_ALL)
}

/** The operation of IAM that sets a step's value, or takes it away where that is none; undefined where the target is of no step. */
export function operationOf(target: string, value: unknown): string | undefined {
  const calls = stepKindOf(target)?.calls
  return value === null ? calls?.unset : calls?.set
}

/** A value of a step in a word or two, where its kind has some for it. */
export function briefValue(target: string, value: StepValue): string | undefined {
  return value === null ? undefined : stepKindOf(target)?.brief?.(value)
}

function stepKindOf(target: string): StepKind | undefined {
  return STEPS.find(({ kind }) => target.startsWith(`${kind}:`))
}
