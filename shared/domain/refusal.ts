/**
 * Error codes of calls whose credentials were not accepted: the key, token or signature is unknown, inactive, expired, wrong or missing. Services
 * write some with `Exception` at the end, and EC2 with `Client.` in front.
 *
 * EC2 answers `AuthFailure` also where a caller that it knows may not use an image or an address; it is counted among these because the code alone
 * does not tell, and an attempt that is counted too little is asked about, where an act that is none would be contained.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
export const REFUSED_CREDENTIALS = [
  'AuthFailure',
  'AuthorizationHeaderMalformed',
  'ExpiredToken',
  'IDPRejectedClaim',
  'IncompleteSignature',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidIdentityToken',
  'InvalidSecurity',
  'InvalidSignature',
  'InvalidToken',
  'MissingAuthenticationToken',
  'MissingSecurityHeader',
  'NotSignedUp',
  'RequestExpired',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
  'TokenRefreshRequired',
  'UnrecognizedClient',
] as const

const REFUSED: ReadonlySet<string> = new Set(REFUSED_CREDENTIALS)

/**
 * Parts of the error codes by which services refuse a call for lack of permission: `AccessDeniedException`, `KMSAccessDeniedException` and `VpceAccessDenied`,
 * `Client.UnauthorizedOperation` of EC2, `NotAuthorized`, `AuthorizationError` of SNS, `ForbiddenException`, `InsufficientPrivilegesException` of Elastic
 * Beanstalk, `AllAccessDisabled` of S3; and the bare status that some services write.
 *
 * Not `OptInRequired`, `OperationNotPermitted` and `DryRunOperation`: a service or a region is not switched on, the resource is protected, or the call was
 * allowed and not wanted. None of them says what the caller may do.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 * @see https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html
 * @see https://docs.aws.amazon.com/elasticbeanstalk/latest/api/CommonErrors.html
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-network-events-with-cloudtrail.html
 */
const REFUSED_RIGHTS =
  /AccessDenied|Unauthorized|NotAuthorized|AuthorizationError|Forbidden|InsufficientPrivileges|InsufficientPermissions|AllAccessDisabled|^40[13]$/i

/**
 * How a service refused a call. `credentials`: the caller did not authenticate, so the call is an attempt by anybody. `rights`: it did, and may not do this.
 * Undefined for every other error.
 */
export function refusalIn(errorCode: string): 'credentials' | 'rights' | undefined {
  if (REFUSED.has(errorCode.replace(/^(?:Client|Server)\./, '').replace(/(?:Exception|Fault)$/, ''))) return 'credentials'
  return REFUSED_RIGHTS.test(errorCode) ? 'rights' : undefined
}
