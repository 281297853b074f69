import { describe, expect, it } from 'vitest'
import { matches, sigmaRule } from '../sigma/rule-of.ts'

/** A detection, a record that it matches, and one that differs from that in one value and that it does not match. */
interface Case {
  readonly says: string
  readonly detection: Readonly<Record<string, unknown>>
  readonly fires: Readonly<Record<string, unknown>>
  readonly nearMiss: Readonly<Record<string, unknown>>
}

const of = (selection: unknown) => ({ selection, condition: 'selection' })
const named = (eventName: unknown) => ({ eventName })
const agent = (userAgent: unknown) => ({ userAgent })

const CASES: readonly Case[] = [
  {
    says: 'a text without regard to case',
    detection: of({ eventName: 'CreateUser' }),
    fires: named('createuser'),
    nearMiss: named('CreateUsers'),
  },
  { says: 'one of several texts', detection: of({ eventName: ['A', 'B'] }), fires: named('B'), nearMiss: named('C') },
  {
    says: 'all lines of a map',
    detection: of({ eventName: 'A', userAgent: 'x' }),
    fires: { eventName: 'A', userAgent: 'x' },
    nearMiss: { eventName: 'A', userAgent: 'y' },
  },
  { says: 'one map of a list', detection: of([{ eventName: 'A' }, { userAgent: 'x' }]), fires: agent('x'), nearMiss: agent('y') },
  {
    says: 'a wildcard for any text',
    detection: of({ eventName: 'Put*Policy' }),
    fires: named('PutUserPolicy'),
    nearMiss: named('PutUserPolicies'),
  },
  {
    says: 'a wildcard for any text that may be empty',
    detection: of({ eventName: 'Put*Policy' }),
    fires: named('PutPolicy'),
    nearMiss: named('PutPolic'),
  },
  { says: 'a wildcard for one character', detection: of({ eventName: 'v?' }), fires: named('v1'), nearMiss: named('v12') },
  { says: 'wildcards of both kinds', detection: of({ eventName: '*a?c*' }), fires: named('xxabcxx'), nearMiss: named('xxacxx') },
  { says: 'an escaped wildcard as it stands', detection: of({ eventName: 'a\\*b' }), fires: named('a*b'), nearMiss: named('axb') },
  { says: 'an escaped backslash before a wildcard', detection: of({ eventName: 'a\\\\*' }), fires: named('a\\b'), nearMiss: named('a*') },
  { says: 'a backslash before any other character', detection: of({ eventName: 'a\\b' }), fires: named('a\\b'), nearMiss: named('ab') },
  {
    says: 'a number as text or as number',
    detection: of({ 'requestParameters.port': 22 }),
    fires: { requestParameters: { port: '22' } },
    nearMiss: { requestParameters: { port: 23 } },
  },
  { says: 'a truth value', detection: of({ readOnly: true }), fires: { readOnly: true }, nearMiss: { readOnly: false } },
  {
    says: 'null where nothing is',
    detection: of({ errorCode: null }),
    fires: { eventName: 'A' },
    nearMiss: { eventName: 'A', errorCode: 'x' },
  },
  { says: 'null where null is', detection: of({ errorCode: null }), fires: { errorCode: null }, nearMiss: { errorCode: '' } },
  { says: 'an empty text, which is not nothing', detection: of({ userAgent: '' }), fires: agent(''), nearMiss: agent(null) },
  {
    says: 'null or a text',
    detection: of({ errorCode: [null, 'Success'] }),
    fires: { errorCode: 'Success' },
    nearMiss: { errorCode: 'AccessDenied' },
  },
  { says: 'exists', detection: of({ 'errorCode|exists': true }), fires: { errorCode: 'x' }, nearMiss: { errorCode: null } },
  { says: 'exists not', detection: of({ 'errorCode|exists': false }), fires: {}, nearMiss: { errorCode: 'x' } },
  { says: 'contains', detection: of({ 'userAgent|contains': 'kali' }), fires: agent('a Kali b'), nearMiss: agent('a Kal b') },
  {
    says: 'contains with a wildcard',
    detection: of({ 'userAgent|contains': 'k*i' }),
    fires: agent('a Kali b'),
    nearMiss: agent('a ilak b'.replace('k', 'x')),
  },
  { says: 'startswith', detection: of({ 'userAgent|startswith': 'aws' }), fires: agent('AWS-cli'), nearMiss: agent('my aws-cli') },
  { says: 'endswith', detection: of({ 'userAgent|endswith': 'cli' }), fires: agent('aws-CLI'), nearMiss: agent('aws-cli/2') },
  { says: 'all values', detection: of({ 'userAgent|contains|all': ['a', 'b'] }), fires: agent('xbxa'), nearMiss: agent('xax') },
  { says: 'regard to case', detection: of({ 'userAgent|cased': 'Kali' }), fires: agent('Kali'), nearMiss: agent('kali') },
  {
    says: 'a regular expression anywhere in a text',
    detection: of({ 'userAgent|re': 'k[al]{2}i' }),
    fires: agent('a kali b'),
    nearMiss: agent('a Kali b'),
  },
  {
    says: 'a regular expression without regard to case',
    detection: of({ 'userAgent|re|i': '^kali$' }),
    fires: agent('KALI'),
    nearMiss: agent('KALI\nx'),
  },
  {
    says: 'a regular expression of lines',
    detection: of({ 'userAgent|re|m': '^kali$' }),
    fires: agent('x\nkali\nx'),
    nearMiss: agent('x\nkali x'),
  },
  { says: 'a regular expression over lines', detection: of({ 'userAgent|re|s': 'a.b' }), fires: agent('a\nb'), nearMiss: agent('a\n\nb') },
  {
    says: 'a range of addresses',
    detection: of({ 'sourceIPAddress|cidr': '192.0.2.0/25' }),
    fires: { sourceIPAddress: '192.0.2.127' },
    nearMiss: { sourceIPAddress: '192.0.2.128' },
  },
  {
    says: 'a range of IPv6',
    detection: of({ 'sourceIPAddress|cidr': '2001:db8::/32' }),
    fires: { sourceIPAddress: '2001:db8::1' },
    nearMiss: { sourceIPAddress: '2001:db9::1' },
  },
  {
    says: 'no range of a name',
    detection: of({ 'sourceIPAddress|cidr': '0.0.0.0/0' }),
    fires: { sourceIPAddress: '192.0.2.1' },
    nearMiss: { sourceIPAddress: 'ec2.amazonaws.com' },
  },
  {
    says: 'more than a number',
    detection: of({ 'requestParameters.maxCount|gt': 10 }),
    fires: { requestParameters: { maxCount: 11 } },
    nearMiss: { requestParameters: { maxCount: 10 } },
  },
  {
    says: 'at least a number, also as text',
    detection: of({ 'requestParameters.maxCount|gte': '10' }),
    fires: { requestParameters: { maxCount: '10' } },
    nearMiss: { requestParameters: { maxCount: '9' } },
  },
  {
    says: 'less than a number',
    detection: of({ 'requestParameters.maxCount|lt': 10 }),
    fires: { requestParameters: { maxCount: 9 } },
    nearMiss: { requestParameters: { maxCount: 'nine' } },
  },
  {
    says: 'at most a number',
    detection: of({ 'requestParameters.maxCount|lte': 10 }),
    fires: { requestParameters: { maxCount: 10 } },
    nearMiss: { requestParameters: { maxCount: 10.5 } },
  },
  { says: 'not equal', detection: of({ 'eventName|neq': 'A' }), fires: named('B'), nearMiss: named('a') },
  {
    says: 'another field',
    detection: of({ 'userIdentity.userName|fieldref': 'requestParameters.userName' }),
    fires: { userIdentity: { userName: 'x' }, requestParameters: { userName: 'X' } },
    nearMiss: { userIdentity: { userName: 'x' }, requestParameters: { userName: 'y' } },
  },
  {
    says: 'the end of another field',
    detection: of({ 'userIdentity.arn|fieldref|endswith': 'requestParameters.userName' }),
    fires: { userIdentity: { arn: 'user/x' }, requestParameters: { userName: 'x' } },
    nearMiss: { userIdentity: { arn: 'user/x' }, requestParameters: { userName: 'z' } },
  },
  {
    says: 'base64',
    detection: of({ 'requestParameters.userData|base64|contains': 'curl' }),
    fires: { requestParameters: { userData: Buffer.from('curl').toString('base64') } },
    nearMiss: { requestParameters: { userData: Buffer.from('curt').toString('base64') } },
  },
  {
    says: 'base64 at any offset',
    detection: of({ 'requestParameters.userData|base64offset|contains': 'curl http' }),
    fires: { requestParameters: { userData: Buffer.from('# curl http://x').toString('base64') } },
    nearMiss: { requestParameters: { userData: Buffer.from('# curl ftp://x').toString('base64') } },
  },
  {
    says: 'base64 of UTF-16',
    detection: of({ 'requestParameters.userData|wide|base64offset|contains': 'iex' }),
    fires: { requestParameters: { userData: Buffer.from('a iex b', 'utf16le').toString('base64') } },
    nearMiss: { requestParameters: { userData: Buffer.from('a iex b').toString('base64') } },
  },
  {
    says: 'other dashes',
    detection: of({ 'requestParameters.command|windash|contains': ' -enc' }),
    fires: { requestParameters: { command: 'x /enc y' } },
    nearMiss: { requestParameters: { command: 'x +enc y' } },
  },
  {
    says: 'a member of a list',
    detection: of({ 'requestParameters.layers': 'b' }),
    fires: { requestParameters: { layers: ['a', 'b'] } },
    nearMiss: { requestParameters: { layers: ['a', 'c'] } },
  },
  {
    says: 'a field of members of lists',
    detection: of({ 'requestParameters.items.name': 'x' }),
    fires: { requestParameters: { items: [{ name: 'y' }, { name: 'x' }] } },
    nearMiss: { requestParameters: { items: [{ name: 'y' }, { names: 'x' }] } },
  },
  {
    says: 'an object as JSON text',
    detection: of({ 'requestParameters|contains': '"Status":"Suspended"' }),
    fires: { requestParameters: { a: { Status: 'Suspended' } } },
    nearMiss: { requestParameters: { a: { Status: 'Enabled' } } },
  },
  {
    says: 'parameters that an export wrote as JSON text',
    detection: of({ 'requestParameters.name': 'x' }),
    fires: { requestParameters: '{"name":"x"}' },
    nearMiss: { requestParameters: '{"name":"y"}' },
  },
  {
    says: 'no field of a prototype',
    detection: of({ 'requestParameters.constructor|exists': true }),
    fires: { requestParameters: { constructor: 'x' } },
    nearMiss: { requestParameters: {} },
  },
  {
    says: 'a keyword anywhere',
    detection: of(['mimikatz']),
    fires: { requestParameters: { a: ['run Mimikatz now'] } },
    nearMiss: { requestParameters: { a: ['run it now'] } },
  },
  {
    says: 'all keywords',
    detection: of({ '|all': ['one', 'two'] }),
    fires: { userAgent: 'one', eventName: 'two' },
    nearMiss: { userAgent: 'one', eventName: 'three' },
  },
  {
    says: 'not, before and, before or',
    detection: { a: named('A'), b: agent('x'), c: { awsRegion: 'r' }, condition: 'a or b and not c' },
    fires: { userAgent: 'x', awsRegion: 's' },
    nearMiss: { userAgent: 'x', awsRegion: 'r' },
  },
  {
    says: 'parentheses',
    detection: { a: named('A'), b: agent('x'), c: { awsRegion: 'r' }, condition: '(a or b) and not c' },
    fires: { eventName: 'A', awsRegion: 's' },
    nearMiss: { eventName: 'A', awsRegion: 'r' },
  },
  {
    says: '1 of a pattern',
    detection: { sel_a: named('A'), sel_b: agent('x'), other: { awsRegion: 'r' }, condition: '1 of sel_*' },
    fires: agent('x'),
    nearMiss: { awsRegion: 'r' },
  },
  {
    says: 'all of a pattern',
    detection: { sel_a: named('A'), sel_b: agent('x'), other: { awsRegion: 'r' }, condition: 'all of sel_*' },
    fires: { eventName: 'A', userAgent: 'x' },
    nearMiss: { eventName: 'A', awsRegion: 'r' },
  },
  {
    says: '1 of them, but for what begins with _',
    detection: { a: named('A'), _b: agent('x'), condition: '1 of them' },
    fires: named('A'),
    nearMiss: agent('x'),
  },
  {
    says: 'all of them',
    detection: { a: named('A'), b: agent('x'), condition: 'all of them' },
    fires: { eventName: 'A', userAgent: 'x' },
    nearMiss: { eventName: 'A', userAgent: 'y' },
  },
  {
    says: 'any of several conditions',
    detection: { a: named('A'), b: agent('x'), condition: ['a', 'b'] },
    fires: agent('x'),
    nearMiss: agent('y'),
  },
  {
    says: 'words of a condition in capitals',
    detection: { a: named('A'), b: agent('x'), condition: 'a AND NOT b' },
    fires: { eventName: 'A', userAgent: 'y' },
    nearMiss: { eventName: 'A', userAgent: 'x' },
  },
]

describe('a regular expression on a long list', () => {
  it('sees no more of all its members together than of one text', () => {
    // What `^x` needs stands in the last member alone; `^[xz]` needs nothing, so it looks at every member.
    const [needing, looking] = ['^x', '^[xz]'].map((re) => sigmaRule({ detection: of({ 'requestParameters.names|re': re }) }))
    const names = (count: number) => ({ requestParameters: { names: [...Array.from({ length: count }, () => 'y'.repeat(512)), 'x'] } })
    if (needing === undefined || looking === undefined) throw new Error('two rules were made')
    expect([matches(needing, names(40)), matches(looking, names(31)), matches(looking, names(32))]).toEqual([true, true, false])
  })
})

describe('a rule of Sigma matches', () => {
  it.each(CASES)('$says', ({ detection, fires, nearMiss }) => {
    const rule = sigmaRule({ detection })
    expect([matches(rule, fires), matches(rule, nearMiss)]).toEqual([true, false])
  })
})
