import type { Signal } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

const DEPLOYMENTS: ReadonlySet<string> = new Set([
  'cloudformation:CreateChangeSet',
  'cloudformation:ExecuteChangeSet',
  'cloudformation:UpdateStack',
])

/** Calls that take nothing from the responder and open nothing to others: people restore by them, services make backups and labels. */
const HARMLESS: ReadonlySet<string> = new Set([
  'cloudformation:DeleteChangeSet',
  'cloudformation:DetectStackDrift',
  'cloudformation:DetectStackResourceDrift',
  'cloudwatch:EnableAlarmActions',
  'dynamodb:CreateBackup',
  'dynamodb:RestoreTableFromBackup',
  'dynamodb:RestoreTableToPointInTime',
  'dynamodb:UpdateContributorInsights',
  'events:EnableRule',
  'lambda:PublishVersion',
  's3:DeleteBucketTagging',
  's3:PutBucketTagging',
  'sns:ConfirmSubscription',
])
const LABELS = /:(Tag|Untag)[A-Z]/

/** Only an intruder disables the responder. A deployment of its stack makes the same calls, and people are told whose it was. */
export const responderTampered: Detector = {
  id: 'responder-tampered',
  title: 'The responder itself was changed',
  weight: 0.9,
  group: 'evasion',
  attack: 'T1685',
  countsRefusedByUs: true,
  runbook: 'Deploy the stack again at once to undo the change: until then the responder may see and do nothing.',
  delivery: 'responder-changes',
  matches(signal) {
    const { isAgainstResponder, action, outcome, deployment } = signal
    if (!isAgainstResponder || outcome === 'failed') return undefined
    if (deployment !== undefined) return ofDeployment(deployment, action)
    if (outcome === 'denied') return { reason: `tried ${action} on the responder, refused` }
    // Every deployment makes these calls, and so does an intruder who deploys a stack of his own over it: people are told, and know whose it is.
    if (DEPLOYMENTS.has(action)) return { reason: `${action}: the responder was deployed again`, weight: 0.3 }
    return HARMLESS.has(action) || LABELS.test(action)
      ? { reason: `${action} on the responder, which takes nothing from it`, weight: 0.3 }
      : { reason: `${action} on the responder` }
  },
}

/**
 * What a deployment weighs. The role that deploys the stack deploys others too, and who may pass it may have it change the responder from a stack of his
 * own, so what it does is always told. Where that role is not known, nobody can tell a deployment from an intruder but people.
 */
function ofDeployment(deployment: NonNullable<Signal['deployment']>, action: string): { reason: string; weight: number } {
  switch (deployment) {
    case 'own':
      return { reason: `${action} by the role that deploys the responder, through CloudFormation`, weight: 0.3 }
    case 'unproven':
      return { reason: `${action} through CloudFormation, and which role deploys the responder is not known`, weight: 0.6 }
    case 'unnamed':
      return { reason: `${action}, which does not say what it changes: it may be the responder's`, weight: 0.3 }
  }
}
