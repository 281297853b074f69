import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

/** Runs the app as cdk does, with a context. */
function appWith(context: object) {
  const out = mkdtempSync(join(tmpdir(), 'countersign-app-'))
  const env = { ...process.env, CDK_OUTDIR: out, CDK_CONTEXT_JSON: JSON.stringify(context) }
  const { status, stderr } = spawnSync(process.execPath, [join('infra', 'app.ts')], { encoding: 'utf8', env })
  return { status, stderr, written: readdirSync(out) }
}

/** What a process prints of an error that nobody caught. */
const CRASH = /file:\/\/|^\s+at |Node\.js v/m

describe('the app that cdk runs', () => {
  it.each([
    ['a setting', { countersign: { onCall: 'me@example.com' } }, /^countersign: onCall: must be keys with values, .*\[config\.invalid\]$/m],
    [
      'a file that is not there',
      { countersign: { policyFile: 'nope.yaml' } },
      /^countersign: policyFile: there is no file .*\[config\.invalid\]$/m,
    ],
    [
      'a key of the context',
      { countersing: { readOnlyEvents: false } },
      /^countersign: the context has the key "countersing", which is not read; did you mean countersign\? .*\[config\.invalid\]$/m,
    ],
    ['the bus of a forwarder', { forwarder: 'arn:aws:sns:us-east-1:123456789012:x' }, /^countersign: -c forwarder=.*\[config\.invalid\]$/m],
  ])('says in one line what is wrong with %s, and writes no template', (_, context, line) => {
    const { status, stderr, written } = appWith(context)
    expect(stderr).toMatch(line)
    expect(stderr).not.toMatch(CRASH)
    expect({ status, written }).toEqual({ status: 1, written: [] })
  })
})
