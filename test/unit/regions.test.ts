import { RegionInfo } from 'aws-cdk-lib/region-info'
import { describe, expect, it } from 'vitest'
import { REGIONS, requireRegion } from '../../local/doctor/require-region.ts'

describe('the regions of AWS', () => {
  it('are those that the CDK knows', () => {
    expect(REGIONS).toEqual(RegionInfo.regions.map(({ name }) => name).toSorted())
  })

  it('are taken, and nothing else is', () => {
    for (const region of REGIONS) expect(() => requireRegion(region)).not.toThrow()
    for (const text of ['', 'us-east', 'us-east-1a', 'US-EAST-1', ' us-east-1', 'x'.repeat(10_000)])
      expect(() => requireRegion(text)).toThrow('--region must be a region of AWS')
  })
})
