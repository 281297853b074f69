import { readFile } from 'node:fs/promises'
import { parse, YAMLParseError } from 'yaml'
import type { Policy } from '../shared/domain/policy.ts'
import { ResponderError } from '../shared/errors.ts'
import { parsePolicy } from '../shared/stages/policy-source.ts'

/** Reads and checks a policy file (YAML, of which JSON is a part). At most 256 KiB; aliases cannot blow it up. */
export async function readPolicyFile(path: string): Promise<Policy> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ResponderError(
      'policy.invalid',
      `cannot read the policy file ${path}: ${cause instanceof Error ? cause.message : 'unknown error'}`,
      { cause },
    )
  })
  if (text.length > 262_144)
    throw new ResponderError('policy.invalid', `${path} has ${text.length} characters; a policy has at most 262144`)
  try {
    return parsePolicy(parse(text, { maxAliasCount: 20, prettyErrors: true }))
  } catch (cause) {
    if (cause instanceof YAMLParseError) throw new ResponderError('policy.invalid', `${path} is not YAML: ${cause.message}`, { cause })
    if (cause instanceof ResponderError) throw new ResponderError(cause.code, `${path}:\n${cause.message.replace(/^/gm, '  ')}`, { cause })
    throw cause
  }
}
