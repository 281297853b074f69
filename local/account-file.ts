import { stat } from 'node:fs/promises'
import { AuthorizationDetails } from '../shared/domain/authorization-details.ts'
import { issueText } from '../shared/domain/schema-issues.ts'
import { ResponderError } from '../shared/errors.ts'
import { whyUnreadable } from './read/list-files.ts'
import { readJson, UnfitFile } from './read/read-text.ts'

/** The largest file that is read, in bytes: it is parsed as a whole. An account of 5,000 users and 5,000 roles prints some tens of megabytes. */
const SIZE_LIMIT = 400 * 2 ** 20

/** Reads what `aws iam get-account-authorization-details` prints. Throws `input.unreadable` where the file is not that. */
export async function readAccount(path: string): Promise<AuthorizationDetails> {
  const unreadable = (cause: unknown) => {
    const why = cause instanceof UnfitFile ? cause.message : whyUnreadable(cause)
    throw new ResponderError('input.unreadable', `cannot read the account file ${path}: ${why}`, { cause })
  }
  const { size } = await stat(path).catch(unreadable)
  if (size > SIZE_LIMIT)
    throw new ResponderError('input.unreadable', `the account file ${path} has ${size} bytes; the most that is read is ${SIZE_LIMIT}`)
  const content = await readJson(path, 'aws iam get-account-authorization-details').catch(unreadable)
  const parsed = AuthorizationDetails.safeParse(content)
  const isAuthorizationDetails = Object.keys(AuthorizationDetails.shape).some((key) => Object.hasOwn(Object(content), key))
  if (parsed.success && !isAuthorizationDetails)
    throw new ResponderError(
      'input.unreadable',
      `${path} is not what \`aws iam get-account-authorization-details\` prints: it has none of ${Object.keys(AuthorizationDetails.shape).join(', ')}`,
    )
  if (parsed.success) return parsed.data
  const why = parsed.error.issues
    .slice(0, 1)
    .map((issue) => `${issue.path.join('.') || 'the whole'} ${issueText(issue, AuthorizationDetails, content)}`)
  throw new ResponderError('input.unreadable', `${path} is not what \`aws iam get-account-authorization-details\` prints: ${why.join('')}`)
}
