import { describe, expect, it } from 'vitest'
import { renderLineage } from '../../local/render/lineage.ts'
import type { LineageEdge } from '../../shared/domain/incident.ts'

const edge = (parent: string, kind: LineageEdge['kind'], id: string, owner: string): LineageEdge => ({
  parent,
  kind,
  id,
  owner,
  signalId: '1',
})

describe('a lineage', () => {
  it('is drawn as a tree: what was made stands below the credential that made it', () => {
    const lineage = [
      edge('AKIASTOLEN', 'user', 'arn:aws:iam::123456789012:user/backdoor', 'backdoor'),
      edge('AKIASTOLEN', 'access-key', 'AKIAMADE', 'backdoor'),
      edge('AKIAMADE', 'session', 'ASIATAKEN', 'arn:aws:sts::123456789012:assumed-role/deploy/x'),
      edge('AKIAMADE', 'backdoor', 'lambda:AddPermission report', 'report'),
      edge('AKIASTOLEN', 'console', 'console:backdoor', 'backdoor'),
    ]
    expect(renderLineage({ lineage, findings: [], openedAt: 0 })).toEqual([
      'AKIASTOLEN',
      '├─ user backdoor',
      '├─ access-key AKIAMADE of backdoor',
      '│  ├─ session ASIATAKEN of arn:aws:sts::123456789012:assumed-role/deploy/x',
      '│  └─ backdoor: lambda:AddPermission report',
      '└─ console password of backdoor',
    ])
  })

  it('says of a session of a role that it was issued before the first finding, and of no later one', () => {
    const openedAt = Date.parse('2026-01-31T12:00:00Z')
    const taken = (id: string, time: number) => ({
      ...edge('AKIASTOLEN', 'session', id, `arn:aws:sts::123456789012:assumed-role/deploy/${id}`),
      time,
    })
    const lineage = [taken('ASIAOWNER', openedAt - 1000), taken('ASIATAKEN', openedAt)]
    expect(renderLineage({ lineage, findings: [], openedAt })).toEqual([
      'AKIASTOLEN',
      '├─ session ASIAOWNER of arn:aws:sts::123456789012:assumed-role/deploy/ASIAOWNER, issued at 11:59 UTC on 2026-01-31, before the first finding',
      '└─ session ASIATAKEN of arn:aws:sts::123456789012:assumed-role/deploy/ASIATAKEN',
    ])
  })

  it('ends, also where two credentials name each other, and leaves nothing out', () => {
    const lineage = [edge('ASIAONE', 'session', 'ASIATWO', 'a'), edge('ASIATWO', 'session', 'ASIAONE', 'b')]
    const drawn = renderLineage({ lineage, findings: [], openedAt: 0 })
    expect(drawn.join('\n')).toContain('ASIAONE')
    expect(drawn.join('\n')).toContain('ASIATWO')
    expect(drawn.length).toBeLessThan(10)
  })

  it('draws no text of an intruder as it is, and stops at 25 lines', () => {
    const lineage = Array.from({ length: 40 }, (_, at) => edge('AKIASTOLEN', 'backdoor', `iam:X \u001b[2J\u202e${at}`, 'x'))
    const drawn = renderLineage({ lineage, findings: [], openedAt: 0 })
    expect(drawn).toHaveLength(26)
    expect(drawn.at(-1)).toBe('… 16 more (--json shows all)')
    expect(drawn.join('')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  })
})
