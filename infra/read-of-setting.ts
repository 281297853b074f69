import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { ResponderError } from '../shared/errors.ts'

/** What each setting that names a path is the path of, and what a person writes there. */
const KINDS = {
  policyFile: { isFolder: false, noun: 'file', fix: 'name a policy file, such as policy.yaml, which is the default' },
  rulesFolder: { isFolder: true, noun: 'folder', fix: 'name a folder with Sigma rules, such as rules, or leave the setting out' },
} as const

/**
 * What `read` makes of the path in a setting. Throws `config.invalid` where the path is not there or of the other kind, and names the setting in what `read`
 * refuses.
 */
export async function readOfSetting<T>(setting: keyof typeof KINDS, path: string, read: (path: string) => T | Promise<T>): Promise<T> {
  const { isFolder, noun, fix } = KINDS[setting]
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined || found.isDirectory() !== isFolder) {
    const what = found === undefined ? `there is no ${noun} ${resolve(path)}` : `${resolve(path)} is no ${noun}`
    throw new ResponderError(
      'config.invalid',
      `${setting}: ${what}, got ${JSON.stringify(path)}; a path is relative to the folder of cdk.json: ${fix}, under "countersign" in the context of cdk.json`,
    )
  }
  try {
    return await read(path)
  } catch (cause) {
    if (!(cause instanceof ResponderError)) throw cause
    throw new ResponderError(cause.code, `${setting}: ${cause.message}`, { cause })
  }
}
