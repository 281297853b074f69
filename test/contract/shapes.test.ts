import { describe, expect, it } from 'vitest'
import { committed, membersOf, STORED } from '../fixtures/shapes.ts'

describe.each(Object.entries(STORED))('the stored shape of %s', (name, { version }) => {
  it(`is that of version ${version}: what is stored of that version stays readable`, () => {
    const fault =
      `the schema of ${name} is not what version ${version} stores: raise its version, add a migration from ${version}, and run ` +
      `\`npm run fixtures -- <release>\`. Where no release has written version ${version} yet, delete test/fixtures/shapes/${name}.v${version}.json first.`
    expect(membersOf(name), fault).toEqual(committed(name))
  })
})

describe('the description of a shape', () => {
  it('shows a member that was added, one that may be absent, and one of another type', () => {
    const [incident, signal] = [membersOf('incident'), membersOf('signal')]
    expect(incident).toContain('.approved[] {"type":"string"}')
    expect(incident.some((line) => line.startsWith('.verdict?.answered?.likelihood|0 {"type":"number"'))).toBe(true)
    expect(signal).toContain('.errorCode? {"type":"string"}')
    expect(() => membersOf('nothing')).toThrow('nothing of the name')
  })
})
