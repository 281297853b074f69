import { type Fields, fieldsOf, isFields } from '../../shared/sense/fields.ts'

/**
 * The CloudTrail record of an OCSF event that Security Lake made of one: API Activity (6003), Account Change (3001) or Authentication (3002). Undefined for OCSF of other sources.
 *
 * @see https://github.com/ocsf/examples/tree/main/mappings/markdown/AWS/v1.1.0/CloudTrail
 */
export function fromOcsf(event: Fields): object | undefined {
  const [api, metadata, actor] = [fieldsOf(event.api), fieldsOf(event.metadata), fieldsOf(event.actor)]
  const product = fieldsOf(metadata.product)
  const source = fieldsOf(api.service).name
  if (typeof api.operation !== 'string' || typeof source !== 'string' || !/cloudtrail/i.test(String(product.name))) return undefined
  const [request, response] = [fieldsOf(api.request), fieldsOf(api.response)]
  const user = fieldsOf(actor.user)
  const [from, unmapped] = [fieldsOf(event.src_endpoint), nested(event.unmapped)]
  return without({
    eventVersion: product.version,
    eventID: metadata.event_code === undefined ? metadata.uid : (metadata.uid ?? metadata.event_code),
    eventTime: timeOf(event),
    eventSource: source,
    eventName: api.operation,
    awsRegion: fieldsOf(event.cloud).region,
    sourceIPAddress: from.ip ?? from.domain ?? from.svc_name,
    vpcEndpointId: from.vpc_uid,
    userAgent: fieldsOf(event.http_request).user_agent,
    requestID: request.uid,
    errorCode: response.error,
    errorMessage: response.message ?? response.error_message,
    requestParameters: dataOf(request.data) ?? unmapped.requestParameters,
    responseElements: dataOf(response.data) ?? unmapped.responseElements,
    additionalEventData: unmapped.additionalEventData,
    recipientAccountId: unmapped.recipientAccountId ?? fieldsOf(fieldsOf(event.cloud).account).uid,
    eventType: metadata.log_name ?? unmapped.eventType,
    eventCategory: unmapped.eventCategory,
    userIdentity: without({
      type: user.type,
      principalId: user.uid_alt,
      arn: user.uid,
      accountId: fieldsOf(user.account).uid,
      accessKeyId: user.credential_uid,
      userName: user.name,
      invokedBy: actor.invoked_by,
      sessionContext: sessionOf(fieldsOf(actor.session)),
    }),
  })
}

function sessionOf(session: Fields): object | undefined {
  if (typeof session.issuer !== 'string') return undefined
  const name = session.issuer.split('/').at(-1)
  return without({
    sessionIssuer: { type: 'Role', arn: session.issuer, userName: name },
    attributes: without({
      creationDate: isoOf(session.created_time),
      mfaAuthenticated: session.is_mfa === undefined ? undefined : String(session.is_mfa),
    }),
  })
}

function timeOf(event: Fields): unknown {
  return isoOf(event.time) ?? event.time_dt
}

function isoOf(time: unknown): string | undefined {
  const at = typeof time === 'string' && /^\d+$/.test(time) ? Number(time) : time
  return typeof at === 'number' && Math.abs(at) < 8.64e15 ? new Date(at).toISOString().replace('.000Z', 'Z') : undefined
}

/** Parameters are an object, or its text. */
function dataOf(data: unknown): unknown {
  if (typeof data !== 'string') return isFields(data) && Object.keys(data).length === 0 ? undefined : (data ?? undefined)
  try {
    return JSON.parse(data)
  } catch {
    return undefined
  }
}

/** What OCSF has no field for: names with dots for what is nested, in an object or in a list of pairs. */
function nested(unmapped: unknown): Fields {
  const pairs = Array.isArray(unmapped)
    ? unmapped.map((pair) => [String(fieldsOf(pair).key), fieldsOf(pair).value] as const)
    : Object.entries(fieldsOf(unmapped))
  const tree: Fields = Object.create(null)
  for (const [path, value] of pairs) {
    const names = path.split('.')
    const last = names.pop() ?? ''
    let at = tree as Record<string, unknown>
    for (const name of names) {
      if (!isFields(at[name])) at[name] = Object.create(null)
      at = at[name] as Record<string, unknown>
    }
    at[last] = value
  }
  return tree
}

function without(fields: Record<string, unknown>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null))
}
