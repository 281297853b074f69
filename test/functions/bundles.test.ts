import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { bundleOf } from './bundled-handler.ts'

const FUNCTIONS = ['Respond', 'Contain', 'Review', 'Slack', 'Seal', 'Seed', 'Sweep', 'Learn', 'Rotate', 'Inventory']

describe('the bundle of a function', () => {
  it.each(FUNCTIONS)('%s says in English which variable of its environment is missing', async (construct) => {
    const { status, stderr } = loaded(await bundleOf(construct))
    const said = stderr.split('\n').filter((line) => line.endsWith('; the stack sets it in the environment of the function'))
    expect(status).not.toBe(0)
    expect(said[0]).toMatch(/[A-Z_]+: Invalid input: expected string, received undefined, got nothing; /)
  })

  it.each(FUNCTIONS)('%s has the messages of checks in no other language', async (construct) => {
    const text = readFileSync(await bundleOf(construct), 'utf8')
    // What zod says of the same in Indonesian, Spanish and French.
    const others = ['Input tidak valid', 'se esperaba', 'attendu'].filter((other) => text.includes(other))
    expect([text.includes('Invalid input: expected '), others]).toEqual([true, []])
  })

  it.each(FUNCTIONS)('%s looks for credentials in its environment and nowhere else', async (construct) => {
    const text = readFileSync(await bundleOf(construct), 'utf8')
    // Where the metadata service has those of a machine, and what a profile may run for them.
    const others = ['meta-data/iam/security-credentials', 'credential_process'].filter((other) => text.includes(other))
    expect([text.includes('the environment has no AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'), others]).toEqual([true, []])
  })
})

function loaded(bundle: string) {
  return spawnSync(process.execPath, ['-e', `require(${JSON.stringify(bundle)})`], { env: {}, encoding: 'utf8' })
}
