/** The detail type of an API call that CloudTrail delivers. */
export const API_CALL = 'AWS API Call via CloudTrail'

/** AWS reserves this prefix. An event without it was put by somebody with `events:PutEvents`, and its detail may be invented. */
export const BY_AWS = [{ prefix: 'aws.' }] as unknown as string[]

/**
 * A trail that logs data events puts them on the bus too, as API calls. Records of old versions do not have the field.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
export const MANAGEMENT_EVENT = [{ exists: false }, true]
export const DATA_EVENT = [false]

/** Callers of whom all calls are delivered. */
export const USERS = ['IAMUser', 'FederatedUser', 'Root']

/** All others but services of AWS. */
export const OTHERS = [{ exists: false }, { 'anything-but': [...USERS, 'AWSService'] }]

export const AWS_SERVICES = { type: ['AWSService'] }

/** No access key: a session, a bearer token, or no key id at all. */
export const NOT_AKIA = [{ exists: false }, { 'anything-but': { prefix: 'AKIA' } }]

export const NOT_BEARER = { callWithBearerToken: [{ exists: false }, false] }

/** The end of the ARN of a session that Cognito issues to the users of an app. */
const GUEST = '/CognitoIdentityCredentials'

/** Ids of sessions, of bearer tokens of services, and of other short-lived credentials. */
const SHORT_LIVED = [{ prefix: 'ASIA' }, { prefix: 'ABIA' }, { prefix: 'ACCA' }]

/** Sessions of roles, and of other accounts. */
export const ALL_SESSIONS = { type: OTHERS, accessKeyId: SHORT_LIVED }

export const GUEST_SESSIONS = { ...ALL_SESSIONS, arn: [{ suffix: GUEST }] }

/** All but those that Cognito issues to the users of an app. */
export const OTHER_SESSIONS = { ...ALL_SESSIONS, arn: [{ exists: false }, { 'anything-but': { suffix: GUEST } }] }

/** The error codes by which most services refuse a call for lack of permission. A call that is refused by another is delivered by its name. */
export const REFUSED = [
  'AccessDenied',
  'AccessDeniedException',
  'Client.UnauthorizedOperation',
  'UnauthorizedOperation',
  'UnauthorizedException',
  'NotAuthorized',
  'NotAuthorizedException',
  'AuthorizationError',
  'AuthorizationErrorException',
  'ForbiddenException',
  'KMSAccessDeniedException',
  'VpceAccessDenied',
]

export const NOT_REFUSED = [{ exists: false }, { 'anything-but': REFUSED }]
