import { describe, expect, it } from 'vitest'
import type { DrillReport } from '../../local/drill/step.ts'
import { countersign } from './run-cli.ts'

describe('drill without a stack', () => {
  it('is simulated: prints each step with its time, the published clocks, and that no account was touched', async () => {
    const { code, out, err } = await countersign(['drill'])
    expect(code).toBe(0)
    expect(out).toContain('Simulated in this process: no AWS account is touched')
    expect(out).toMatch(/contained, all steps read back +\+12\d\.\d s +done +1 to 3 min/)
    expect(out).toContain('https://xebia.com/blog/')
    expect(out).not.toContain('MISSED')
    expect(err).toMatch(
      /^Made the user arn:aws:iam::123456789012:user\/countersign-canary\/countersign-drill-[0-9a-f]{12} without any rights/,
    )
  })

  it('prints one JSON object for a program, with the clocks', async () => {
    const { code, out } = await countersign(['drill', '--json'])
    const { steps, left, clocks } = JSON.parse(out) as DrillReport & { clocks: object }
    expect([code, left, Object.keys(clocks)]).toEqual([0, [], ['fastest', 'hijackers', 'guardDuty', 'awsContain']])
    expect(new Set(steps.map(({ outcome }) => outcome))).toEqual(new Set(['done']))
  })

  it('ends with code 1 where a step does not happen in its time', async () => {
    const { code, out } = await countersign(['drill', '--minutes', '1'])
    expect([code, out.includes('MISSED')]).toEqual([1, true])
  })

  it.each([
    [['--region', 'eu-west-1'], '--region goes with --stack'],
    [['--yes'], '--yes goes with --stack'],
    [['--keep'], '--keep goes with --stack'],
    [['--minutes', '0'], 'must be a whole number from 1 to 60, got "0"'],
    [['--minutes', '61'], 'must be a whole number from 1 to 60, got "61"'],
    [['--minutes', '1e1'], 'must be a whole number from 1 to 60, got "1e1"'],
    [['Countersign'], 'too many arguments'],
  ])('refuses %s', async (words, message) => {
    const { code, out, err } = await countersign(['drill', ...words])
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(message)
  })
})
