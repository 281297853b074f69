import * as z from 'zod'
import { Time } from './stored.ts'

/** The parties that report exposed credentials to `webhook`, `logs` and `ingest`. AWS reports its own by EventBridge. */
export const EXPOSURE_SOURCES = ['github', 'gitlab', 'gitguardian', 'jira', 'linear', 'webhook', 'logs', 'trufflehog', 'gitleaks'] as const
export const ExposureSource = z.enum(EXPOSURE_SOURCES)
export type ExposureSource = z.infer<typeof ExposureSource>

/**
 * How sure it is that somebody else can use the credential. `verified`: the party tried it and it worked. `with-secret`: the id stands
 * there together with what is its secret by its form. `id-only`: an id, which is no secret: it stands in error messages and in logs of CloudTrail.
 */
export const ExposureGrade = z.enum(['id-only', 'with-secret', 'verified'])
export type ExposureGrade = z.infer<typeof ExposureGrade>

/** An id of an access key, of a session, or of a credential of another kind that AWS gives such ids. It is no secret. */
export const CREDENTIAL_ID = /^A(?:KIA|SIA|BIA|CCA)[A-Z0-9]{12,28}$/

/** The name of an API key of Amazon Bedrock, which says its user and its account. The text of such a key is the secret itself, so the name stands for it. */
export const BEDROCK_KEY_NAME = /^BedrockAPIKey-[\w+=,.@-]{1,64}-at-\d{12}(?:\+\d{1,6})?$/

const isCredentialName = (text: string) => CREDENTIAL_ID.test(text) || BEDROCK_KEY_NAME.test(text)

/**
 * That a credential was seen where it must not be, as `webhook`, `logs` and `ingest` hand it on. It holds no secret: who sifts an input keeps the id of a
 * credential, and forgets the text around it.
 *
 * `id` is that of what was found at its party, so that one that is told twice counts once. `place` says where it was seen, in words such as `acme/api:
 * config.env, line 3` or `ticket OPS-7`. `seenAt` is epoch milliseconds, as the party states it.
 */
export const ExposureReport = z
  .strictObject({
    version: z.literal(1),
    id: z.string().min(1).max(256),
    source: ExposureSource,
    credentialId: z
      .string()
      .refine(isCredentialName, { error: 'must be the id of a credential, such as AKIA…, or the name of a Bedrock API key' }),
    grade: ExposureGrade,
    place: z.string().min(1).max(512),
    url: z
      .url({ protocol: /^https$/ })
      .max(1024)
      .exactOptional(),
    seenAt: Time,
  })
  .readonly()
export type ExposureReport = z.infer<typeof ExposureReport>

/** What `webhook` says of an alert of Falco about a running workload. `workload` is the instance, task or pod, as far as it is named. */
export const RuntimeAlert = z
  .strictObject({
    version: z.literal(1),
    id: z.string().min(1).max(256),
    source: z.literal('falco'),
    rule: z.string().min(1).max(256),
    priority: z.enum(['Emergency', 'Alert', 'Critical', 'Error', 'Warning', 'Notice', 'Informational', 'Debug']),
    workload: z.string().min(1).max(256).exactOptional(),
    seenAt: Time,
  })
  .readonly()
export type RuntimeAlert = z.infer<typeof RuntimeAlert>

/** The `source` of events on the stack's own bus for reports, on which only its own functions may put. */
export const REPORT_BUS_SOURCE = 'countersign.reports'
/** Their detail types. */
export const REPORT_DETAIL_TYPES = { exposure: 'Credential Exposure', runtime: 'Runtime Alert' } as const
