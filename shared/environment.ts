import * as z from 'zod'
import { ArchiveDays, checked, ModelEndpoint, SLACK_CHANNEL } from './config.ts'
import { GITLAB_AUTHENTICATION, ReportParty } from './domain/report-party.ts'

/** Environment variables of a function that may call the model. */
const MODEL = {
  ADVISOR_MODEL_ID: z.string().min(1).optional(),
  ADVISOR_REGION: z.string().min(1).optional(),
  ADVISOR_ENDPOINT: ModelEndpoint.optional(),
  ADVISOR_GUARDRAIL: z
    .string()
    .transform((text) => {
      const [id = '', version = ''] = text.split(':')
      return { id, version }
    })
    .optional(),
}

/** The stack that a function is of. Its notices print commands that name it, and names of the responder's own resources contain it. */
const STACK_NAME = z.string().regex(/^[A-Za-z][A-Za-z0-9-]*$/, 'must be the name of a stack')

/** Environment variables of a function that sends notices. The queue is that of Slack and Security Hub, undefined without them. */
const NOTICES = {
  STACK_NAME,
  NOTIFY_TOPIC_ARN: z.string().startsWith('arn:'),
  NOTICE_QUEUE_URL: z.url().optional(),
}

const COMMA_SEPARATED = z.string().transform((text) => text.split(',').filter((part) => part !== ''))

/** Environment variables of a function that acts in accounts: that of the stack, and those in which the stack has roles. */
const ACCOUNTS = {
  ACCOUNT_ID: z.string().regex(/^\d{12}$/, 'must be 12 digits'),
  MEMBER_ACCOUNTS: z
    .string()
    .regex(/^(\d{12}(,\d{12})*)?$/, 'must be account ids of 12 digits, separated by commas')
    .default('')
    .pipe(COMMA_SEPARATED),
  /** Lambda sets it; the partition of the accounts is that of the region. */
  AWS_REGION: z.string().min(1).optional(),
}

/** Environment variables of a function that acts on incidents. */
const ACTING = { TABLE_NAME: z.string().min(3), ...ACCOUNTS, ...NOTICES }

/** Members separated by commas; in braces behind what all of them begin with, as `arn:aws:iam::123456789012:role/{a,b}`, or each whole. */
const LISTED = z.string().transform((text) => {
  const [, prefix = '', members = text] = text.match(/^([^{},]*)\{([^{}]*)\}$/) ?? []
  return members.split(',').flatMap((part) => (part === '' ? [] : [`${prefix}${part}`]))
})

/** The environment of `respond`. */
export const RespondConfig = z.object({
  ...ACTING,
  CONTAIN_FUNCTION_NAME: z.string().min(1),
  BOOTSTRAP_QUEUE_URL: z.url().optional(),
  BACKFILL_QUEUE_URL: z.url(),
  /** Lambda sets it: the region whose events CloudTrail's event history holds here. */
  AWS_REGION: z.string().min(1),
  ...MODEL,
  /** The accounts whose events are believed beside those of `MEMBER_ACCOUNTS`, separated by commas. */
  ACCOUNTS: z
    .string()
    .regex(/^\d{12}(,\d{12})*$/, 'must be account ids of 12 digits, separated by commas')
    .transform((text) => text.split(',')),
  /** The responder's own functions and the names of their roles; its other roles and those that deploy it; names without that of the stack. */
  OWN_FUNCTIONS: COMMA_SEPARATED.transform((pairs) => pairs.map((pair) => pair.split('='))).pipe(
    z.array(z.tuple([z.string().regex(/^[a-z]+(-[a-z]+)*$/), z.string().min(1)], 'must be function=role, separated by commas')),
  ),
  OWN_ROLE_ARNS: LISTED,
  /** The roles by which CloudFormation deploys the stack; empty where people deploy it with their own rights. */
  DEPLOYING_ROLE_ARNS: COMMA_SEPARATED,
  OWN_NAMES: COMMA_SEPARATED,
  /** What is delivered beside the calls that every stack gets: `reads`, `sessions` of roles. */
  DELIVERED: COMMA_SEPARATED.pipe(z.array(z.enum(['reads', 'sessions'], 'must be reads, sessions, both separated by a comma, or empty'))),
  /** Set where the bundle has rules of people beside it. */
  RULES: z.literal('on').optional(),
  /** Queues that accept EventBridge's envelopes and nothing else. */
  EVENT_QUEUE_ARNS: LISTED,
  /** The queues that accept tasks and nothing else. */
  TASK_QUEUE_ARNS: LISTED,
})
export type RespondConfig = z.infer<typeof RespondConfig>

/** The environment of `contain`. */
export const ContainConfig = z.object({
  ...ACTING,
  ON_CALL_TOPIC_ARN: z.string().startsWith('arn:'),
  REVERIFY_QUEUE_URL: z.url(),
  REVERIFY_QUEUE_ARN: z.string().startsWith('arn:'),
  OWN_ROLE_ARNS: LISTED,
  QUARANTINE_POLICY_ARN: z.string().startsWith('arn:'),
})
export type ContainConfig = z.infer<typeof ContainConfig>

/** The environment of `rotate`. */
export const RotateConfig = z.object(ACTING)
export type RotateConfig = z.infer<typeof RotateConfig>

/** The environment of `sweep`. */
export const SweepConfig = z.object({
  ...ACTING,
  CONTAIN_FUNCTION_NAME: z.string().min(1),
  ROTATE_FUNCTION_NAME: z.string().min(1).optional(),
  BACKFILL_QUEUE_URL: z.url(),
  ON_CALL_TOPIC_ARN: z.string().startsWith('arn:'),
})
export type SweepConfig = z.infer<typeof SweepConfig>

/** The environment of `learn`. */
export const LearnConfig = z.object({ TABLE_NAME: z.string().min(3) })
export type LearnConfig = z.infer<typeof LearnConfig>

/** The environment of `inventory`. */
export const InventoryConfig = z.object({ TABLE_NAME: ACTING.TABLE_NAME, STACK_NAME, ...ACCOUNTS, OWN_ROLE_ARNS: LISTED })
export type InventoryConfig = z.infer<typeof InventoryConfig>

/** The environment of `slack`. */
export const SlackConfig = z.object({
  SLACK_SECRET_NAME: z.string().min(1),
  SLACK_API_URL: z.url().optional(),
  REVIEW_FUNCTION_NAME: z.string().min(1),
})
export type SlackConfig = z.infer<typeof SlackConfig>

/** The environment of `webhook`. */
export const WebhookConfig = z.object({
  TABLE_NAME: z.string().min(3),
  REPORT_BUS_NAME: z.string().min(1),
  /** The ARN of the secret of each party whose reports are taken: `party=ARN`, separated by commas. An ARN may have `=` in it. */
  REPORT_SECRETS: COMMA_SEPARATED.transform((pairs) => pairs.map((pair) => [pair.split('=')[0], pair.slice(pair.indexOf('=') + 1)]))
    .pipe(z.array(z.tuple([ReportParty, z.string().startsWith('arn:')], 'must be party=ARN, separated by commas')))
    .transform((pairs) => new Map(pairs)),
  GITLAB_AUTHENTICATION: z.enum(GITLAB_AUTHENTICATION).default('signature'),
  FETCH_ALERT_FUNCTION_NAME: z.string().min(1).optional(),
  ...NOTICES,
})
export type WebhookConfig = z.infer<typeof WebhookConfig>

/** The environment of `fetch-alert`. */
export const FetchAlertConfig = z.object({
  REPORT_BUS_NAME: z.string().min(1),
  GITHUB_APP_SECRET_ARN: z.string().startsWith('arn:'),
  GITHUB_API_URL: z.url().optional(),
  ...NOTICES,
})
export type FetchAlertConfig = z.infer<typeof FetchAlertConfig>

/** The environment of `logs`. */
export const LogsConfig = z.object({ REPORT_BUS_NAME: z.string().min(1), STACK_NAME })
export type LogsConfig = z.infer<typeof LogsConfig>

/** The environment of `review`. */
export const ReviewConfig = z.object({
  TABLE_NAME: z.string().min(3),
  STACK_NAME,
  CONTAIN_FUNCTION_NAME: z.string().min(1),
  NOTIFY_TOPIC_ARN: z.string().startsWith('arn:'),
  NOTICE_QUEUE_URL: z.url(),
  /** Set together with `SLACK_CHANNEL`, or neither when the stack has no Slack. */
  SLACK_SECRET_NAME: z.string().min(1).optional(),
  SLACK_CHANNEL: z.string().regex(SLACK_CHANNEL).optional(),
  SLACK_ESCALATION_CHANNEL: z.string().regex(SLACK_CHANNEL).optional(),
  SLACK_API_URL: z.url().optional(),
  SECURITY_HUB: z.enum(['on', 'off']),
  ROTATE_FUNCTION_NAME: z.string().min(1).optional(),
  ...MODEL,
})
export type ReviewConfig = z.infer<typeof ReviewConfig>

/** The environment of `seal`. */
export const SealConfig = z.object({
  TABLE_NAME: z.string().min(3),
  SEAL_BUCKET: z.string().min(3),
  ...NOTICES,
  ON_CALL_TOPIC_ARN: z.string().startsWith('arn:'),
})
export type SealConfig = z.infer<typeof SealConfig>

/** The environment of `archive`. */
export const ArchiveConfig = z.object({
  TABLE_NAME: z.string().min(3),
  SEAL_BUCKET: z.string().min(3),
  ARCHIVE_AFTER_DAYS: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a number of days')
    .transform(Number)
    .pipe(ArchiveDays),
})
export type ArchiveConfig = z.infer<typeof ArchiveConfig>

/** The environment of `seed`. */
export const SeedConfig = z.object({ TABLE_NAME: z.string().min(3) })
export type SeedConfig = z.infer<typeof SeedConfig>

/** Parses the environment variables of a function. Throws `config.invalid` with one line per fault. */
export function readEnvironment<T extends z.ZodType>(schema: T, env: Readonly<Record<string, string | undefined>>): z.infer<T> {
  return checked(schema, env, 'the stack sets it in the environment of the function')
}
