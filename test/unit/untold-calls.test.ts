import { describe, expect, it } from 'vitest'
import { compileRule } from '../../shared/detect/rules/sigma/compile-rule.ts'

const IAM = { eventSource: 'iam.amazonaws.com' }
const USER = { ...IAM, eventName: 'CreateUser' }

/** Why the calls of a rule with this detection cannot be told. */
function untold(detection: object): string | undefined {
  const rule = compileRule('example', { title: 'Example', logsource: { product: 'aws', service: 'cloudtrail' }, detection })
  if (rule.kind === 'refused') throw new Error(rule.why)
  return rule.untold
}

describe('why the calls of a rule cannot be told', () => {
  it.each<[string | undefined, object]>([
    [undefined, { one: USER, condition: 'one' }],
    [undefined, { one: USER, two: { 'eventName|startswith': 'Create' }, condition: 'one and two' }],
    [undefined, { source: IAM, name: { eventName: ['CreateUser', 'DeleteUser'] }, condition: 'all of them' }],
    [undefined, { one: USER, not_this: { 'userAgent|contains': 'x' }, condition: 'one and not not_this' }],
    ['names no calls', { one: IAM, condition: 'one' }],
    ['names no calls', { words: ['CreateUser'], condition: 'words' }],
    ['names no calls', { source: IAM, agent: { 'userAgent|contains': 'x' }, condition: 'source and agent' }],
    ['names no calls', { one: { 'eventName|exists': true }, condition: 'one' }],
    ['names no calls', { one: { ...IAM, eventName: '*' }, condition: 'one' }],
    ['names no service', { one: { eventName: 'CreateUser' }, condition: 'one' }],
    [
      '`one` names only the end of a service',
      { one: { 'eventSource|endswith': '.amazonaws.com', eventName: 'CreateUser' }, condition: 'one' },
    ],
    ['`one` names only the beginning of a call', { one: { ...IAM, 'eventName|startswith': ['Create', 'Delete'] }, condition: 'one' }],
    ['`one` names only the end of a call', { one: { ...IAM, 'eventName|endswith': 'User' }, condition: 'one' }],
    ['`one` names only a part of a call', { one: { ...IAM, 'eventName|contains': 'User' }, condition: 'one' }],
    ['`one` names only the beginning and the end of a call', { one: { ...IAM, eventName: 'Create*User' }, condition: 'one' }],
    ['`one` names a call by a regular expression', { one: { ...IAM, 'eventName|re': '^Create(User|Role)$' }, condition: 'one' }],
    ['`two` names no calls', { one: USER, two: IAM, condition: '1 of them' }],
    ['`two` names no service', { one: USER, two: { eventName: 'DeleteUser' }, condition: 'one or two' }],
    [
      '`sel_login` names only the beginning of a call',
      {
        sel_user: USER,
        sel_login: { ...IAM, 'eventName|startswith': 'CreateLogin' },
        failed: { errorCode: 'x' },
        condition: '1 of sel_* and not failed',
      },
    ],
    [
      '`b` names only the end of a call, `c` names no calls',
      { a: USER, b: { ...IAM, 'eventName|endswith': 'User' }, c: IAM, condition: 'a or b or c' },
    ],
    ['`b`, `c` name no calls', { a: USER, b: { readOnly: true }, c: IAM, condition: '1 of them' }],
    ['names no calls', { a: USER, condition: 'not a' }],
  ])('%s', (why, detection) => expect(untold(detection)).toBe(why))

  it('is that they are too many for event rules', () => {
    const names = Array.from({ length: 600 }, (_, at) => `Call${at}`)
    expect(untold({ one: { ...IAM, eventName: names }, condition: 'one' })).toBe('names more calls than there is room for in event rules')
  })
})
