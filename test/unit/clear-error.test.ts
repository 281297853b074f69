import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { describe, expect, it } from 'vitest'
import { clearError } from '../../local/clear-error.ts'
import { writeOut } from '../../local/write-out.ts'
import { describeStack } from '../../shared/aws/stack.ts'
import { ResponderError } from '../../shared/errors.ts'

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (cause: unknown) => cause,
  )

const named = (name: string) => Object.assign(new Error('x'), { name })

/** A client whose calls fail before they are made, with this. */
const failing = (cause: Error) => Object.assign(Object.create(CloudFormationClient.prototype), { send: () => Promise.reject(cause) })

describe('an error of a command', () => {
  it.each([
    ['Region is missing', new Error('Region is missing'), 'no valid AWS region is set: add --region us-east-1, say, or set AWS_REGION'],
    ['no credentials', named('CredentialsProviderError'), 'no AWS credentials are found: sign in'],
    ['old credentials', named('ExpiredToken'), 'the AWS credentials have expired: sign in again'],
  ])('of the AWS SDK says what to do: %s, raw and as the reason of another', async (_, cause, said) => {
    const wrapped = await failureOf(describeStack(failing(cause), 'Countersign'))
    expect(wrapped).toMatchObject({ code: 'stack.unknown' })
    for (const one of [cause, wrapped]) expect(clearError(one)).toMatchObject({ code: 'usage', message: expect.stringContaining(said) })
  })

  it('of the file system names the path and the reason in words', async () => {
    const path = join(import.meta.dirname, 'nothing-here')
    expect(clearError(await failureOf(readFile(path)))).toMatchObject({
      code: 'usage',
      message: `${path}: there is no such file or folder`,
    })
    const out = join(path, 'x.html')
    await expect(writeOut(out, 'x')).rejects.toMatchObject({ code: 'usage', message: `cannot write --out ${out}: its folder is not there` })
  })

  it('of AWS is named as such, and every other stays as it is', async () => {
    const refused = Object.assign(new Error('not authorized'), { name: 'AccessDeniedException', $metadata: {} })
    expect(clearError(refused)).toMatchObject({
      code: 'store.unavailable',
      message: 'AWS refused a call: AccessDeniedException: not authorized',
    })
    for (const other of [new ResponderError('usage', 'x'), new TypeError('a bug'), 'text']) expect(clearError(other)).toBe(other)
  })
})
