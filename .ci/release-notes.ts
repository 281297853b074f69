import { readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Release {
  /** The tag, such as `v0.2.0`. */
  readonly tag: string
  /** The version in package.json. */
  readonly version: string
  /** The text of CHANGELOG.md. */
  readonly changelog: string
}

/** The section of the changelog on the version that a tag releases. Throws where tag, package.json and changelog do not say the same. */
export function releaseNotes({ tag, version, changelog }: Release): string {
  if (tag !== `v${version}`)
    throw new Error(`the tag must be v${version}, as package.json says, got "${tag}"; tag the commit that sets the version`)
  const sections = changelog.split(/^(?=## \[)/m)
  const section = sections.find((text) => text.startsWith(`## [${version}]`))
  if (section === undefined) throw new Error(`CHANGELOG.md has no section "## [${version}] - YYYY-MM-DD"; write one`)
  const [heading = '', ...lines] = section.split('\n')
  if (!/ - \d{4}-\d{2}-\d{2}$/.test(heading))
    throw new Error(`CHANGELOG.md must give ${version} a date, got "${heading}"; set the day of the release`)
  const notes = lines.join('\n').trim()
  if (notes === '') throw new Error(`CHANGELOG.md says nothing of ${version}; write what it brings`)
  return `${notes}\n`
}

if (process.argv[1] === import.meta.filename) {
  const read = (name: string) => readFileSync(join(import.meta.dirname, '..', name), 'utf8')
  const { version } = JSON.parse(read('package.json')) as { version: string }
  process.stdout.write(releaseNotes({ tag: process.argv[2] ?? '', version, changelog: read('CHANGELOG.md') }))
}
