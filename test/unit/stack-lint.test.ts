import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { BREAKAGES } from '../stack-lint/broken.ts'
import { Accepted, cfnLintFindings, checkovFindings, compare, type Finding } from '../stack-lint/findings.ts'
import { guardReports } from '../stack-lint/guard-report.ts'

const QUEUE: Finding = { tool: 'checkov', rule: 'CKV_AWS_27', resource: 'QueuesHotF083CC1A', message: 'not encrypted' }
const REASON = 'SQS encrypts the queue with a key of its own, which this check does not know.'
const ACCEPTED: Accepted = [{ tool: 'checkov', rule: 'CKV_AWS_27', resources: 'Queues.+', reason: REASON }]

describe('the lint of the stack', () => {
  it('lets a finding stand that is explained, and no other: not of another resource, of another rule or by another tool', () => {
    expect(compare([QUEUE], ACCEPTED)).toEqual({ unexplained: [], unneeded: [] })
    for (const changed of [{ resource: 'OtherQueuesHot' }, { rule: 'CKV_AWS_2' }, { tool: 'cfn-lint' as const }]) {
      const other = { ...QUEUE, ...changed }
      expect(compare([QUEUE, other], ACCEPTED), JSON.stringify(changed)).toEqual({ unexplained: [other], unneeded: [] })
    }
  })

  it('names an explanation that no finding needs', () => {
    expect(compare([], ACCEPTED).unneeded).toEqual(ACCEPTED)
  })

  it('takes no explanation without a reason', () => {
    expect(Accepted.safeParse([{ ...ACCEPTED[0], reason: 'fine' }]).success).toBe(false)
  })

  it('reads which resource cfn-lint means, and nothing where it means the template', () => {
    const one = (Path: unknown) => ({ Rule: { Id: 'E3002' }, Message: 'wrong', Location: { Path } })
    const text = JSON.stringify([one(['Resources', 'Topic', 'Properties']), one(['Outputs', 'Name']), one(null)])
    expect(cfnLintFindings(text).map(({ resource }) => resource)).toEqual(['Topic', '', ''])
    expect(() => cfnLintFindings('{}')).toThrow()
  })

  it('reads which resource checkov means, and fails where checkov read or checked nothing', () => {
    const answer = (passed: number, parsing_errors: number, failed_checks: object[]) =>
      JSON.stringify({ results: { failed_checks }, summary: { passed, parsing_errors } })
    const failed = { check_id: QUEUE.rule, check_name: QUEUE.message, resource: `AWS::SQS::Queue.${QUEUE.resource}` }
    expect(checkovFindings(answer(3, 0, [failed]))).toEqual([QUEUE])
    expect(() => checkovFindings(answer(3, 1, []))).toThrow('could not read')
    expect(() => checkovFindings(answer(0, 0, []))).toThrow('checked nothing')
    // What it prints of a file without resources.
    expect(() => checkovFindings('{"passed": 0, "failed": 0}')).toThrow()
  })

  it('reads which resources Guard means, once each, and which rules were about something', () => {
    const check = (path: string) => ({
      Clause: { Unary: { check: { UnResolved: { value: { traversed_to: { path } } } }, custom_message: ' not\n kept ' } },
    })
    const broken = {
      Rule: { name: 'kept', checks: [check('/Resources/Hot1/Properties'), check('/Resources/Hot1'), check('/Resources/Bulk1/Type')] },
    }
    const whole = { Rule: { name: 'whole', checks: [check('/Outputs')] } }
    const text = JSON.stringify([
      { name: 'a.json', status: 'FAIL', not_compliant: [broken, whole], not_applicable: ['absent'], compliant: ['fine'] },
    ])
    const report = guardReports(text).get('a.json')
    expect(report?.findings.map(({ rule, resource, message }) => [rule, resource, message])).toEqual([
      ['kept', 'Hot1', 'not kept'],
      ['kept', 'Bulk1', 'not kept'],
      ['whole', '', 'not kept'],
    ])
    expect(report?.applied).toEqual(new Set(['fine', 'kept', 'whole']))
    expect(() => guardReports('{}')).toThrow()
  })

  it('has a template that breaks each rule of our own', () => {
    const text = readFileSync(join(import.meta.dirname, '../stack-lint/own.guard'), 'utf8')
    const rules = [...text.matchAll(/^rule (\w+)/gm)].map(([, rule]) => rule)
    expect(rules.length).toBeGreaterThan(20)
    expect(Object.keys(BREAKAGES).sort()).toEqual(rules.sort())
  })
})
