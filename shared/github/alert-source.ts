import { createAppAuth } from '@octokit/auth-app'
import { request } from '@octokit/request'
import * as z from 'zod'
import { errorName, ResponderError } from '../errors.ts'
import type { AlertSource } from '../ports/intake.ts'

/** GitHub's own API; that of an Enterprise Server is `https://HOST/api/v3`. */
export const GITHUB_API_URL = 'https://api.github.com'

/** How long GitHub may take for an answer, in milliseconds. */
const TIMEOUT_MS = 10_000

/** What an App is: its id, the id of its installation in the organisation, and its private key as PEM. */
export interface GithubApp {
  readonly appId: string
  readonly installationId: number
  readonly privateKey: string
}

/** An alert as the API has it. @see https://docs.github.com/en/rest/secret-scanning/secret-scanning#get-a-secret-scanning-alert */
const Alert = z.object({
  secret: z.string(),
  secret_type: z.string(),
  validity: z.string().nullish(),
  html_url: z.string().optional(),
  created_at: z.string().optional(),
})

/**
 * Reads alerts of secret scanning with a token of the App that may read alerts of the one repository and nothing else. Throws `github.unavailable`, without what
 * GitHub answered: an answer may hold the secret, and an error is logged.
 */
export function githubAlerts({
  app,
  apiUrl = GITHUB_API_URL,
}: {
  readonly app: () => Promise<GithubApp>
  readonly apiUrl?: string | undefined
}): AlertSource {
  return {
    async read({ repository, number }) {
      const [owner = '', repo = ''] = repository.split('/')
      const { appId, installationId, privateKey } = await app()
      try {
        const api = request.defaults({ baseUrl: apiUrl, request: { fetch: fetchInTime } })
        const auth = createAppAuth({ appId, privateKey, request: api })
        const { token } = await auth({
          type: 'installation',
          installationId,
          repositoryNames: [repo],
          permissions: { secret_scanning_alerts: 'read' },
        })
        const { data } = await api('GET /repos/{owner}/{repo}/secret-scanning/alerts/{number}', {
          owner,
          repo,
          number,
          headers: { authorization: `token ${token}`, 'x-github-api-version': '2022-11-28' },
        })
        const { secret, secret_type, validity, html_url, created_at } = Alert.parse(data)
        return { text: secret, type: secret_type, isVerified: validity === 'active', url: html_url, createdAt: created_at }
      } catch (cause) {
        const status = typeof cause === 'object' && cause !== null && 'status' in cause ? Number(cause.status) : undefined
        throw new ResponderError(
          'github.unavailable',
          `GitHub did not answer with alert ${number}: ${status ?? errorName(cause)}; docs/signals.md says what the App may have to be allowed`,
        )
      }
    },
  }
}

/** Ends a call that takes too long, and follows no redirect, which would take the token elsewhere. */
function fetchInTime(input: string | URL | Request, options?: RequestInit): Promise<Response> {
  return fetch(input, { ...options, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) })
}
