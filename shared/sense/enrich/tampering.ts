import type { Signal } from '../../domain/signal.ts'

/** Calls by which somebody could blind, silence or disarm the responder. */
const TAMPERING: ReadonlySet<string> = new Set([
  'events:DisableRule',
  'events:DeleteRule',
  'events:PutRule',
  'events:RemoveTargets',
  'events:PutTargets',
  'lambda:DeleteFunction',
  'lambda:UpdateFunctionCode',
  'lambda:UpdateFunctionConfiguration',
  'lambda:PutFunctionConcurrency',
  'lambda:PutFunctionEventInvokeConfig',
  'lambda:DeleteFunctionEventInvokeConfig',
  'lambda:UpdateEventSourceMapping',
  'lambda:DeleteEventSourceMapping',
  'sqs:DeleteQueue',
  'sqs:PurgeQueue',
  'sqs:SetQueueAttributes',
  'dynamodb:DeleteTable',
  'dynamodb:UpdateTable',
  'dynamodb:UpdateContinuousBackups',
  'logs:DeleteLogGroup',
  'logs:PutRetentionPolicy',
  'sns:DeleteTopic',
  'sns:SetTopicAttributes',
  'sns:Unsubscribe',
  'sns:SetSubscriptionAttributes',
  'cloudwatch:DisableAlarmActions',
  'cloudwatch:DeleteAlarms',
  'scheduler:DeleteSchedule',
  'scheduler:UpdateSchedule',
  'iam:DeleteRole',
  'iam:PutRolePolicy',
  'iam:DeleteRolePolicy',
  'iam:AttachRolePolicy',
  'iam:DetachRolePolicy',
  'iam:UpdateAssumeRolePolicy',
  'iam:PutRolePermissionsBoundary',
  'iam:DeletePolicy',
  'iam:CreatePolicyVersion',
  'iam:SetDefaultPolicyVersion',
  'cloudformation:DeleteStack',
])

/** The operations of `TAMPERING` outside IAM, for the rule that brings them: all changes of IAM come anyway. */
export const TAMPERING_OPERATIONS: readonly string[] = [...TAMPERING]
  .filter((action) => !action.startsWith('iam:'))
  .map((action) => action.slice(action.indexOf(':') + 1))

/** Marks calls that change the responder itself: its resources bear the name of its stack. No name, no marks. */
export function tamperingMarker(stackName: string | undefined): (signal: Signal) => Signal {
  if (stackName === undefined) return (signal) => signal
  const own = new RegExp(`(^|[^A-Za-z0-9])${stackName.replaceAll('-', '\\-')}($|[^A-Za-z0-9])`)
  return (signal) => {
    if (!TAMPERING.has(signal.action)) return signal
    // A mapping is named by an id alone; what it belongs to is in the answer.
    const isOwn = [signal.request, signal.response].some((part) => namesIn(part).some((name) => own.test(name)))
    return isOwn ? { ...signal, isAgainstResponder: true } : signal
  }
}

/** The texts in the first levels of parameters that somebody else has written, each clipped. */
function namesIn(value: unknown, depth = 0): string[] {
  if (typeof value === 'string') return [value.slice(0, 512)]
  if (typeof value !== 'object' || value === null || depth > 2) return []
  return Object.values(value)
    .slice(0, 50)
    .flatMap((part) => namesIn(part, depth + 1))
}
