import { describe, expect, it } from 'vitest'
import { releaseNotes } from '../../.ci/release-notes.ts'

const changelog = `# Changelog

## [0.2.0] - 2026-12-01

### Added

- One thing.

## [0.1.0] - 2026-11-01

### Added

- Another.
`

describe('the notes of a release', () => {
  it('are what the changelog says of its version, and nothing of another', () => {
    expect(releaseNotes({ tag: 'v0.2.0', version: '0.2.0', changelog })).toBe('### Added\n\n- One thing.\n')
    expect(releaseNotes({ tag: 'v0.1.0', version: '0.1.0', changelog })).toBe('### Added\n\n- Another.\n')
  })

  it.each([
    ['a tag that is not the version of package.json', { tag: 'v0.2.1' }, 'the tag must be v0.2.0, as package.json says, got "v0.2.1"'],
    ['a tag without v', { tag: '0.2.0' }, 'the tag must be v0.2.0'],
    ['a version that the changelog does not have', { tag: 'v0.2', version: '0.2' }, 'has no section "## [0.2] -'],
    ['a version that is still unreleased', { changelog: changelog.replace('2026-12-01', 'Unreleased') }, 'must give 0.2.0 a date'],
    ['a version of which nothing is said', { changelog: '## [0.2.0] - 2026-12-01\n\n## [0.1.0] - 2026-11-01\n' }, 'says nothing of 0.2.0'],
  ])('are refused for %s', (_, wrong, complaint) => {
    expect(() => releaseNotes({ tag: 'v0.2.0', version: '0.2.0', changelog, ...wrong })).toThrow(complaint)
  })
})
