import * as z from 'zod'
import { globs } from './glob.ts'

/**
 * Identity providers that issue tokens to the customers of everybody, and the claims by which each says whose a token is. Every other claim
 * is chosen by whoever asks for the token: any workflow of GitHub may ask for the audience `sts.amazonaws.com`, and any branch be called `main`.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
 * @see https://docs.github.com/en/actions/reference/security/oidc
 */
export const SHARED_PROVIDERS = {
  'accounts.google.com': ['aud', 'oaud', 'sub'],
  'agent.buildkite.com': ['sub'],
  'app.terraform.io': ['sub'],
  'cognito-identity.amazonaws.com': ['aud', 'sub'],
  'gitlab.com': ['sub'],
  'graph.facebook.com': ['app_id', 'id'],
  'token.actions.githubusercontent.com': [
    'sub',
    'repository',
    'repository_id',
    'repository_owner',
    'repository_owner_id',
    'enterprise',
    'enterprise_id',
  ],
  'www.amazon.com': ['app_id', 'user_id'],
} as const satisfies Readonly<Record<string, readonly string[]>>
export type SharedProvider = keyof typeof SHARED_PROVIDERS

/** The provider of this name where it is a shared one. */
export function sharedProvider(host: string): SharedProvider | undefined {
  return PROVIDERS.find((one) => one === host)
}

const PROVIDERS = Object.keys(SHARED_PROVIDERS) as SharedProvider[]

/** A claim of a shared provider by which a token is the account's own, where its value matches one of the patterns (`*` is any text). */
export const TrustedClaim = z
  .strictObject({
    provider: z.enum(PROVIDERS),
    claim: z.string(),
    values: z
      .array(z.string().min(1).max(512).refine(saysWhose, 'must say whose tokens are yours before its first *, such as repo:example/*'))
      .min(1)
      .max(200),
  })
  .superRefine(({ provider, claim }, context) => {
    const claims: readonly string[] = SHARED_PROVIDERS[provider]
    const message = `must be one of the claims by which ${provider} says whose a token is: ${claims.join(', ')}`
    if (!claims.includes(claim)) context.addIssue({ code: 'custom', path: ['claim'], message, params: { allowed: claims } })
  })
export type TrustedClaim = z.infer<typeof TrustedClaim>

/**
 * True for a value of a claim that says whose a token is. With a wildcard in it, or a variable, it has to end a name before: `repo:example/*`
 * is of one owner, while `repo:*` is of everybody, and `repo:example*` of whoever chose a name that begins so.
 */
export function saysWhose(value: string): boolean {
  const [before = ''] = value.split(/[*?]|\$\{/)
  if (before === value) return value !== ''
  // The kind of the subject, or the region of a pool, says nobody: `repo:`, `us-east-1:`.
  return /[^:/][:/]/.test(before.replace(/^[^:/]*:/, ''))
}

/** True where all that a value of a condition matches, matches a pattern. A wildcard of the value is taken only by a `*` of the pattern. */
export function isTrusted(value: string, { values }: Pick<TrustedClaim, 'values'>): boolean {
  return values.some((pattern) => globs(pattern, value))
}
