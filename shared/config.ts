import { z } from 'zod'
import { ResponderError } from './errors.ts'

const RETENTION_DAYS = [1, 7, 14, 30, 60, 90, 180, 365, 731] as const

const SLACK_CHANNEL = /^[CG][A-Z0-9]{2,20}$/

/** Slack settings of a stack. */
export const SlackSettings = z.strictObject({
  /** Name of the Secrets Manager secret with the app's signing secret and bot token. */
  secretName: z.string().regex(/^[A-Za-z0-9/_+=.@-]{1,480}$/, 'must be the name of a secret, without its ARN'),
  channel: z.string().regex(SLACK_CHANNEL, 'must be the id of a channel, such as C0123ABCD'),
  /** Channel for notices that nobody answered; defaults to `channel`. */
  escalationChannel: z.string().regex(SLACK_CHANNEL, 'must be the id of a channel, such as C0123ABCD').optional(),
  /** Base URL of the API when it is not Slack's own, such as that of GovSlack. */
  apiUrl: z.url({ protocol: /^https$/ }).optional(),
})
export type SlackSettings = z.infer<typeof SlackSettings>

/** Deployment settings of a stack: the key `countersign` of the context in `cdk.json`. */
export const StackConfig = z.strictObject({
  /** Policy file that the first deployment puts in force. */
  policyFile: z.string().min(1).default('policy.yaml'),
  /** Process calls of role sessions too. This costs more, because it means more events. */
  includeRoleSessions: z.boolean().default(false),
  /** Process read-only calls of long-lived keys. Without them the discovery calls with a stolen key stay unseen. */
  readOnlyEvents: z.boolean().default(true),
  /** Other accounts whose events are believed too, in any region. Those of the stack's own account always are. */
  accounts: z
    .array(z.string().regex(/^\d{12}$/, 'must be 12 digits'))
    .max(200)
    .default([]),
  /** Bedrock model or inference profile of the advisor; without one there is no second opinion. */
  advisorModelId: z
    .string()
    .regex(/^[A-Za-z0-9.:/_-]{3,200}$/, 'must be a Bedrock model id, inference profile id or ARN')
    .optional(),
  /** Region of the model; defaults to the stack's region. */
  advisorRegion: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be a region, such as us-east-1')
    .optional(),
  /** Bedrock guardrail for questions and answers, as `id:version`. */
  advisorGuardrail: z
    .string()
    .regex(/^[a-z0-9]{1,64}:(DRAFT|[1-9]\d{0,7})$/, 'must be the id and version of a guardrail, such as gr1abc2def:3')
    .optional(),
  /** E-mail address for notices. AWS sends it a confirmation request first. */
  notifyEmail: z.email().optional(),
  /** Separate SNS topic for the on-call person, with an e-mail address or a pager's endpoint; without it pages go to the notices' topic. */
  onCall: z
    .strictObject({
      email: z.email().optional(),
      endpoint: z.url({ protocol: /^https$/, error: 'must be an https address of a pager' }).optional(),
    })
    .refine(({ email, endpoint }) => email !== undefined || endpoint !== undefined, 'must have an email or an endpoint')
    .optional(),
  logRetentionDays: z.literal([...RETENTION_DAYS]).default(90),
  /** Role of the people who look at dead letters and send them on again. Without one nobody may, until a deployment names it. */
  operatorRoleArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[A-Za-z0-9+=,.@_/-]{1,576}$/, 'must be the ARN of a role')
    .optional(),
  /** Look up the CloudTrail history of a key that is seen for the first time. */
  bootstrapBaselines: z.boolean().default(true),
  /** Slack channel for notices and verdicts; see docs/slack.md. */
  slack: SlackSettings.optional(),
  /** Send incidents to AWS Security Hub, which must be enabled in the account and region. */
  securityHub: z.boolean().default(false),
  /**
   * S3 Object Lock of the daily seals. In `governance` mode a principal with `s3:BypassGovernanceRetention` can delete one early; in `compliance`
   * mode nobody can.
   */
  seals: z
    .strictObject({
      lock: z.enum(['governance', 'compliance']).default('governance'),
      retentionDays: z.number().int().min(1).max(36_500).default(365),
    })
    .default({ lock: 'governance', retentionDays: 365 }),
})
export type StackConfig = z.infer<typeof StackConfig>

/** Environment variables of a function that may call the model. */
const MODEL = {
  ADVISOR_MODEL_ID: z.string().min(1).optional(),
  ADVISOR_REGION: z.string().min(1).optional(),
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

/** Environment variables of a function that acts on incidents of its own account. */
const ACTING = {
  TABLE_NAME: z.string().min(3),
  ACCOUNT_ID: z.string().regex(/^\d{12}$/, 'must be 12 digits'),
  ...NOTICES,
}

const COMMA_SEPARATED = z.string().transform((text) => text.split(',').filter((part) => part !== ''))

/** The environment of `respond`. */
export const RespondConfig = z.object({
  ...ACTING,
  CONTAIN_FUNCTION_NAME: z.string().min(1),
  BOOTSTRAP_QUEUE_URL: z.url().optional(),
  BACKFILL_QUEUE_URL: z.url(),
  /** Lambda sets it: the region whose events CloudTrail's event history holds here. */
  AWS_REGION: z.string().min(1),
  ...MODEL,
  /** The accounts whose events are believed, separated by commas. */
  ACCOUNTS: z
    .string()
    .regex(/^\d{12}(,\d{12})*$/, 'must be account ids of 12 digits, separated by commas')
    .transform((text) => text.split(',')),
  /** Sessions of the responder's own functions, as CloudTrail names them; its roles and those that deploy it; names without that of the stack. */
  OWN_SESSION_ARNS: COMMA_SEPARATED,
  OWN_ROLE_ARNS: COMMA_SEPARATED,
  OWN_NAMES: COMMA_SEPARATED,
  /** Queues that accept EventBridge's envelopes and nothing else. */
  EVENT_QUEUE_ARNS: COMMA_SEPARATED,
  /** The addresses of those queues, in the same order. */
  EVENT_QUEUE_URLS: COMMA_SEPARATED,
  /** The queue that accepts tasks and nothing else. */
  BOOTSTRAP_QUEUE_ARN: z.string().startsWith('arn:'),
})
export type RespondConfig = z.infer<typeof RespondConfig>

/** The environment of `contain`. */
export const ContainConfig = z.object({
  ...ACTING,
  ON_CALL_TOPIC_ARN: z.string().startsWith('arn:'),
  REVERIFY_QUEUE_URL: z.url(),
  REVERIFY_QUEUE_ARN: z.string().startsWith('arn:'),
  OWN_ROLE_ARNS: COMMA_SEPARATED,
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

/** The environment of `slack`. */
export const SlackConfig = z.object({
  SLACK_SECRET_NAME: z.string().min(1),
  SLACK_API_URL: z.url().optional(),
  REVIEW_FUNCTION_NAME: z.string().min(1),
})
export type SlackConfig = z.infer<typeof SlackConfig>

/** The environment of `review`. */
export const ReviewConfig = z.object({
  TABLE_NAME: z.string().min(3),
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

/** The environment of `seed`. */
export const SeedConfig = z.object({ TABLE_NAME: z.string().min(3) })
export type SeedConfig = z.infer<typeof SeedConfig>

/** Parses the settings of `cdk.json`. Throws `config.invalid` with one line per fault. */
export function readStackConfig(context: unknown): StackConfig {
  return checked(
    StackConfig,
    typeof context === 'string' ? fromCommandLine(context) : (context ?? {}),
    'set it under "countersign" in the context of cdk.json',
  )
}

/** Parses the JSON text that `cdk deploy -c countersign=…` passes. */
function fromCommandLine(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ResponderError('config.invalid', `-c countersign=… must be a JSON object, got ${JSON.stringify(text)}`, { cause })
  }
}

/** Parses the environment variables of a function. Throws `config.invalid` with one line per fault. */
export function readEnvironment<T extends z.ZodType>(schema: T, env: Readonly<Record<string, string | undefined>>): z.infer<T> {
  return checked(schema, env, 'the stack sets it in the environment of the function')
}

function checked<T extends z.ZodType>(schema: T, input: unknown, where: string): z.infer<T> {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const lines = parsed.error.issues.map((issue) => {
    if (issue.code === 'unrecognized_keys') {
      const known = issue.path.length === 0 ? `; the keys are ${keysOf(schema).join(', ')}` : ` of ${issue.path.join('.')}`
      return `${issue.keys.join(', ')}: no such key${known}; check the spelling and ${where}`
    }
    const value = issue.path.reduce<unknown>(
      (at, key) => (typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined),
      input,
    )
    return `${issue.path.join('.') || 'countersign'}: ${issue.message}, got ${JSON.stringify(value) ?? 'nothing'}; ${where}`
  })
  throw new ResponderError('config.invalid', lines.join('\n'))
}

function keysOf(schema: z.ZodType): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
}
