import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { rulesIn } from '../../functions/wiring/rules.ts'
import { patternsOf } from '../../infra/event-patterns.ts'
import { rulesFile } from '../../infra/rules-file.ts'
import { packRules } from '../../local/rules/pack-rules.ts'
import { SENSITIVE_ACTIONS } from '../../shared/detect/delivered-calls.ts'
import { rulesOf } from '../../shared/detect/delivery-rules.ts'
import type { PackedRules } from '../../shared/detect/rules/packed-rule.ts'
import { actionsOfCalls, actionsOfRules } from '../../shared/detect/rules/rule-actions.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { sigmaRule } from '../sigma/rule-of.ts'
import { ACCOUNT, CALLERS, callOf, type Json } from './delivered-events.ts'
import { matches } from './event-bridge.ts'
import { templateOf } from './template-of.ts'

const FOLDER = join(import.meta.dirname, '..', '..', 'rules')

const packed = (...calls: readonly (readonly [string, string | readonly string[]])[]): PackedRules => ({
  version: 1,
  rules: calls.flatMap(
    ([eventSource, eventName], at) =>
      sigmaRule({ detection: { selection: { eventSource, eventName }, condition: 'selection' } }, `rule-${at}`).packed ?? [],
  ),
})

const policy = parsePolicy({ version: 3 })

describe('a stack with rules', () => {
  it('tells respond that it has them, and has the calls that they name delivered', () => {
    const file = rulesFile(packRules(FOLDER, () => {}))
    const having = templateOf({ settings: {}, policy, rules: file })
    const environmentsOf = (template: typeof having) =>
      Object.values(template.findResources('AWS::Lambda::Function')).map(({ Properties }) => Properties.Environment?.Variables.RULES)
    expect(environmentsOf(having).filter((one) => one === 'on')).toHaveLength(1)
    const patternsIn = (template: typeof having) => JSON.stringify(template.findResources('AWS::Events::Rule'))
    expect(file.actions).toEqual([
      'access-analyzer:CreateArchiveRule',
      'access-analyzer:DeleteAnalyzer',
      'dynamodb:ExportTableToPointInTime',
    ])
    expect(patternsIn(having)).toContain('"access-analyzer.amazonaws.com"')
    expect(JSON.parse(readFileSync(file.path, 'utf8')).rules).toHaveLength(3)
  })

  it('reads them as they were written, and does not run without those that it was given', () => {
    const file = rulesFile(packRules(FOLDER, () => {}))
    const [match] = rulesIn(file.path).matching({ eventSource: 'access-analyzer.amazonaws.com', eventName: 'DeleteAnalyzer' })
    expect(match?.detector).toBe('rule:access-analyzer-deleted')
    expect(() => rulesIn(`${file.path}.gone`)).toThrow('ENOENT')
  })

  it('has each call that a rule names delivered once, by every caller, in spellings of CloudTrail', () => {
    const rules = packed(
      ['servicequotas.amazonaws.com', 'RequestServiceQuotaIncrease'],
      ['monitoring.amazonaws.com', ['DeleteAlarms', 'DeleteDashboards']],
      ['lambda.amazonaws.com', 'DeleteFunctionUrlConfig'],
      ['athena.amazonaws.com', 'StartQueryExecution'],
      ['cloudtrail.amazonaws.com', 'StopLogging'],
      ['iam.amazonaws.com', 'CreateUser'],
      ['tagging.amazonaws.com', 'UntagResources'],
    )
    const ruleActions = actionsOfRules(rules.rules)
    expect(ruleActions).toContain('cloudwatch:DeleteDashboards')
    const deliveredBy = (options: { readOnlyEvents: boolean; includeRoleSessions: boolean }, event: Json) => {
      const patterns = patternsOf({ ...options, ownSessionArns: [], stackName: 'Countersign', account: ACCOUNT, ruleActions })
      const renamed = { ...event, detailType: event['detail-type'] }
      return rulesOf(options).flatMap((rule) => patterns[rule].filter((pattern) => matches(pattern as Json, renamed)).map(() => rule))
    }
    for (const includeRoleSessions of [false, true])
      for (const action of ruleActions.filter((one) => !one.startsWith('tag:')))
        for (const as of CALLERS) {
          const by = deliveredBy({ readOnlyEvents: true, includeRoleSessions }, callOf(action, { as }))
          expect(by, `${action} by ${as}`).toHaveLength(1)
        }
    const without = patternsOf({ includeRoleSessions: false, ownSessionArns: [], stackName: 'Countersign', account: ACCOUNT })
    expect(JSON.stringify(without.SensitiveCalls)).not.toContain('StartQueryExecution')
    expect(SENSITIVE_ACTIONS.has('athena:StartQueryExecution')).toBe(false)
  })

  const many = (count: number) =>
    packed(
      ...Array.from({ length: count / 10 }, (_, service) => {
        const names = Array.from({ length: 10 }, (__, at) => `DescribeSomethingOrOther${at}`)
        return [`service-with-a-name-${service}.amazonaws.com`, names] as const
      }),
    )

  it('has room for the rules that it allows, in the patterns, in the bus and in the policies of the queues', () => {
    const template = templateOf({ settings: { accounts: ['210987654321'] }, policy, rules: rulesFile(many(250)) })
    const eventRules = Object.entries(template.findResources('AWS::Events::Rule'))
    expect(eventRules.filter(([id]) => /^RulesSensitiveCalls/.test(id))).toHaveLength(16)
    for (const [id, { Properties }] of eventRules) expect(JSON.stringify(Properties.EventPattern).length, id).toBeLessThan(2048)
    for (const [id, { Properties }] of Object.entries(template.findResources('AWS::SQS::QueuePolicy'))) {
      // The longest names: those of rules have 64 characters, and those of another bus than the default one stand before them.
      const arnOf = (_: string, rule: string) =>
        `"arn:aws:events:ap-southeast-2:123456789012:rule/${rule.startsWith('Forwarded') ? `${'b'.repeat(24)}/` : ''}${'x'.repeat(64)}"`
      const text = JSON.stringify(Properties.PolicyDocument.Statement).replace(
        /\{"Fn::GetAtt":\["((?:Forwarded)?Rules\w+)","Arn"\]\}/g,
        arnOf,
      )
      expect(text.length, id).toBeLessThan(8192)
    }
  })

  it('is refused where its rules are too many, and where they name more calls than that, unless all calls are delivered', () => {
    const rules = rulesFile(many(400))
    expect(() => templateOf({ settings: {}, policy, rules })).toThrow(
      /rulesFolder: with the 400 calls that its rules name, .* set includeRoleSessions to true/,
    )
    expect(() => templateOf({ settings: { includeRoleSessions: true }, policy, rules })).not.toThrow()
    const large = { version: 1 as const, rules: Array.from({ length: 9_000 }, () => many(10).rules[0] as PackedRules['rules'][number]) }
    expect(() => rulesFile(large)).toThrow(/rulesFolder: its rules take \d+ bytes, and may take 2097152/)
  })
})

describe('the calls of a rule as a stack delivers them', () => {
  it.each([
    ['a call', [{ sources: ['lambda.amazonaws.com'], names: ['UpdateFunctionCode20150331v2'] }], ['lambda:UpdateFunctionCode']],
    ['no call that no service can have', [{ sources: ['iam.amazonaws.com'], names: ['Create User"', 'x'.repeat(200)] }], []],
    ['any of a service, which is not told', [{ sources: ['iam.amazonaws.com'] }], undefined],
    ['a name of any service, which is not told', [{ names: ['CreateUser'] }], undefined],
    ['any, which is not told', [{}], undefined],
    ['none', [], []],
  ])('are %s', (_, calls, actions) => {
    expect(actionsOfCalls(calls)).toEqual(actions)
  })

  it('are any where they are more than event rules have room for', () => {
    expect(actionsOfCalls([{ sources: ['a.amazonaws.com'], names: Array.from({ length: 501 }, (_, at) => `N${at}`) }])).toBeUndefined()
  })
})
