import * as z from 'zod'
import { haveRoom, LOG_GROUP_NAME, LOG_GROUPS_LIMIT } from './domain/log-groups.ts'
import { RESERVED, ReservedConcurrency } from './domain/reserved-concurrency.ts'
import { hint, issueText, keysAt } from './domain/schema-issues.ts'
import { ResponderError } from './errors.ts'
import { ReportSettings } from './report-settings.ts'

const RETENTION_DAYS = [1, 7, 14, 30, 60, 90, 180, 365, 731] as const

/** The id of a channel in Slack. */
export const SLACK_CHANNEL = /^[CG][A-Z0-9]{2,20}$/

/** Hosts that are this machine, whatever a resolver says. */
const LOOPBACK = ['127.0.0.1', 'localhost']

/**
 * Address of a server that speaks Bedrock's Converse in place of Bedrock. Evidence is sent there, so it is https, or http on this machine; and it has no user,
 * query or fragment, which would not be sent as they stand.
 */
export const ModelEndpoint = z
  .string()
  .max(500)
  .refine(isModelEndpoint, 'must be an https address, or http://127.0.0.1 or http://localhost, without user, query and fragment')

function isModelEndpoint(text: string): boolean {
  if (!URL.canParse(text) || /[?#]/.test(text)) return false
  const { protocol, hostname, username, password } = new URL(text)
  return username === '' && password === '' && (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.includes(hostname)))
}

/**
 * Days without any change after which a closed incident is archived. At least 7: the seals of a week are what the record is compared with. 90 by default, because
 * CloudTrail's event history reaches as far back: until then a look-up can still deliver a call of the incident's time.
 */
export const ArchiveDays = z.number().int().min(7).max(3_650)

/** Slack settings of a stack. */
export const SlackSettings = z
  .strictObject({
    /** Name of the Secrets Manager secret with the app's signing secret and bot token. */
    secretName: z.string().regex(/^[A-Za-z0-9/_+=.@-]{1,480}$/, 'must be the name of a secret, without its ARN'),
    channel: z.string().regex(SLACK_CHANNEL, 'must be the id of a channel, such as C0123ABCD'),
    /** Channel for notices that nobody answered; defaults to `channel`. */
    escalationChannel: z.string().regex(SLACK_CHANNEL, 'must be the id of a channel, such as C0123ABCD').optional(),
    /** Base URL of the API when it is not Slack's own, such as that of GovSlack. */
    apiUrl: z.url({ protocol: /^https$/, error: 'must be an https address' }).optional(),
  })
  .meta({ examples: [{ secretName: 'countersign/slack', channel: 'C0123ABCD' }] })
export type SlackSettings = z.infer<typeof SlackSettings>

/** Log groups in whose lines credentials are looked for. */
export const LogExposures = z
  .strictObject({
    /** Names of log groups of the stack's account and region. Not those of CloudTrail: each of its lines names a credential. */
    logGroups: z
      .array(z.string().regex(LOG_GROUP_NAME, 'must be the name of a log group, without its ARN'))
      .min(1)
      .max(LOG_GROUPS_LIMIT)
      .refine((names) => new Set(names).size === names.length, 'must name each log group once')
      .refine(haveRoom, 'must be fewer: the policy of a function has no room for names that are as long together'),
  })
  .meta({ examples: [{ logGroups: ['/ecs/shop'] }] })
export type LogExposures = z.infer<typeof LogExposures>

const Settings = z.strictObject({
  /** Policy file that the first deployment puts in force. */
  policyFile: z.string().min(1).default('policy.yaml'),
  /** Folder with Sigma rules for CloudTrail (docs/rules.md); without one there are no rules but the detectors. */
  rulesFolder: z.string().min(1).optional(),
  /** Process all calls of role sessions, and not only those that detectors name. This costs more, because it means more events. */
  includeRoleSessions: z.boolean().default(false),
  /** Process read-only calls of long-lived keys. Without them the discovery calls with a stolen key stay unseen. */
  readOnlyEvents: z.boolean().default(true),
  /** Other accounts whose events are believed too, in any region. Those of the stack's own account always are. */
  accounts: z
    .array(z.string().regex(/^\d{12}$/, 'must be 12 digits'))
    .max(200)
    .default([]),
  /** Of `accounts`, those that have the member stack: in them the responder contains, restricts and rotates as in its own. A role's policy has room for 100. */
  memberAccounts: z
    .array(z.string().regex(/^\d{12}$/, 'must be 12 digits'))
    .max(100)
    .default([]),
  /** Take events that forwarders in other regions of the stack's own account put on the stack's event bus. With `accounts` they are taken in any case. */
  otherRegions: z.boolean().default(false),
  /** The organisation that the accounts of `accounts` have to be in to put events on the stack's event bus: one that left it may no more. */
  organizationId: z
    .string()
    .regex(/^o-[a-z0-9]{10,32}$/, 'must be the id of an organisation, such as o-a1b2c3d4e5')
    .optional(),
  /** Deploy outside the region in which IAM and sign-in record their events. Without a forwarder there, no change of IAM is ever seen. */
  outsideIamRegion: z.boolean().default(false),
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
  /** Server that speaks Converse in place of Bedrock; a function reaches none by http. */
  advisorEndpoint: ModelEndpoint.refine((text) => /^https:/i.test(text), { error: 'must be an https address', abort: true }).optional(),
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
    .meta({ examples: [{ email: 'oncall@example.com' }] })
    .optional(),
  logRetentionDays: z.literal([...RETENTION_DAYS]).default(90),
  /** Role of the people who look at dead letters and send them on again. Without one nobody may, until a deployment names it. */
  operatorRoleArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[A-Za-z0-9+=,.@_/-]{1,576}$/, 'must be the ARN of a role')
    .optional(),
  /**
   * Places of the account's concurrency that are kept for a function, by its name; for one without a name here none is kept. 0 is refused, because to Lambda it means that the function never runs. AWS keeps 100 of the account's places (1,000; in a new
   * account 10 in all) for functions without places of their own, and refuses a deployment that would leave fewer.
   */
  reservedConcurrency: ReservedConcurrency.default(RESERVED),
  /** Look up the CloudTrail history of a key that is seen for the first time. */
  bootstrapBaselines: z.boolean().default(true),
  /** Slack channel for notices and verdicts; see docs/slack.md. */
  slack: SlackSettings.optional(),
  /** Parties that report exposed credentials by webhooks; see docs/signals.md. */
  reports: ReportSettings.optional(),
  /** Report the credentials that stand in the lines of log groups; see docs/signals.md. */
  logExposures: LogExposures.optional(),
  /** A CloudWatch dashboard of the stack, for 3 USD a month. */
  dashboard: z.boolean().default(false),
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
    .meta({ examples: [{ lock: 'governance', retentionDays: 365 }] })
    .default({ lock: 'governance', retentionDays: 365 }),
  /**
   * Closed incidents go from the table into the bucket of the seals after `afterDays` days (7 to 3650) without any change; `off` keeps them in the table. 90,
   * because CloudTrail's event history reaches as far back.
   */
  archive: z
    .union(
      [z.literal('off'), z.strictObject({ afterDays: ArchiveDays.default(90) })],
      'must be "off" or have `afterDays`, 7 to 3650, such as {"afterDays":90}',
    )
    .default({ afterDays: 90 }),
})

/** Deployment settings of a stack: the key `countersign` of the context in `cdk.json`. */
export const StackConfig = Settings.superRefine(({ accounts, memberAccounts }, context) => {
  for (const [at, account] of memberAccounts.entries())
    if (!accounts.includes(account))
      context.addIssue({
        code: 'custom',
        path: ['memberAccounts', at],
        message: 'must be one of `accounts` too, or no event of it is believed',
      })
}).meta({ examples: [{ notifyEmail: 'security@example.com' }] })
export type StackConfig = z.infer<typeof StackConfig>

/** Parses the settings of `cdk.json`. Throws `config.invalid` with one line per fault. */
export function readStackConfig(context: unknown): StackConfig {
  return checked(
    StackConfig,
    typeof context === 'string' ? fromCommandLine(context) : (context ?? {}),
    'set it under "countersign" in the context of cdk.json',
  )
}

/**
 * The responder that the member stack is for, as `cdk deploy -c member=<account> [-c home=<stack>]` names it; undefined where it is its own stack that is
 * deployed. Throws `config.invalid`.
 */
export function readHome(member: unknown, stackName: unknown): { readonly account: string; readonly stackName: string } | undefined {
  if (member === undefined) return undefined
  return checked(
    z.object({
      account: z.string().regex(/^\d{12}$/, 'must be the account of the responder, 12 digits'),
      stackName: z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,47}$/, "must be the name of the responder's stack"),
    }),
    { account: String(member), stackName: stackName ?? 'Countersign' },
    'give -c member=<account id>, and -c home=<stack name> where that is not Countersign',
  )
}

/** Parses the JSON text that `cdk deploy -c countersign=…` or `countersign doctor --context` passes. */
function fromCommandLine(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ResponderError(
      'config.invalid',
      `the settings of countersign must be a JSON object, such as '{"includeRoleSessions":true}', got ${JSON.stringify(text)}`,
      { cause },
    )
  }
}

/** Input that a schema has checked. Throws `config.invalid` with one line per fault; `where` says where the input is set. */
export function checked<T extends z.ZodType>(schema: T, input: unknown, where: string): z.infer<T> {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const lines = parsed.error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map((name) => unknownKey(schema, { at: issue.path, name, where }))
    return [`${issue.path.join('.') || 'countersign'}: ${issueText(issue, schema, input)}; ${where}`]
  })
  throw new ResponderError('config.invalid', lines.join('\n'))
}

function unknownKey(schema: unknown, { at, name, where }: { at: readonly PropertyKey[]; name: string; where: string }): string {
  const keys = keysAt(schema, at)
  const of = at.length === 0 ? '' : ` of ${at.join('.')}`
  const near = hint(name, keys)
  return `${name}: no such key${of}; the keys are ${keys.join(', ')}${near === '' ? '; check the spelling and' : `${near} Then`} ${where}`
}
