import { describe, expect, it } from 'vitest'
import { networkKind } from '../../shared/domain/network.ts'

describe('the kind of a network by the name of its owner', () => {
  it.each(['Colo Example', 'Example Colocation Center', 'OneColo', 'hkcolo limited', 'ColoCity Ltd', 'Cologix Example', 'Example Hosting'])(
    '%s rents machines out',
    (organisation) => expect(networkKind({ asn: 64_496, organisation })).toBe('hosting'),
  )

  it.each([
    'NetCologne Example',
    'Colombia Example Telecom',
    'University of Colorado at Example',
    'Example Oncology, Inc.',
    'Cable Color Example',
    'Instituto de Ecologia',
    'Example Access',
  ])('%s does not', (organisation) => expect(networkKind({ asn: 64_496, organisation })).toBe('access'))
})
