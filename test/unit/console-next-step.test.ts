import { describe, expect, it } from 'vitest'
import type { Incident } from '../../shared/domain/incident.ts'
import type { ReviewKind } from '../../shared/domain/policy.ts'
import { revisionOf } from '../../shared/domain/revision.ts'
import { consoleWorld } from '../console.ts'
import { ATTACK, exposed } from '../embedded.ts'

/** Gives a verdict on the page of an incident, and answers the page that it leads to. */
async function nextAfter(kind: ReviewKind, parts: Parameters<typeof consoleWorld>[0] = {}, also: object = {}) {
  const world = await consoleWorld(parts)
  const { answer: give, get, incident } = world
  const form = { kind, reason: 'a drill', revision: revisionOf(incident as Incident), ...also }
  const answer = await give(form)
  expect(answer.status).toBe(303)
  const location = (answer.headers.get('location') ?? '').replace(/^\/[^/]+/, '')
  const page = await (await get(location)).text()
  const section = page.match(/<h2 id="then">.*?<\/section>/s)?.[0] ?? ''
  expect(section).toContain('What you do next')
  expect(section).toMatch(/<a href="\/[^/]+\/">The open incidents<\/a>/)
  expect(page.indexOf('id="then"')).toBeLessThan(page.indexOf('id="what"'))
  return section
}

describe('what a person does next stands on the page', () => {
  it('after a release: what was restored, until when the same is not told, what was accepted, and that it is final', async () => {
    const section = await nextAfter('legitimate')
    expect(section).toMatch(
      /What was changed is restored as it was: key …\w{4} of ci-build works again; .*\. Check that the work of its owner goes on\./,
    )
    expect(section).toMatch(/Until 2026-\d\d-\d\d \d\d:\d\d:\d\d UTC the same evidence opens no incident/)
    expect(section).toMatch(/Nothing of it was accepted|patterns revoke pat-/)
    expect(section).toContain('a released incident is not contained again from here')
  })

  it('after a release of a credential whose secret is out: a new key', async () => {
    expect(await nextAfter('legitimate', { events: [exposed()] })).toContain('make a new key first')
  })

  it('after a dismissal: that nothing is left to do', async () => {
    const section = await nextAfter('legitimate', { policy: { mode: 'ask' } })
    expect(section).toContain('Nothing was contained, so nothing had to be restored: there is nothing left to do.')
  })

  it('after a confirmation: what stays, and the commands that give the workload other rights', async () => {
    const section = await nextAfter('compromised')
    expect(section).toContain('What was contained stays contained.')
    expect(section).toContain('<code>aws iam list-attached-user-policies --user-name ci-build</code>')
    expect(section).toContain('aws iam delete-access-key --user-name ci-build')
  })

  it('after a confirmation without a containment: what stays usable, and that a person stops it', async () => {
    const section = await nextAfter('compromised', { policy: { mode: 'ask' } })
    expect(section).toMatch(/Nothing was contained: .*stays? usable.*Stop it by hand: the incident is closed\./)
  })

  it('after an extension: until when, and that the verdict is still to be given', async () => {
    const section = await nextAfter('extend', { policy: { review: { maxExtensionHours: 6 } } }, { hours: '4' })
    expect(section).toMatch(/It stays contained and does not expire until 2026-03-02 16:00:00(\.000)? UTC: give your verdict by then/)
  })

  it('after an order to contain: to give the verdict', async () => {
    expect(await nextAfter('contain', { policy: { mode: 'ask' }, events: ATTACK })).toContain(
      'a release restores it, a confirmation keeps it',
    )
  })

  it('after the first of two verdicts: whom to ask', async () => {
    expect(await nextAfter('legitimate', { policy: { fourEyes: [{ verdicts: ['legitimate'] }] } })).toContain(
      'Ask another approver for the same verdict',
    )
  })
})
