import * as z from 'zod'
import { ResponderError } from '../../errors.ts'
import type { Iam } from '../../ports/iam.ts'
import type { Step, StepValue, Subject, WriteOutcome } from './step.ts'

/** Names and ids as IAM takes them: https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html */
export const UserName = z.string().regex(/^[\w+=,.@-]{1,64}$/)
export const RoleName = z.string().regex(/^[\w+=,.@-]{1,64}$/)

/** True where IAM can have given this name to a user or a role. */
export function isNameOfIam(name: string): boolean {
  return UserName.safeParse(name).success
}

export const PolicyName = z.string().regex(/^[\w+=,.@-]{1,128}$/)
/** Of any partition, and of AWS itself (`arn:aws:iam::aws:policy/…`). */
export const PolicyArn = z
  .string()
  .max(2048)
  .regex(/^arn:[\w-]+:iam::(\d{12}|aws):policy(\/[\w+=,.@-]+)+$/)
/** IAM's own are of 16 characters or more, without a hyphen; an embedded account may name its own. */
export const CredentialId = z.string().regex(/^[\w-]{1,128}$/)
export const AccountId = z.string().regex(/^\d{12}$/)

/** What a step is set on: its kind, whose it is, and which of theirs. */
export type StepTarget = { readonly kind: string }

/** Whose it is: the field of the target, and the parameter by which every call of the step names the subject. */
export type Owner = 'userName' | 'roleName'

const SUBJECTS: Readonly<Record<Owner, Subject['kind']>> = { userName: 'iam-user', roleName: 'role' }

/** The operations of IAM that are about a step. CloudTrail and OCSF name them so, and IAM policies with `iam:` before it. */
export interface StepCalls {
  /** What is looked at before and after. */
  readonly reads: readonly string[]
  /** What sets a value. */
  readonly set: string
  /** What takes the value away where it is to be none. The same as `set` where a value cannot be none. */
  readonly unset: string
  /** By what somebody else undoes it: a successful one has the containment looked at again. */
  readonly reversedBy: readonly string[]
  /** The request parameter that names the policy, where the calls are about one. */
  readonly policyParameter?: 'policyName' | 'policyArn' | 'permissionsBoundary'
  /** The request parameter that names the credential, where the calls switch one off and on by its `status`. */
  readonly credentialParameter?: string
  /** Contain's role may set and unset the stack's own deny-all policy, and no other: its rights have `iam:PolicyARN` as a condition. */
  readonly isOwnPolicyOnly?: true
}

/** Its row in docs/containment.md. */
export interface StepDocumentation {
  readonly what: string
  readonly how: string
  readonly back: string
}

/** All that is known of one kind of step. Rights, reversals, exports, documentation and the reading of the record derive from it. */
export interface StepDeclaration<Target extends StepTarget> {
  /** The first word of the stored text, and the name by which code and docs know it. */
  readonly kind: Target['kind']
  readonly target: z.ZodType<Target>
  readonly owner: Owner & keyof Target
  /** Which of the owner's: the other field of the target. */
  readonly name: Exclude<keyof Target, 'kind' | Owner> & string
  readonly isCredential: boolean
  readonly calls: StepCalls
  readonly documentation: StepDocumentation
  title(target: Target): string
  read(iam: Iam, target: Target): Promise<StepValue>
  /** The value wanted; `undefined` also where only the plan or the record says what that is. */
  contained(before: StepValue, target: Target): StepValue | undefined
  /** True for a value that contains: one that a step of this kind sets. */
  isContaining(value: string, target: Target): boolean
  write(iam: Iam, target: Target, value: StepValue): Promise<WriteOutcome>
  /** A value of ours in a word or two, where its text says less. */
  brief?(value: string): string | undefined
}

/** A kind of step, whatever its target. */
export interface StepKind extends Pick<StepDeclaration<StepTarget>, 'kind' | 'isCredential' | 'calls' | 'documentation' | 'brief'> {
  readonly owner: Owner
  /** The field of the target that says which of the owner's. */
  readonly name: string
  readonly subject: Subject['kind']
  /** The target that a stored text says, or undefined where it says none of this kind. */
  parse(text: string): StepTarget | undefined
  /** The stored text of a target of this kind; what is none gets a text that none is read from. */
  textOf(about: object, account?: string): string
  /** The step that a stored text is about, or undefined where the text is no target of this kind. */
  stepFor(text: string): Step | undefined
}

/** A kind of step with its typed target. `about` is a target without its kind. */
export interface StepKindOn<Target extends StepTarget> extends StepKind {
  /**
   * The stored text of a target: `access-key:deploy/AKIA…`. The format is that of version 0.1.0 and stays. What is no target gets a text
   * that none is read from, so that nobody else's is read from it. `account` is that of the owner, where it is another one than that of the incident's
   * identity: `access-key:210987654321:deploy/AKIA…`. No name of IAM has a colon.
   */
  textOf(about: Omit<Target, 'kind'>, account?: string): string
  parse(text: string): Target | undefined
  /** `wanted` says what the value is to be, where the kind does not. `account` as in `textOf`. */
  step(about: Omit<Target, 'kind'>, wanted?: Partial<Pick<Step, 'title' | 'contained'>>, account?: string): Step
}

export function defineStepKind<Target extends StepTarget>(declared: StepDeclaration<Target>): StepKindOn<Target> {
  const { kind, owner, name, isCredential, calls, documentation, brief } = declared
  const subject = SUBJECTS[owner]
  const targetOf = (about: Omit<Target, 'kind'>) => declared.target.safeParse({ ...about, kind }).data
  const textOf = (about: Omit<Target, 'kind'>, account?: string) => {
    const fields = about as unknown as Readonly<Record<string, string>>
    const text = `${kind}:${account === undefined ? '' : `${account}:`}${fields[owner]}/${fields[name]}`
    return targetOf(about) === undefined ? `no-target:${text}` : text
  }
  const parse = (text: string) => {
    if (!text.startsWith(`${kind}:`)) return undefined
    // A name holds no slash; an ARN, which comes last, may.
    const [of, ...which] = text
      .slice(kind.length + 1)
      .replace(ACCOUNT, '')
      .split('/')
    return declared.target.safeParse({ kind, [owner]: of, [name]: which.join('/') }).data
  }
  const step: StepKindOn<Target>['step'] = (about, wanted = {}, account) => {
    const target = { ...about, kind } as unknown as Target
    const isTarget = targetOf(about) !== undefined
    const refuse = () => Promise.reject(new InvalidTarget(kind))
    return {
      kind,
      target: textOf(about, account),
      title: `${wanted.title ?? declared.title(target)}${account === undefined ? '' : ` in account ${account}`}`,
      subject: {
        kind: subject,
        name: (about as unknown as Readonly<Record<string, string>>)[owner] ?? '',
        ...(account === undefined ? {} : { account }),
      },
      isCredential,
      // What could not be read back from the record could not be given back: it is not touched.
      read: isTarget ? (iam) => declared.read(iam, target) : refuse,
      contained: wanted.contained ?? ((before) => declared.contained(before, target)),
      isContaining: (value) => isTarget && value !== null && declared.isContaining(value, target),
      write: isTarget ? (iam, value) => declared.write(iam, target, value) : refuse,
    }
  }
  const stepFor = (text: string) => {
    const target = parse(text)
    return target === undefined ? undefined : step(target, {}, accountIn(kind, text))
  }
  return {
    kind,
    owner,
    name,
    subject,
    isCredential,
    calls,
    documentation,
    ...(brief === undefined ? {} : { brief }),
    textOf,
    parse,
    step,
    stepFor,
  }
}

/** The account before the owner in the rest of a stored text. */
const ACCOUNT = /^\d{12}:/

/** The account that the stored text of a target of this kind names; undefined where it is that of the incident's identity. */
function accountIn(kind: string, text: string): string | undefined {
  return ACCOUNT.exec(text.slice(kind.length + 1))?.[0].slice(0, -1)
}

/** A name or id that IAM cannot have given. Whoever reads "could not be looked at: InvalidTarget" looks at the event that named it. */
class InvalidTarget extends ResponderError {
  override readonly name = 'InvalidTarget'

  constructor(kind: string) {
    super('input.unreadable', `a name or id from an event is none that IAM gives, so no step of kind ${kind} can be taken on it`)
  }
}
