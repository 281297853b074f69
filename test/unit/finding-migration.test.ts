import { describe, expect, it } from 'vitest'
import { CATALOGUE } from '../../shared/detect/catalogue.ts'
import { assessmentOf } from '../../shared/domain/assessment.ts'
import { Finding } from '../../shared/domain/finding.ts'
import { assessmentOfVersion2, currentGroup, findingOfVersion2 } from '../../shared/domain/migrations/finding.ts'

/** Groups that came after 0.2.0, and the detectors that came with them. */
const NEW_GROUPS = ['impact', 'exfiltration', 'lineage']
const NEW_DETECTORS = ['data-deleted-unusually', 'data-deleted-above-rate', 'data-shared-above-rate']

const stored = (detector: string, group: string, weight = 0.56) => ({
  detector,
  title: 'a title',
  weight,
  group,
  technique: 'T1485',
  isConfirmed: false,
  reason: 'a reason',
  signalId: 'signal-1',
  credentialId: 'AKIAIOSFODNN7EXAMPLE',
  time: 1,
})

describe('a finding of 0.2.0', () => {
  it.each(CATALOGUE.filter(({ id, group }) => NEW_GROUPS.includes(group) && !NEW_DETECTORS.includes(id)))(
    'of $id is in group $group, whatever group it was in',
    ({ id, group }) => {
      for (const before of ['abuse', 'evasion', 'persistence']) expect(currentGroup(id, before)).toBe(group)
    },
  )

  it.each([
    ['caller-identity-from-new-place', 'discovery', 'origin'],
    ['offensive-tool-used', 'discovery', 'origin'],
    ['console-sign-in-guessed', 'denial', 'origin'],
    ['new-assumer', 'novelty', 'origin'],
    ['access-denied-burst', 'denial', 'discovery'],
    ['user-created', 'persistence', 'persistence'],
  ])('of %s moves from %s to %s', (detector, before, group) => {
    expect(currentGroup(detector, before)).toBe(group)
    expect(CATALOGUE.find(({ id }) => id === detector)?.group).toBe(group)
    expect(Finding.safeParse(findingOfVersion2(stored(detector, before))).data).toMatchObject({ group, fact: detector })
  })

  it('that nobody can take back makes the assessment say so', () => {
    const contributions = [stored('database-deleted', 'abuse'), stored('new-country', 'origin', 0.4)].map((finding) => ({
      finding,
      share: 1,
    }))
    const read = assessmentOfVersion2({ contributions, risk: 70 })
    const findings = contributions.map(({ finding }) => Finding.parse(findingOfVersion2(finding)))
    const { compromise, harm, unchosen, lasting } = assessmentOf(findings)
    expect(read).toMatchObject({ compromise, harm, unchosen, lasting })
    expect([compromise, harm, unchosen, lasting]).toEqual([40, 56, 40, 56])
  })

  it('of a group that never was is no finding', () => {
    expect(Finding.safeParse(findingOfVersion2(stored('user-created', 'nothing'))).success).toBe(false)
  })
})
