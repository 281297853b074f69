import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { complaintAbout, OLDEST_NODE } from '../../local/node-version.ts'

describe('the oldest Node', () => {
  it.each(['v20.20.2', 'v18.20.8', 'v22.11.0', 'v22.0.0', 'v9.11.2', '22.1.0'])('is told of in one line on %s', (version) => {
    expect(complaintAbout(version)).toBe(
      `countersign needs Node 22.12 or newer, and this is ${version}; install a newer one from https://nodejs.org`,
    )
  })

  it.each(['v22.12.0', 'v22.21.1', 'v23.0.0', 'v24.0.0', 'v100.1.0', 'v25.0.0-nightly2026'])('is met by %s', (version) => {
    expect(complaintAbout(version)).toBeUndefined()
  })

  it('is the one that package.json says', () => {
    const { engines } = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8'))
    expect(engines.node).toBe(`>=${OLDEST_NODE.join('.')}`)
  })
})
