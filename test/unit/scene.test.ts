import { describe, expect, it } from 'vitest'
import { sceneOf } from '../../shared/detect/scene-of.ts'
import type { EvidenceGroup, Finding } from '../../shared/domain/finding.ts'
import { withScenes } from '../../shared/domain/merge-scenes.ts'
import { SCENE_TEXT, Scene } from '../../shared/domain/scene.ts'
import type { Origin, Signal } from '../../shared/domain/signal.ts'

const ORIGIN: Partial<Origin> = {
  address: '192.0.2.10',
  addressKind: 'public',
  country: 'DE',
  network: 'AS64496',
  networkKind: 'access',
  isBlocklisted: false,
  agentFamily: 'aws-cli',
}

function sceneFor(group: EvidenceGroup, { origin = {}, ...parts }: Omit<Partial<Signal>, 'origin'> & { origin?: Partial<Origin> } = {}) {
  const signal = {
    kind: 'api-call',
    isAuthenticated: true,
    isReadOnly: false,
    service: 's3',
    request: {},
    ...parts,
    origin: { ...ORIGIN, ...origin },
  }
  return sceneOf(signal as unknown as Signal, group)
}

describe('the scene of a finding', () => {
  it.each<[string, Partial<Origin>, string | undefined]>([
    ['a public address', {}, 'AS64496 DE'],
    ['one of Amazon, whose networks are one', { network: 'AS16509', networkKind: 'aws' }, 'aws DE'],
    ['one of which only the country is known', { network: undefined }, 'DE'],
    ['one of which nothing is known', { network: undefined, country: undefined }, '192.0.2.10'],
    ['a VPC endpoint', { addressKind: 'private', vpcEndpointId: 'vpce-0123456789abcdef0' }, 'vpce-0123456789abcdef0'],
    ['an AWS service', { addressKind: 'aws-service', address: 'cloudformation.amazonaws.com' }, 'cloudformation.amazonaws.com'],
    ['a private address, which every network has', { addressKind: 'private' }, undefined],
    ['Tor or a VPN, which is nobody’s place', { networkKind: 'anonymiser' }, undefined],
    ['an address that the policy lists', { isBlocklisted: true }, undefined],
    ['an address that cannot be read', { addressKind: 'unknown', address: '' }, undefined],
  ])('has the place of %s', (_, origin, place) => {
    expect(sceneFor('origin', { origin })?.place).toBe(place)
  })

  it.each<[string, EvidenceGroup, Partial<Signal>, string | undefined]>([
    ['data, by its prefix', 'exfiltration', { service: 'secretsmanager', request: { secretId: 'prod/orders-db' } }, 'secretsmanager prod/'],
    ['data, by an ARN', 'impact', { request: { bucketArn: 'arn:aws:s3:::nightly-export' } }, 's3 nightly-'],
    [
      'a right, by its whole names',
      'privilege',
      { service: 'iam', request: { userName: 'dev-a', policyArn: 'arn:aws:iam::aws:policy/Admin' } },
      'iam Admin dev-a',
    ],
    [
      'an id that AWS gives, whole',
      'impact',
      { service: 'ec2', request: { volumeId: 'vol-0123456789abcdef0' } },
      'ec2 vol-0123456789abcdef0',
    ],
    ['a name whose beginning is too short to say anything', 'impact', { request: { bucketName: 'a-b' } }, 's3 a-b'],
    ['the service, where the request names nothing', 'evasion', { service: 'guardduty', request: { enable: false } }, 'guardduty'],
    ['nothing, where it is about how much is looked at', 'discovery', { request: { bucketName: 'data' } }, undefined],
    ['nothing, where it is about who calls', 'origin', { request: { bucketName: 'data' } }, undefined],
    ['nothing, where a service is new and only read', 'novelty', { isReadOnly: true, request: { bucketName: 'data' } }, undefined],
    ['what is changed in a service that is new', 'novelty', { request: { bucketName: 'data' } }, 's3 data'],
    [
      'who assumed the role',
      'origin',
      { kind: 'assumption', assumer: { id: 'somebody', kind: 'unknown', name: '', account: '' } },
      'by somebody',
    ],
  ])('has as its object %s', (_, group, parts, object) => {
    expect(sceneFor(group, parts)?.object).toBe(object)
  })

  it('is the same for the same names in another order, and another for one name more', () => {
    const of = (...names: string[]) => sceneFor('impact', { request: { items: names.map((bucketName) => ({ bucketName })) } })?.object
    expect(of('one', 'two')).toBe(of('two', 'one'))
    expect(of('one', 'two')).not.toBe(of('one'))
  })

  it('is not there for an attempt or a report', () => {
    expect(sceneFor('origin', { isAuthenticated: false })).toBeUndefined()
    expect(sceneFor('origin', { kind: 'credential-exposure' })).toBeUndefined()
  })

  it('fits its schema however long and deep a request is, and two long texts with one beginning are two', () => {
    const long = (end: string) =>
      sceneFor('privilege', { request: { userName: `${'x'.repeat(400)}${end}` }, origin: { agentFamily: 'y'.repeat(60) } })
    expect(Scene.parse(long('a'))).toEqual(long('a'))
    expect(long('a')?.object).toHaveLength(SCENE_TEXT)
    expect(long('a')?.object).not.toBe(long('b')?.object)
    let deep: object = { userName: 'deep' }
    for (let level = 0; level < 10_000; level++) deep = { deep }
    expect(sceneFor('privilege', { request: deep as Signal['request'] })?.object).toBe('s3')
  })
})

describe('the scenes of a finding that stands for several', () => {
  const found = (...places: string[]) => ({ detector: 'd', scenes: places.map((place) => ({ place, tool: 't' })) }) as unknown as Finding
  it('are those of all', () => {
    expect(withScenes(found('a'), found('b'))).toEqual(found('a', 'b'))
    expect(withScenes(found('b'), found('a'))).toEqual(found('a', 'b'))
  })

  it('are none where one has none, or where there are too many to say', () => {
    expect(withScenes(found('a'), { detector: 'd' } as Finding)).toEqual({ detector: 'd' })
    expect(withScenes({ detector: 'd' } as Finding, found('a'))).toEqual({ detector: 'd' })
    expect(withScenes(found('a', 'b', 'c', 'd'), found('e'))).toEqual({ detector: 'd' })
  })
})
