import { describe, expect, it } from 'vitest'
import { CEILINGS } from '../../shared/domain/ceilings.ts'
import { type KeptReport, REPORTING_SOURCES } from '../../shared/domain/report.ts'
import { ResponderError } from '../../shared/errors.ts'
import type { FailureQueue, SetAsideStore } from '../../shared/ports/failures.ts'
import { consoleWorld, PAYLOAD } from '../console.ts'
import { KEY, NOW } from '../embedded.ts'

const textOf = async (answer: Response | Promise<Response>) => (await answer).text()

/** The row of a source, without markup. */
const rowOf = (page: string, name: string) =>
  [...page.matchAll(/<tr>(.*?)<\/tr>/gs)]
    .map(([, row = '']) =>
      row
        .replace(/<[^>]+>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .find((row) => row.startsWith(`${name} `)) ?? ''

const report = (parts: Partial<KeptReport>): KeptReport => ({
  source: 'jira',
  id: 'r1',
  type: 'with-secret',
  credentialId: KEY,
  seenAt: NOW,
  ...parts,
})

/** A console whose first incident keeps these reports. */
async function reported(reports: readonly KeptReport[]) {
  const world = await consoleWorld()
  const stored = await world.ports.incidents.get(world.incident.id)
  if (stored === undefined) throw new Error('the incident is gone')
  await world.ports.incidents.save({ ...stored.value, reports }, stored.version)
  return world
}

describe('the page of the sources', () => {
  it('says of every source what the most is that follows from it, and why', async () => {
    const { get } = await consoleWorld()
    const page = await textOf(get('/sources'))
    for (const source of REPORTING_SOURCES) expect(page).toContain(CEILINGS[source].why)
    expect(rowOf(page, 'GuardDuty')).toMatch(/ contain .* AWS no report is kept$/)
    expect(rowOf(page, 'Jira')).toMatch(/ ask .* signature no report is kept$/)
    expect(rowOf(page, 'Falco')).toContain(' token ')
  })

  it('says what the policy believes in place of the default', async () => {
    const { get } = await consoleWorld({ policy: { signals: { guardduty: { most: 'notify' } }, disclosedSecret: 'restrict' } })
    const page = await textOf(get('/sources'))
    expect(rowOf(page, 'GuardDuty')).toContain('notify, by the policy; else contain')
    expect(rowOf(page, 'Jira')).not.toContain('by the policy')
    expect(page).toContain('<strong>restrict</strong>')
  })

  it('says when each last said something, in which incident, and how often', async () => {
    const { get, incident } = await reported([
      report({ seenAt: NOW - 3_600_000 }),
      report({ id: 'r2', seenAt: NOW - 60_000 }),
      report({ id: 'r3', seenAt: NOW - 7_200_000 }),
      report({ source: 'guardduty', id: 'g1', type: 'UnauthorizedAccess:IAMUser/TorIPCaller' }),
    ])
    const page = await textOf(get('/sources'))
    const said = (time: number) => new Date(time).toISOString().slice(0, 16).replace('T', ' ')
    expect(rowOf(page, 'Jira')).toContain(`${said(NOW - 60_000)}`)
    expect(rowOf(page, 'Jira')).toContain(`${incident.id} ; 3 reports in all`)
    expect(rowOf(page, 'GuardDuty')).toContain(said(NOW))
    expect(rowOf(page, 'GuardDuty')).not.toContain('reports in all')
    expect(rowOf(page, 'CloudTrail')).toMatch(/\d{4}-\d\d-\d\d \d\d:\d\d/)
  })

  it('says what it does not know: whether a source is connected, when nobody called, and what an embedded account has no queues for', async () => {
    const { get, ports } = await consoleWorld()
    const page = await textOf(get('/sources'))
    expect(page).toContain('Not known here: whether a source is connected')
    expect(page).toContain('an embedded account has no queues')
    ports.identities.ids = async function* () {}
    ports.incidents.listAll = async function* () {}
    expect(rowOf(await textOf(get('/sources')), 'CloudTrail')).toContain('not known: no baseline has learned from a call')
  })

  it('counts what waits and what was set aside, and says which queue could not be asked', async () => {
    const { get, target } = await consoleWorld()
    const unused = async (): Promise<never> => {
      throw new Error('the page only reads')
    }
    const queue = (name: string, waiting: () => Promise<number>): FailureQueue => ({
      name,
      destination: { kind: 'function', name },
      waiting,
      take: unused,
      giveBack: unused,
      remove: unused,
      send: unused,
    })
    const aside = ['hot', 'hot', 'gone'].map((name, at) => ({
      id: `s${at}`,
      queue: name,
      body: '{}',
      sentAt: NOW,
      setAsideAt: NOW,
      by: 'local:anna',
      why: 'damaged',
    }))
    const setAside: SetAsideStore = { list: async () => aside, get: unused, put: unused, remove: unused }
    const refused = async (): Promise<number> => {
      throw new ResponderError('store.unavailable', 'AccessDenied')
    }
    const failures = {
      stack: { name: 'Countersign', region: 'us-east-1' },
      queues: [queue('hot', async () => 3), queue('reports', refused)],
      setAside,
    }
    Object.assign(target, { failures })
    const page = await textOf(get('/sources'))
    expect(rowOf(page, 'hot')).toBe('hot 3 2')
    expect(rowOf(page, 'reports')).toBe('reports not known: it could not be asked 0')
    expect(rowOf(page, 'gone')).toBe('gone 0 1')
    setAside.list = refused as unknown as SetAsideStore['list']
    expect(rowOf(await textOf(get('/sources')), 'hot')).toBe('hot 3 not known: it could not be asked')
  })

  it('shows nothing that a party wrote, and reads on past an incident that cannot be read', async () => {
    const { get, ports } = await reported([
      report({ id: PAYLOAD, type: PAYLOAD.slice(0, 200), place: PAYLOAD, url: `https://example.com/${PAYLOAD}` }),
    ])
    const page = await textOf(get('/sources'))
    expect(page).not.toContain('poison')
    expect(rowOf(page, 'Jira')).toContain('inc-')
    const listAll = ports.incidents.listAll
    ports.incidents.listAll = async function* (onUnreadable) {
      const { UnreadableItem } = await import('../../shared/errors.ts')
      onUnreadable?.(new UnreadableItem('INCIDENT#inc-damaged', 'it is damaged'))
      yield* listAll(onUnreadable)
    }
    const told = await textOf(get('/sources'))
    expect(told).toContain('INCIDENT#inc-damaged is stored and cannot be read')
    expect(rowOf(told, 'Jira')).toContain('inc-')
  })
})
