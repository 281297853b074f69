import * as z from 'zod'

const SECRET_ARN = z
  .string()
  .regex(
    /^arn:aws[a-z-]*:secretsmanager:[a-z]{2}(-[a-z]+)+-\d:\d{12}:secret:[A-Za-z0-9/_+=.@-]{1,256}-[A-Za-z0-9]{6}$/,
    'must be the whole ARN of a secret, with the six characters at its end',
  )

/** The partition that examples are of. */
const PARTITION = 'aws'

/** What the settings of a party may be. */
const SIGNED = { secretArn: `arn:${PARTITION}:secretsmanager:us-east-1:123456789012:secret:countersign/reports-a1B2c3` }

/** A party that needs nothing but the secret by which it proves that a report is its own. */
const Signed = z.strictObject({ secretArn: SECRET_ARN }).meta({ examples: [SIGNED] })

/** The parties whose reports of exposed credentials a stack takes, by the last part of their route. Each is off until it is named. */
export const ReportSettings = z
  .strictObject({
    github: z
      .strictObject({
        secretArn: SECRET_ARN,
        /** The App that reads which key an alert is about. Without one people are told to look themselves. */
        app: Signed.optional(),
        /** The API when it is not `https://api.github.com`, such as `https://github.example.com/api/v3`. */
        apiUrl: z.url({ protocol: /^https$/, error: 'must be an https address' }).optional(),
      })
      .meta({ examples: [SIGNED] })
      .optional(),
    gitlab: z
      .strictObject({
        secretArn: SECRET_ARN,
        /** `token` is for a GitLab that signs nothing: whoever sees one request can send others. */
        authentication: z.enum(['signature', 'token']).default('signature'),
      })
      .meta({ examples: [SIGNED] })
      .optional(),
    gitguardian: Signed.optional(),
    jira: Signed.optional(),
    linear: Signed.optional(),
    falco: Signed.optional(),
    /** The signed form for everybody else. */
    webhook: Signed.optional(),
  })
  .refine(
    (parties) => Object.values(parties).some((one) => one !== undefined),
    'must name a party, such as github; leave it out to take no reports',
  )
  .meta({ examples: [{ github: SIGNED }] })
export type ReportSettings = z.infer<typeof ReportSettings>
