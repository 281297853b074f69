/** The oldest Node that runs the command line, by the `engines` of commander 15. The `engines` of package.json must agree. */
export const OLDEST_NODE = [22, 12] as const

/** The message where this Node (`v20.20.2`) is too old; undefined where it is not. This file may use only what old versions of Node run. */
export function complaintAbout(version: string): string | undefined {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  const [oldestMajor, oldestMinor] = OLDEST_NODE
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined
  return `countersign needs Node ${oldestMajor}.${oldestMinor} or newer, and this is ${version}; install a newer one from https://nodejs.org`
}
