/** The first Node that runs the command line: commander 15 and vitest say so of themselves. The `engines` of package.json say the same. */
export const OLDEST_NODE = [22, 12] as const

/** What is told where this Node (`v20.20.2`) is too old; undefined where it is new enough. Nothing newer than that Node may stand here. */
export function complaintAbout(version: string): string | undefined {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  const [oldestMajor, oldestMinor] = OLDEST_NODE
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined
  return `countersign needs Node ${oldestMajor}.${oldestMinor} or newer, this is ${version}; https://nodejs.org has newer ones`
}
