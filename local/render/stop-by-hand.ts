import { accessKey } from '../../shared/contain/steps/access-key.ts'
import { DENY_ALL } from '../../shared/contain/steps/quarantine.ts'
import { serviceSpecificCredential } from '../../shared/contain/steps/service-specific-credential.ts'
import { signingCertificate } from '../../shared/contain/steps/signing-certificate.ts'
import { sshPublicKey } from '../../shared/contain/steps/ssh-public-key.ts'
import { isSameValue } from '../../shared/contain/steps/step.ts'
import { isNameOfIam } from '../../shared/contain/steps/step-kind.ts'
import { stepFor } from '../../shared/contain/steps/steps.ts'
import type { Change } from '../../shared/domain/change.ts'
import { counted } from '../../shared/domain/counted.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { type PlannedStep, standingSteps, undoneSteps } from '../../shared/domain/progress.ts'
import { ownerFirst } from '../../shared/domain/story/given-back-text.ts'
import { quoted } from '../command-name.ts'

/** The most steps whose commands are printed. */
const MOST = 20

/** Of each kind of credential: its commands of the AWS CLI, and the option that names it. */
const CREDENTIALS = [
  { kind: accessKey, name: 'accessKeyId', command: 'update-access-key', option: '--access-key-id' },
  {
    kind: serviceSpecificCredential,
    name: 'credentialId',
    command: 'update-service-specific-credential',
    option: '--service-specific-credential-id',
  },
  { kind: sshPublicKey, name: 'credentialId', command: 'update-ssh-public-key', option: '--ssh-public-key-id' },
  { kind: signingCertificate, name: 'credentialId', command: 'update-signing-certificate', option: '--certificate-id' },
] as const

const DENIES = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] })

/** The shell puts the time in, so that a command ends what was issued until it is run. */
const ENDS = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: '*', Resource: '*', Condition: { DateLessThan: { 'aws:TokenIssueTime': 'NOW' } } }],
}).replace('NOW', `'"$(date -u +%Y-%m-%dT%H:%M:%SZ)"'`)

/**
 * What a person does after a release that was wrong, as lines of which commands begin with two spaces: for everything that was given back, or is being given back,
 * the command of the AWS CLI that stops it by hand. Empty where nothing is.
 */
export function stopByHand({ id, identity }: Pick<Incident, 'id' | 'identity'>, changes: readonly Change[], show: string): string[] {
  const steps = ownerFirst([...undoneSteps(changes), ...standingSteps(changes)], identity.name)
  const commands = [...new Set(steps.slice(0, MOST).flatMap(commandsOf))]
  if (commands.length === 0) return []
  const more =
    steps.length > MOST ? [`And ${counted(steps.length - MOST, 'step')} more of ${id}: \`${show}\` names what was given back.`] : []
  return [
    'If it was wrong, stop it by hand now: a released incident is not contained again from here. These stop what was given back:',
    ...commands,
    ...more,
  ]
}

/** The lines of one step; none where its target is of no step, or its name none of IAM: respond may write that record. */
function commandsOf(planned: PlannedStep): string[] {
  const step = stepFor(planned.target)
  if (step === undefined || !isNameOfIam(step.subject.name)) return []
  const { account } = step.subject
  const lines = [credentialCommand(planned.target) ?? subjectCommands(planned)].flat()
  return account === undefined ? lines : lines.map((line) => `${line}    # with credentials of account ${account}`)
}

function credentialCommand(target: string): string | undefined {
  for (const { kind, name, command, option } of CREDENTIALS) {
    const parsed = kind.parse(target) as Readonly<Record<string, string>> | undefined
    if (parsed !== undefined)
      return `  aws iam ${command} --user-name ${quoted(parsed.userName ?? '')} ${option} ${quoted(parsed[name] ?? '')} --status Inactive`
  }
  return undefined
}

function subjectCommands({ target, contained }: PlannedStep): string[] {
  const step = stepFor(target)
  if (step === undefined) return []
  const name = quoted(step.subject.name)
  if (step.subject.kind === 'iam-user')
    return [`  aws iam put-user-policy --user-name ${name} --policy-name StoppedByHand --policy-document '${DENIES}'`]
  if (step.kind === 'role-trust')
    return [`  aws iam get-role --role-name ${name} --query Role.AssumeRolePolicyDocument    # then take whom it must not trust out of it`]
  return isSameValue(contained, DENY_ALL)
    ? [`  aws iam put-role-policy --role-name ${name} --policy-name StoppedByHand --policy-document '${DENIES}'`]
    : [`  aws iam put-role-policy --role-name ${name} --policy-name EndedByHand --policy-document '${ENDS}'`]
}
