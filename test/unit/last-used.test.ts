import { describe, expect, it } from 'vitest'
import { iamServiceOf } from '../../shared/domain/iam-actions.ts'
import { DATA_PLANE_SERVICES, type LastUsed, SNAPSHOTS_KEPT, usedBefore, withSnapshot } from '../../shared/domain/last-used.ts'
import { readLastUsed } from '../../shared/domain/read-last-used.ts'
import { printedAnswer, SINCE, snapshotAt } from '../last-used.ts'

const DAY = 24

const of = (...snapshots: LastUsed['snapshots']) => usedBefore({ snapshots }, SINCE)

describe('what last-used data says of an identity before it was suspected', () => {
  it('is what the oldest snapshot shows as used, although newer ones show later times alone', () => {
    const three = [snapshotAt(6, { s3: 7, sqs: 9 }), snapshotAt(30, { s3: 31 }), snapshotAt(54, { s3: 55 })]
    expect(of(...three)).toEqual({ takenAt: SINCE - 6 * 3_600_000, used: ['s3'], neverUsed: [] })
  })

  it('is the same in whatever order the snapshots are', () => {
    const three = [snapshotAt(30, { s3: 31 }), snapshotAt(54, { s3: 55, sqs: 56 }), snapshotAt(6, { s3: 7 })]
    expect(of(...three)).toEqual({ takenAt: SINCE - 6 * 3_600_000, used: ['s3', 'sqs'], neverUsed: [] })
  })

  it('is nothing where every snapshot was taken at the first suspicious signal or later', () => {
    expect(of(snapshotAt(0, { s3: 40 }), snapshotAt(-5, { s3: 40 }))).toBeUndefined()
    expect(of()).toBeUndefined()
  })

  it.each([
    ['within 20 hours before the signal', 19.9, []],
    ['20 hours before', 20, ['s3']],
    ['90 days before', 90 * DAY, ['s3']],
    ['longer ago', 90 * DAY + 1, []],
  ])('counts a use %s so', (_, hours, used) => {
    expect(of(snapshotAt(6, { s3: hours }))?.used).toEqual(used)
  })

  it.each([
    ['a fresh snapshot says so', [snapshotAt(6, {}, ['s3'])], ['s3']],
    ['a snapshot of two days ago says so', [snapshotAt(48, {}, ['s3'])], ['s3']],
    ['only an older snapshot says so', [snapshotAt(49, {}, ['s3'])], []],
    ['its policies do not let it use the service, so that IAM says nothing', [snapshotAt(6, {}, [])], []],
    ['it was used, however long ago', [snapshotAt(6, { s3: 399 * DAY })], []],
    ['it was used for the first time on the last day before the signal', [snapshotAt(6, { s3: 8 }), snapshotAt(30, {}, ['s3'])], ['s3']],
    ['it was used for the first time before that', [snapshotAt(6, { s3: 25 }), snapshotAt(30, {}, ['s3'])], []],
  ])('knows whether a service was never used where %s', (_, snapshots, neverUsed) => {
    expect(of(...snapshots)?.neverUsed).toEqual(neverUsed)
  })

  it('takes for used nothing that a later night shows first: an intruder has to be quiet for as many nights as are kept', () => {
    const touched = Object.fromEntries(DATA_PLANE_SERVICES.map((service) => [service, 25]))
    expect(of(snapshotAt(6, { s3: 26, ...touched }), snapshotAt(30, { s3: 31 }, ['sqs']))?.used).toEqual(['s3'])
  })
})

describe('the snapshots of an identity', () => {
  it('are the newest three, in whatever order they come', () => {
    const taken = [54, 6, 78, 30].map((hours) => snapshotAt(hours, {}))
    const kept = taken.reduce<LastUsed | undefined>((before, one) => withSnapshot(before, one, undefined), undefined)
    expect(kept?.snapshots.map(({ takenAt }) => (SINCE - takenAt) / 3_600_000)).toEqual([6, 30, 54])
    expect(kept?.snapshots).toHaveLength(SNAPSHOTS_KEPT)
  })

  it('begin anew where another user or role has the name', () => {
    const before = withSnapshot(undefined, snapshotAt(30, { s3: 31 }), 'AIDAFIRSTEXAMPLE0001')
    expect(withSnapshot(before, snapshotAt(6, {}), undefined)).toMatchObject({ principalId: 'AIDAFIRSTEXAMPLE0001', snapshots: [{}, {}] })
    const after = withSnapshot(before, snapshotAt(6, {}), 'AIDASECONDEXAMPLE001')
    expect(after).toMatchObject({ principalId: 'AIDASECONDEXAMPLE001' })
    expect(after.snapshots).toHaveLength(1)
  })
})

describe('the unique id of an identity', () => {
  it('is kept where it is the same, and is not there where it is not known', () => {
    const before = withSnapshot(undefined, snapshotAt(30, {}), 'AIDAFIRSTEXAMPLE0001')
    expect(withSnapshot(before, snapshotAt(6, {}), 'AIDAFIRSTEXAMPLE0001')).toMatchObject({
      principalId: 'AIDAFIRSTEXAMPLE0001',
      snapshots: [{}, {}],
    })
    expect(withSnapshot(undefined, snapshotAt(6, {}), undefined)).toStrictEqual({ snapshots: [snapshotAt(6, {})] })
    expect(withSnapshot({ snapshots: [snapshotAt(30, {})] }, snapshotAt(6, {}), 'AIDAFIRSTEXAMPLE0001').snapshots).toHaveLength(2)
  })
})

describe('an answer of IAM', () => {
  it('is read as the AWS CLI prints it: services by the prefix of their actions', () => {
    const read = readLastUsed(
      printedAnswer(SINCE, { s3: SINCE - 5, monitoring: SINCE - 7, cloudwatch: SINCE - 9, sqs: null, newservice: SINCE - 1 }),
      'a file',
    )
    expect(read).toEqual({
      takenAt: SINCE,
      used: [
        { service: 's3', at: SINCE - 5 },
        { service: 'cloudwatch', at: SINCE - 7 },
        { service: 'newservice', at: SINCE - 1 },
      ],
      neverUsed: ['sqs'],
    })
  })

  it('names services as the list of actions does', () => {
    expect(DATA_PLANE_SERVICES.filter((service) => iamServiceOf(service) !== service)).toEqual([])
    expect(iamServiceOf('monitoring')).toBe('cloudwatch')
  })

  it.each([
    ['anything else', { Users: [] }],
    ['nothing', undefined],
    ['a job that runs', printedAnswer(SINCE, {}, { JobStatus: 'IN_PROGRESS' })],
    ['one page of several', printedAnswer(SINCE, {}, { IsTruncated: true, Marker: 'x' })],
    ['a service that is a pattern', printedAnswer(SINCE, { 's3:*': SINCE })],
    ['a service that is longer than any', printedAnswer(SINCE, { ['a'.repeat(41)]: SINCE })],
    ['a time that is none', printedAnswer(SINCE, {}, { JobCreationDate: 'yesterday' })],
    ['more services than AWS has', printedAnswer(SINCE, Object.fromEntries(Array.from({ length: 601 }, (_, at) => [`s${at}`, SINCE])))],
  ])('is refused where it is %s, and nothing of it is quoted', (_, answer) => {
    expect(() => readLastUsed(answer, 'a file')).toThrow(/^a file is no last-used data of IAM: /)
  })
})
