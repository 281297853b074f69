import type { Incident, IncidentState } from './incident.ts'
import type { Identity } from './signal.ts'
import { isUnclaimed, UNCLAIMED_AN_HOUR } from './unclaimed.ts'

/**
 * The steps that a person takes against an identity that cannot be contained from inside its account, most effective first. Empty where
 * containment does it, or where the incident calls for nothing (`callsForPeople`). Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html,
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_disable-perms.html,
 * https://docs.aws.amazon.com/singlesignon/latest/userguide/useraccess.html
 */
export function manualSteps(incident: Pick<Incident, 'identity' | 'id'> & Standing): string[] {
  return callsForPeople(incident) ? stepsFor(incident.identity, incident.id) : []
}

/** What of an incident says whether it calls for people. */
type Standing = Pick<Incident, 'state' | 'verdict' | 'findings' | 'lineage'>

/**
 * True where something may be left for a person to do against the identity, or about what it changed: nothing is while it is only watched, after a release, and once a person
 * said that it was legitimate, for as long as nothing comes that they had not seen.
 */
export function callsForPeople(incident: Standing): boolean {
  return MANUAL_STATES.includes(incident.state) && !isAllLegitimate(incident)
}

/**
 * True where a person said that it was legitimate, and nothing was made and nothing of another kind was found since. A step that cannot be undone keeps such an incident open, and
 * whoever has the credential too may bring that about and go on.
 */
function isAllLegitimate({ verdict, findings, lineage }: Standing): boolean {
  if (verdict?.kind !== 'legitimate') return false
  const at = Date.parse(verdict.at)
  const seen = verdict.answered?.shares ?? {}
  return lineage.every(({ time = 0 }) => time <= at) && findings.every(({ time, detector }) => time <= at || Object.hasOwn(seen, detector))
}

/** The states in which a person has to act, or has confirmed the compromise. */
const MANUAL_STATES: readonly IncidentState[] = ['asking', 'restricting', 'restricted', 'containing', 'contained', 'rotating', 'confirmed']

function stepsFor(identity: Identity, id: string): string[] {
  switch (identity.kind) {
    case 'iam-user':
      return []
    case 'role':
      return isIdentityCenterRole(identity) ? IDENTITY_CENTER : []
    case 'root':
      return [
        `delete the access keys of root: \`countersign root-keys ${id} --reason "…"\` with centralised root access, else sign in as root, Security credentials`,
        'sign in as root, change the password, remove every MFA device that is not yours, and check who can read the mail sent to its address',
        `let an SCP deny the root user of account ${identity.account} until then: a session of root lasts up to 12 hours`,
      ]
    case 'identity-center':
      return IDENTITY_CENTER
    case 'federated-user':
      return ['deny the IAM user that called GetFederationToken: the session has no more rights than that user, and lasts up to 36 hours']
    case 'web-identity':
    case 'saml':
      return [
        'disable the account at the identity provider that issued the token',
        'deny the roles that trust the provider, or end their sessions, until it is clear who signed in',
      ]
    case 'aws-account':
      return [`ask the owner of account ${identity.account}; remove the account from the resource policies and trust policies that name it`]
    case 'aws-service':
      return ['find in CloudTrail which rule, stack or job of your account had the service make these calls, and stop it']
    // `unknown`, and any kind that a later release has stored.
    default:
      return unknownSteps(identity)
  }
}

/** Of somebody whom nobody here knows: what is named says where to look. */
function unknownSteps(identity: Identity): string[] {
  const [prefix = '', rest = ''] = identity.id.split(/:(.*)/s)
  if (isUnclaimed(identity))
    return [
      `find out who writes them where they were seen: more than ${UNCLAIMED_AN_HOUR} such credentials came in an hour, so somebody floods, or a program prints what it should not`,
      'compare with the keys under Security credentials of root: a key that works and that no user of IAM has is one of root. This list may leave some out',
    ]
  switch (prefix) {
    case 'access-key':
      return [
        `ask whose it is: \`aws sts get-access-key-info --access-key-id ${rest}\` names its account`,
        'where that is yours and no user of IAM has it, it is a key of root, or deleted: look under Security credentials of root',
      ]
    case 'session':
      return [
        `find its calls: \`aws cloudtrail lookup-events --lookup-attributes AttributeKey=AccessKeyId,AttributeValue=${rest}\`; they name its role`,
      ]
    case 'entity':
    case 'workload':
      return ['open the report at who made it, and find the workload and its role: nothing can be contained before somebody names that']
    default:
      return [
        'find the caller in CloudTrail by its address and user agent: the record names no identity, so nothing can be contained by name',
      ]
  }
}

const IDENTITY_CENTER: string[] = [
  'in IAM Identity Center: Users, the user, Disable user access; then Active sessions, delete them all',
  'sessions of its roles go on until they expire: let an SCP or the permission set deny identitystore:UserId of that user',
]

/** IAM refuses changes of these roles: only Identity Center may make them. */
function isIdentityCenterRole({ id }: Identity): boolean {
  return /^arn:[^:]*:iam::\d{12}:role\/aws-reserved\/sso\.amazonaws\.com\//.test(id)
}
