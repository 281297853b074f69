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

/** A member of a policy that is one value or a list of them, as a list. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}
