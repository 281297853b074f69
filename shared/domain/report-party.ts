import * as z from 'zod'

/** The parties whose webhooks are taken, by the last part of their route: `POST /reports/github`. `webhook` is the signed form for everybody else. */
export const REPORT_PARTIES = ['github', 'gitlab', 'gitguardian', 'jira', 'linear', 'falco', 'webhook'] as const
export const ReportParty = z.enum(REPORT_PARTIES)
export type ReportParty = z.infer<typeof ReportParty>

/** How GitLab says that a delivery is its own: by a signature over the body, or by a token that it sends along, which signs nothing. */
export const GITLAB_AUTHENTICATION = ['signature', 'token'] as const
export type GitlabAuthentication = (typeof GITLAB_AUTHENTICATION)[number]

/**
 * An alert of GitHub's secret scanning: `owner/repository` and the alert's number. `isPublic`: everybody can read the repository. It is all that `webhook`
 * hands to `fetch-alert`.
 */
export const AlertReference = z.strictObject({
  repository: z.string().regex(/^[A-Za-z0-9][\w.-]{0,99}\/(?!\.{1,2}$)[\w.-]{1,100}$/),
  number: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
  isPublic: z.boolean(),
})
export type AlertReference = z.infer<typeof AlertReference>
