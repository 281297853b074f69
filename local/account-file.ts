import { readFile, stat } from 'node:fs/promises'
import { AuthorizationDetails } from '../shared/domain/authorization-details.ts'
import { ResponderError } from '../shared/errors.ts'
import { whyUnreadable } from './read/list-files.ts'

/** The largest file that is read, in bytes: it is parsed as a whole. An account of 5,000 users and 5,000 roles prints some tens of megabytes. */
const SIZE_LIMIT = 400 * 2 ** 20

/** Reads what `aws iam get-account-authorization-details` prints. Throws `input.unreadable` where the file is not that. */
export async function readAccount(path: string): Promise<AuthorizationDetails> {
  const unreadable = (cause: unknown) => {
    throw new ResponderError('input.unreadable', `cannot read the account file ${path}: ${whyUnreadable(cause)}`, { cause })
  }
  const { size } = await stat(path).catch(unreadable)
  if (size > SIZE_LIMIT)
    throw new ResponderError('input.unreadable', `the account file ${path} has ${size} bytes; the most that is read is ${SIZE_LIMIT}`)
  const text = await readFile(path, 'utf8').catch(unreadable)
  const content = parseJson(text, path)
  const parsed = AuthorizationDetails.safeParse(content)
  const isAuthorizationDetails = Object.keys(AuthorizationDetails.shape).some((key) => Object.hasOwn(Object(content), key))
  if (parsed.success && !isAuthorizationDetails)
    throw new ResponderError(
      'input.unreadable',
      `${path} is not what \`aws iam get-account-authorization-details\` prints: it has none of ${Object.keys(AuthorizationDetails.shape).join(', ')}`,
    )
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new ResponderError(
    'input.unreadable',
    `${path} is not what \`aws iam get-account-authorization-details\` prints: ${issue?.path.join('.')}: ${issue?.message}`,
  )
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ResponderError('input.unreadable', `${path} is not JSON: ${cause instanceof Error ? cause.message : 'unknown error'}`, {
      cause,
    })
  }
}
