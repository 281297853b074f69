import type { Template } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import { ACTIONS } from '../../shared/domain/action.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { templateOf } from './template-of.ts'

interface Widget {
  readonly type: string
  readonly properties: { readonly title?: string; readonly markdown?: string; readonly metrics?: readonly (readonly unknown[])[] }
}

/** The widgets of the dashboard. References are shown as `REF`. */
function widgetsOf(template: Template): Widget[] {
  const [dashboard] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'))
  const body = dashboard?.Properties.DashboardBody
  const text =
    typeof body === 'string' ? body : (body['Fn::Join'][1] as unknown[]).map((part) => (typeof part === 'string' ? part : 'REF')).join('')
  return JSON.parse(text).widgets
}

const policy = parsePolicy({ version: 2 })

describe('the dashboard', () => {
  it('is there only where it is asked for, and so are the metrics that nothing else needs', () => {
    const plain = templateOf({ settings: {}, policy })
    plain.resourceCountIs('AWS::CloudWatch::Dashboard', 0)
    expect(JSON.stringify(plain.findResources('AWS::Lambda::Function'))).not.toContain('DASHBOARD')
    const asked = Object.values(templateOf({ settings: { dashboard: true }, policy }).findResources('AWS::Lambda::Function'))
    const measuring = asked
      .filter(({ Properties }) => Properties.Environment?.Variables?.DASHBOARD === 'on')
      .map(({ Properties }) => Properties.FunctionName)
    expect(measuring.sort()).toEqual(['Countersign-contain', 'Countersign-respond', 'Countersign-sweep'])
  })

  it('shows what comes in, how late it is decided, what is done, who is waited for, and what it costs', () => {
    const widgets = widgetsOf(templateOf({ settings: { dashboard: true }, policy }))
    expect(widgets.map(({ properties }) => properties.title ?? properties.markdown?.slice(0, 9))).toEqual([
      'Events in',
      'Lag from call to decision',
      'Decisions',
      'Containments',
      'Waiting for people',
      'Oldest message',
      'Errors and throttles',
      'Estimated cost',
      'Estimated',
    ])
    const names = widgets.flatMap(({ properties: { metrics = [] } }) =>
      metrics.filter(([namespace]) => namespace === 'Countersign').map(([, name]) => name),
    )
    expect(names).toEqual([
      'respond.events',
      'respond.lag',
      'respond.lag',
      ...ACTIONS.map((action) => `decision.${action}`),
      'contain.contained',
      'contain.restricted',
      'contain.asking',
      'sweep.asking',
      'sweep.open',
    ])
    const lag = widgets.find(({ properties }) => properties.title === 'Lag from call to decision')
    expect(JSON.stringify(lag)).toContain('"stat":"p99"')
  })

  it('estimates the cost of every function, queue and request by prices that it states', () => {
    const widgets = widgetsOf(templateOf({ settings: { dashboard: true }, policy }))
    const cost = widgets.find(({ properties }) => properties.title === 'Estimated cost')
    const expressions = (cost?.properties.metrics ?? []).flatMap(([first]) => {
      const { expression } = (first ?? {}) as { expression?: string }
      return expression === undefined ? [] : [expression]
    })
    expect(expressions).toHaveLength(3)
    // 1,024 MB of respond for a millisecond, at 0.0000133334 USD a GB-second.
    expect(expressions[0]).toContain('*0.000000013333400')
    expect(expressions[0]?.match(/FILL\(d\d+,0\)/g)).toHaveLength(7)
    expect(expressions[2]).toBe('FILL(r,0)*0.000000125+FILL(w,0)*0.000000625')
    expect(JSON.stringify(widgets.at(-1))).toContain('0.0000133334 USD a GB-second')
  })
})

describe('reserved concurrency', () => {
  const placesOf = (settings: object) =>
    Object.fromEntries(
      Object.values(templateOf({ settings, policy }).findResources('AWS::Lambda::Function')).flatMap(({ Properties }) =>
        Properties.ReservedConcurrentExecutions === undefined ? [] : [[Properties.FunctionName, Properties.ReservedConcurrentExecutions]],
      ),
    )
  const slack = { secretName: 'countersign/slack', channel: 'C0123ABCD' }

  it('keeps places for contain, and for review where there is one', () => {
    expect(placesOf({})).toEqual({ 'Countersign-contain': 10 })
    expect(placesOf({ slack })).toEqual({ 'Countersign-contain': 10, 'Countersign-review': 5 })
  })

  it('keeps them for the functions that are named, and for none where none is', () => {
    expect(placesOf({ slack, reservedConcurrency: { respond: 26 } })).toEqual({ 'Countersign-respond': 26 })
    expect(placesOf({ slack, reservedConcurrency: {} })).toEqual({})
  })
})
