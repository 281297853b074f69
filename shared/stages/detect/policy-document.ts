/** The statements of an IAM policy document as CloudTrail holds it: JSON text, plain or URL-encoded. Empty where unreadable. */
export function statementsOf(document: unknown): readonly Readonly<Record<string, unknown>>[] {
  // IAM documents have at most 10,240 characters; anything far longer is not one.
  if (typeof document !== 'string' || document.length > 65_536) return []
  try {
    const parsed: unknown = JSON.parse(document.trimStart().startsWith('%') ? decodeURIComponent(document) : document)
    const statements = typeof parsed === 'object' && parsed !== null && 'Statement' in parsed ? parsed.Statement : []
    return listOf(statements).filter((item): item is Record<string, unknown> => typeof item === 'object' && item !== null)
  } catch {
    // Not JSON: the call that carried it says so by its error code, and there is nothing to read here.
    return []
  }
}

/** True where a statement allows every action on every resource without a condition. */
export function grantsEverything(document: unknown): boolean {
  return statementsOf(document).some(
    ({ Effect, Action, Resource }) =>
      Effect === 'Allow' &&
      listOf(Action).some((action) => action === '*' || action === '*:*' || action === 'iam:*') &&
      listOf(Resource).includes('*'),
  )
}

/** Everybody and every account outside `account` that a trust policy lets in. */
export function outsidersIn(document: unknown, account: string): readonly string[] {
  return statementsOf(document)
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ Principal }) => principalsOf(Principal))
    .filter(
      (principal) => principal === '*' || (/^(\d{12}|arn:aws[a-z-]*:[a-z]+::\d{12}:)/.test(principal) && !principal.includes(account)),
    )
}

function principalsOf(principal: unknown): string[] {
  if (typeof principal === 'string') return [principal]
  if (typeof principal !== 'object' || principal === null || !('AWS' in principal)) return []
  return listOf(principal.AWS).filter((item): item is string => typeof item === 'string')
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}
