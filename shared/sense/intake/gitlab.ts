import * as z from 'zod'
import type { GitlabAuthentication } from '../../domain/report-party.ts'
import { exposuresIn } from './exposures-in.ts'
import { safeUrl, withoutSecrets } from './forget-secrets.ts'
import { type Party, type Reading, UNREADABLE } from './party.ts'
import { isOneOf, isStandardSigned } from './signatures.ts'

const GitlabEvent = z.object({
  object_kind: z.string(),
  project: z.object({ path_with_namespace: z.string().optional() }).loose().optional(),
  object_attributes: z.unknown().optional(),
})

const Id = z.union([z.string(), z.number()]).transform(String)

const Vulnerability = z.object({
  id: Id.optional(),
  url: z.string(),
  title: z.string().nullish(),
  state: z.string().nullish(),
  report_type: z.string().nullish(),
  project_id: Id.optional(),
  location: z.object({ file: z.string().optional(), start_line: z.number().optional() }).loose().nullish(),
  identifiers: z.unknown().optional(),
  updated_at: z.unknown().optional(),
})

/** An issue, a merge request, or a comment. */
const Written = z.object({ id: Id, iid: Id.optional(), url: z.unknown().optional(), updated_at: z.unknown().optional() }).loose()

const WRITTEN: Readonly<Record<string, string>> = {
  issue: 'issue',
  work_item: 'work item',
  merge_request: 'merge request',
  note: 'comment',
}

/** A person has looked and closed it. */
const CLOSED: ReadonlySet<string> = new Set(['resolved', 'dismissed'])

/**
 * GitLab: a signature by Standard Webhooks, or, where the settings say so, the plain token in `X-Gitlab-Token`, which signs nothing. Events are
 * `{"object_kind":"vulnerability","object_attributes":{"url":"https://…","report_type":"secret_detection","title":"AWS access token","location":{"file":"config.env",…},…}}`,
 * which name no key, and issues, merge requests and comments, which are searched.
 *
 * @see https://docs.gitlab.com/user/project/integrations/webhook_events/
 */
export function gitlab(authentication: GitlabAuthentication): Party {
  return {
    isAuthentic: async (delivery, { secrets, now }) =>
      authentication === 'token' ? isOneOf(delivery.headers['x-gitlab-token'], secrets) : isStandardSigned(delivery, secrets, now),
    read(body, { now }) {
      const parsed = GitlabEvent.safeParse(body)
      if (!parsed.success) return UNREADABLE
      const { object_kind: kind, project, object_attributes: attributes } = parsed.data
      const path = project?.path_with_namespace
      if (kind === 'vulnerability') return readVulnerability(attributes, path, now)
      const what = Object.hasOwn(WRITTEN, kind) ? WRITTEN[kind] : undefined
      if (what === undefined) return { kind: 'ignored', event: kind }
      const written = Written.safeParse(attributes)
      if (!written.success) return UNREADABLE
      const { id, iid, url, updated_at: seenAt } = written.data
      const place = `${path ?? 'GitLab'}: ${what} ${withoutSecrets(iid ?? id, 40)}`
      const about = { source: 'gitlab', finding: `${path ?? ''}:${kind}:${id}`, place, url, seenAt, isVerified: false } as const
      return { kind: 'reports', reports: exposuresIn(JSON.stringify(attributes), about, now) }
    },
  }
}

function readVulnerability(attributes: unknown, path: string | undefined, now: number): Reading {
  const parsed = Vulnerability.safeParse(attributes)
  if (!parsed.success) return UNREADABLE
  const { url, title, state, report_type: type, project_id: project, location, identifiers, updated_at: seenAt } = parsed.data
  if (type !== null && type !== undefined && type !== 'secret_detection') return { kind: 'ignored', event: `vulnerability.${type}` }
  if (CLOSED.has(state ?? '')) return { kind: 'ignored', event: `vulnerability.${state}` }
  const line = location?.start_line === undefined ? '' : `, line ${location.start_line}`
  const place = withoutSecrets(`${path ?? `project ${project ?? 'of GitLab'}`}: ${location?.file ?? 'a file'}${line}`, 512)
  const reports = exposuresIn(JSON.stringify(attributes), { source: 'gitlab', finding: url, place, url, seenAt, isVerified: false }, now)
  if (reports.length > 0) return { kind: 'reports', reports }
  if (!/aws|amazon/i.test(JSON.stringify([title, identifiers]))) return { kind: 'ignored', event: 'vulnerability.other-secret' }
  return { kind: 'unnamed', unnamed: { what: 'GitLab found a credential of AWS', place, url: safeUrl(url) } }
}
