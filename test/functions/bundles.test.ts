import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { bundleOf } from './bundled-handler.ts'

const FUNCTIONS = [
  'Logs',
  'Respond',
  'Contain',
  'Review',
  'Slack',
  'Seal',
  'Seed',
  'Sweep',
  'Learn',
  'Rotate',
  'Inventory',
  'Webhook',
  'FetchAlert',
]

describe('the bundle of a function', () => {
  it.each(FUNCTIONS)('%s says in English which variable of its environment is missing', async (construct) => {
    expect(refusalOf(await bundleOf(construct))).toMatch(
      /^[A-Z_]+: missing; it must .+; the stack sets it in the environment of the function$/m,
    )
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

/** The message of the error by which a bundle refuses an empty environment. Printed whole, it would begin with the line of the bundle, which is too long for a pipe. */
function refusalOf(bundle: string): string {
  const code = `try { require(${JSON.stringify(bundle)}) } catch (error) { console.log(error.message) }`
  return spawnSync(process.execPath, ['-e', code], { env: {}, encoding: 'utf8' }).stdout
}
