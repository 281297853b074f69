/** The statements of a policy document as CloudTrail holds it: JSON, or its text, plain or URL-encoded. Empty where unreadable. */
export function statementsOf(document: unknown): readonly Readonly<Record<string, unknown>>[] {
  // IAM documents have at most 10,240 characters; anything far longer is not one.
  if (typeof document === 'string' && document.length > 65_536) return []
  try {
    const parsed: unknown =
      typeof document === 'string' ? JSON.parse(document.trimStart().startsWith('%') ? decodeURIComponent(document) : document) : document
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
    .filter(({ Effect, Condition }) => Effect === 'Allow' && !isBounded(Condition))
    .flatMap(({ Principal }) => principalsOf(Principal))
    .filter(
      (principal) => principal === '*' || (/^(\d{12}|arn:aws[a-z-]*:[a-z]+::\d{12}:)/.test(principal) && !principal.includes(account)),
    )
}

/** A condition on the source account, ARN or organisation keeps everybody else out. */
function isBounded(condition: unknown): boolean {
  return (
    condition !== undefined &&
    /SourceAccount|SourceArn|SourceOwner|PrincipalOrg|PrincipalAccount|CallerAccount|ExternalId|:sub/i.test(JSON.stringify(condition))
  )
}

/** The policy in a request, wherever its service puts it; undefined where there is none. */
export function policyIn(request: Readonly<Record<string, unknown>>): unknown {
  const { attributes, attributeName, attributeValue } = request
  const inAttributes = typeof attributes === 'object' && attributes !== null && 'Policy' in attributes ? attributes.Policy : undefined
  const vault = request.policy
  const inVault = typeof vault === 'object' && vault !== null && 'policy' in vault ? vault.policy : undefined
  const named = attributeName === 'Policy' ? attributeValue : undefined
  const accessPolicies = request.accessPolicies
  // S3 writes the body of a request as it was sent, with the name of its outermost element.
  const accessPoint = request.PutAccessPointPolicyRequest
  const inAccessPoint = typeof accessPoint === 'object' && accessPoint !== null && 'Policy' in accessPoint ? accessPoint.Policy : undefined
  return (
    inVault ??
    inAttributes ??
    inAccessPoint ??
    named ??
    accessPolicies ??
    request.bucketPolicy ??
    request.policyText ??
    request.resourcePolicy ??
    request.policyDocument ??
    vault
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
