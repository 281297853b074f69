/** The statements of a policy document as CloudTrail records it: an object, or JSON text, plain or URL-encoded. Empty where it cannot be read. */
export function statementsOf(document: unknown): readonly Readonly<Record<string, unknown>>[] {
  // IAM policy documents have at most 10,240 characters, so a text of more than 65,536 is none.
  if (typeof document === 'string' && document.length > 65_536) return []
  try {
    const parsed: unknown =
      typeof document === 'string' ? JSON.parse(document.trimStart().startsWith('%') ? decodeURIComponent(document) : document) : document
    const statements = typeof parsed === 'object' && parsed !== null && 'Statement' in parsed ? parsed.Statement : []
    return listOf(statements).filter((item): item is Record<string, unknown> => typeof item === 'object' && item !== null)
  } catch {
    // Not JSON: AWS refuses such a document, so the error code of the call says so.
    return []
  }
}

/** True where a statement allows every action, or every action of IAM, on every resource. Conditions are not looked at. */
export function grantsEverything(document: unknown): boolean {
  return statementsOf(document).some(
    ({ Effect, Action, Resource }) =>
      Effect === 'Allow' &&
      listOf(Action).some((action) => action === '*' || action === '*:*' || action === 'iam:*') &&
      listOf(Resource).includes('*'),
  )
}

/** The principals outside `account` that a trust or resource policy allows: ARNs, account ids, or `*` for everybody. */
export function outsidersIn(document: unknown, account: string): readonly string[] {
  return statementsOf(document)
    .filter(({ Effect, Condition }) => Effect === 'Allow' && !isRestricted(Condition))
    .flatMap(({ Principal }) => principalsOf(Principal))
    .filter(
      (principal) => principal === '*' || (/^(\d{12}|arn:aws[a-z-]*:[a-z]+::\d{12}:)/.test(principal) && !principal.includes(account)),
    )
}

/** True where a condition restricts the source account, ARN, organisation, external id or subject, and so keeps everybody else out. */
function isRestricted(condition: unknown): boolean {
  return (
    condition !== undefined &&
    /SourceAccount|SourceArn|SourceOwner|PrincipalOrg|PrincipalAccount|CallerAccount|ExternalId|:sub/i.test(JSON.stringify(condition))
  )
}

/** The policy document in a request, under whichever parameter its service uses; undefined where there is none. */
export function policyIn(request: Readonly<Record<string, unknown>>): unknown {
  const { attributes, attributeName, attributeValue } = request
  const inAttributes = typeof attributes === 'object' && attributes !== null && 'Policy' in attributes ? attributes.Policy : undefined
  const vault = request.policy
  const inVault = typeof vault === 'object' && vault !== null && 'policy' in vault ? vault.policy : undefined
  const named = attributeName === 'Policy' ? attributeValue : undefined
  const accessPolicies = request.accessPolicies
  // CloudTrail records the body of an S3 request as it was sent, under the name of its outermost XML element.
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
