import { createHash } from 'node:crypto'

/** What is known of a subscription of a topic. */
export interface Subscription {
  readonly protocol: string
  readonly endpoint: string
  /** Which messages it gets; all, where there is none. JSON. */
  readonly filter?: unknown
}

/**
 * A subscription as people are told of it. Of a URL the host and a digest: the path of a pager's URL is often its secret.
 *
 * @example subscriptionFact({ protocol: 'email', endpoint: 'oncall@example.com' }) // { to: 'email oncall@example.com', filter: null }
 */
export function subscriptionFact({ protocol, endpoint, filter }: Subscription): Readonly<Record<'to' | 'filter', unknown>> {
  return {
    to: `${protocol} ${URL.canParse(endpoint) && /^https?:/.test(endpoint) ? shortened(endpoint) : endpoint}`,
    filter: filter ?? null,
  }
}

function shortened(endpoint: string): string {
  // SNS answers with stars in the place of a password.
  const url = new URL(endpoint)
  url.password = ''
  return `${url.host} (${createHash('sha256').update(url.href).digest('hex').slice(0, 8)})`
}
