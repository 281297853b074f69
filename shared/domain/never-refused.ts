/**
 * Calls that IAM lets through whatever a policy denies. A sign-in is no call of IAM: it succeeds, and what comes after it is denied.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_getsessiontoken.html
 */
export const NEVER_REFUSED: ReadonlySet<string> = new Set(['sts:GetCallerIdentity', 'sts:GetSessionToken', 'signin:ConsoleLogin'])
