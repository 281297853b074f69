import { hasOwnDeny, isOwnRestricted } from '../../shared/contain/narrow-deny.ts'
import { accessKey } from '../../shared/contain/steps/access-key.ts'
import { serviceSpecificCredential } from '../../shared/contain/steps/service-specific-credential.ts'
import { signingCertificate } from '../../shared/contain/steps/signing-certificate.ts'
import { sshPublicKey } from '../../shared/contain/steps/ssh-public-key.ts'
import { isNameOfIam } from '../../shared/contain/steps/step-kind.ts'
import { stepFor } from '../../shared/contain/steps/steps.ts'
import type { Change } from '../../shared/domain/change.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { printable } from '../../shared/domain/printable.ts'
import { standingSteps } from '../../shared/domain/progress.ts'
import { quoted } from '../command-name.ts'

/** Of each kind of credential that is switched off: its commands of the AWS CLI, and the option that names it. */
const SWITCHED_OFF = [
  { kind: serviceSpecificCredential, command: 'delete-service-specific-credential', option: '--service-specific-credential-id' },
  { kind: sshPublicKey, command: 'delete-ssh-public-key', option: '--ssh-public-key-id' },
  { kind: signingCertificate, command: 'delete-signing-certificate', option: '--certificate-id' },
] as const

/** The longest name that IAM gives, in characters. */
const NAME_LIMIT = 64

/** What a person does once an incident is confirmed, as lines: how its workloads work again, and which credentials go, as commands of the AWS CLI. */
export function afterConfirm(incident: Incident, changes: readonly Change[]): string[] {
  const name = printable(incident.identity.name, NAME_LIMIT)
  const forName = (lines: (word: string) => readonly string[]) => commandsFor(incident.identity.name, lines)
  const deletions = standingSteps(changes).flatMap(({ target }) => deletionsOf(target))
  const last = deletions.length === 0 ? [] : ['Then delete the credentials that were switched off:', ...deletions]
  if (incident.identity.kind === 'role')
    return [
      `Sessions of role ${name} that are issued from now on are not denied, so its workloads go on, and so does whoever may still assume it:`,
      ...forName((of) => [`aws iam get-role --role-name ${of} --query Role.AssumeRolePolicyDocument`]),
      ...last,
    ]
  if (incident.identity.kind !== 'iam-user') return last
  if (!hasOwnDeny(incident, changes)) return ['Create new keys for the workloads that need them, then delete the old ones.', ...last]
  if (isOwnRestricted(incident, changes))
    return [
      `${name} stays restricted, and no command lifts that: a policy of ours that is taken away by hand is set again. Its keys still work.`,
      'Create new keys for the workloads that need them, better of another user, then delete the old ones.',
      ...last,
    ]
  return [
    `${name} stays denied everything, new keys of it included, and no command lifts that: a deny that is taken away by hand is set again, and the call is a finding about its caller.`,
    'Give the workloads that need one another user, or a role, with the rights that these list:',
    ...forName((of) => [
      `aws iam list-attached-user-policies --user-name ${of}`,
      `aws iam list-user-policies --user-name ${of}`,
      `aws iam list-groups-for-user --user-name ${of}`,
    ]),
    ...last,
    '`rotation.users` of the policy has keys made anew, and the deny narrowed, for the next one.',
  ]
}

/** The commands about a name, or the line that says why there are none: a name that IAM cannot have given is nobody's whom a command would find. */
function commandsFor(name: string, lines: (word: string) => readonly string[]): readonly string[] {
  const said = isNameOfIam(name) ? lines(quoted(name)) : ['# the name has signs that no command is printed for: look it up in IAM']
  return said.map((line) => `  ${line}`)
}

/** That command, with a word of the account where that is another one than that of the incident's identity. */
function deletionsOf(target: string): string[] {
  const [command, account] = [deletionOf(target), stepFor(target)?.subject.account]
  if (command === undefined) return []
  return account === undefined ? [command] : [`  # with credentials of account ${account}`, command]
}

/** The command that deletes the credential of a step; undefined where the step is about no credential. */
function deletionOf(target: string): string | undefined {
  const key = accessKey.parse(target)
  if (key !== undefined) return `  aws iam delete-access-key --user-name ${quoted(key.userName)} --access-key-id ${key.accessKeyId}`
  for (const { kind, command, option } of SWITCHED_OFF) {
    const parsed = kind.parse(target)
    if (parsed !== undefined) return `  aws iam ${command} --user-name ${quoted(parsed.userName)} ${option} ${parsed.credentialId}`
  }
  return undefined
}
