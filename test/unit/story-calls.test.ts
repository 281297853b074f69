import { describe, expect, it } from 'vitest'
import { renderStory } from '../../local/render/story.ts'
import { DATA_DESTRUCTION, SECRET_READS, SHARES } from '../../shared/domain/call-rate.ts'
import { GRAVE_ACTIONS } from '../../shared/domain/grave-actions.ts'
import type { IncidentSignal } from '../../shared/domain/incident.ts'
import { Outcome } from '../../shared/domain/signal.ts'
import { plainText } from '../../shared/domain/story/said.ts'
import { storyOf } from '../../shared/domain/story/story.ts'
import { storyFacts } from '../../shared/domain/story/story-facts.ts'
import { noticeOf } from '../../shared/record/notice.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { explain } from '../../shared/review/explain/explain.ts'
import { messageOf } from '../../shared/slack/message.ts'
import { AT, incidentOf, signalOf } from '../contract/samples.ts'
import { storyFaults } from '../story-faults.ts'

const INCIDENT = incidentOf('inc-0123456789ab')
const callAt = (at: number, parts: Partial<IncidentSignal> = {}) => ({ ...signalOf(`c${at}`, AT + at * 1000), ...parts })
const told = (signals: readonly IncidentSignal[]) =>
  storyOf({ incident: INCIDENT, signals, changes: [] }).sentences.map(({ parts }) => plainText(parts))
const succeededIn = (actions: readonly string[]) => told(actions.map((action, at) => callAt(at, { action }))).at(2)
const factOf = (signals: readonly IncidentSignal[], id: string) => storyFacts(INCIDENT, signals).find((fact) => fact.id === id)?.text

const HARMLESS = ['ec2:CreateTags', 'logs:CreateLogStream', 'sns:Publish', 's3:ListBuckets', 'sts:GetCallerIdentity', 'ec2:DescribeRegions']

describe('the kinds of calls that a story names', () => {
  it('are the gravest of more than five: reads of secrets stand before changes that harm nobody', () => {
    const actions = [
      ...HARMLESS,
      'kms:Decrypt',
      'ssm:GetParametersByPath',
      'iam:PutUserPolicy',
      'secretsmanager:GetSecretValue',
      'cloudtrail:StopLogging',
    ]
    expect(succeededIn(actions)).toBe(
      '11 calls with findings succeeded: iam:PutUserPolicy, cloudtrail:StopLogging, ssm:GetParametersByPath, secretsmanager:GetSecretValue, kms:Decrypt and 6 other kinds.',
    )
    const signals = actions.map((action, at) => callAt(at, { action }))
    expect(factOf(signals, 'N')).toBe(
      'success: 11 calls (iam:PutUserPolicy 1, cloudtrail:StopLogging 1, ssm:GetParametersByPath 1, secretsmanager:GetSecretValue 1, kms:Decrypt 1, ec2:CreateTags 1, logs:CreateLogStream 1, sns:Publish 1, 3 more kinds)',
    )
  })

  it('begin with what is grave, destroys, shares or reads secrets, whatever else was called before', () => {
    const grave = new Set([...SECRET_READS, ...DATA_DESTRUCTION, ...SHARES, ...GRAVE_ACTIONS])
    expect(grave.size).toBeGreaterThan(100)
    for (const action of grave) expect(succeededIn([...HARMLESS, action])).toContain(`succeeded: ${action}, `)
  })

  it('are known by the name that CloudTrail has for an action of IAM', () => {
    expect(succeededIn([...HARMLESS, 'lambda:UpdateFunctionCode20150331v2'])).toContain('succeeded: lambda:UpdateFunctionCode20150331v2, ')
  })

  it('are, among harmless ones, changes before reads, each in the order of the timeline', () => {
    expect(succeededIn(['s3:ListBuckets', 'sns:Publish', 'ec2:DescribeRegions', 'ec2:CreateTags'])).toContain(
      'succeeded: sns:Publish, ec2:CreateTags, s3:ListBuckets and ec2:DescribeRegions.',
    )
  })
})

describe('calls that failed for another reason than missing rights', () => {
  const failing = (at: number, parts: Partial<IncidentSignal>) => callAt(at, { outcome: 'failed', detectors: [], ...parts })
  const run = { action: 'ec2:RunInstances', errorCode: 'Client.InstanceLimitExceeded' }
  const bucket = { action: 's3:GetObject', errorCode: 'NoSuchBucket', objects: ['prod-backups'] }
  const signals = [callAt(0), failing(1, run), failing(2, run), failing(3, bucket)]
  const known = { incident: INCIDENT, signals, changes: [] }
  const sentence = 'Failed for another reason than missing rights: 3 calls: ec2:RunInstances (2) and s3:GetObject of prod-backups.'

  it('are told with their number, and the fact names the errors', () => {
    expect(told(signals)).toContain(sentence)
    expect(storyFaults(known)).toEqual([])
    expect(factOf(signals, 'Y')).toBe(
      'failed otherwise: 3 calls (ec2:RunInstances 2, s3:GetObject 1), with Client.InstanceLimitExceeded and NoSuchBucket',
    )
    expect(factOf([callAt(0)], 'Y')).toBeUndefined()
  })

  it('stand in the notice, in Slack, on the command line, in a replay and in an explanation', async () => {
    const policy = parsePolicy({ version: 3 })
    expect(noticeOf(INCIDENT, 'ask', undefined, known).body).toContain(sentence)
    expect(JSON.stringify(messageOf({ ...known, policy }).blocks).replaceAll('`', '')).toContain(sentence)
    for (const isReplay of [false, true]) expect(renderStory({ ...known, isReplay }).join('\n')).toContain(sentence)
    expect((await explain(known, undefined)).summary).toContainEqual({ text: sentence, evidence: ['Y'] })
  })

  it('are counted apart from those that succeeded and were refused: each outcome has its own sentence', () => {
    const sentences = Outcome.options.map((outcome) =>
      told([callAt(0, { outcome, errorCode: 'Any' })]).filter((line) => /\b1 call\b/.test(line)),
    )
    expect(sentences.map((lines) => lines.length)).toEqual([1, 1, 1])
    expect(new Set(sentences.flat()).size).toBe(3)
  })

  it('have in their fact only so many errors, without characters that a terminal obeys', () => {
    const hostile = Array.from({ length: 12 }, (_, at) => failing(at, { errorCode: `E${at}\u001b[2J\n` }))
    const fact = factOf(hostile, 'Y')
    expect(fact).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    expect(fact).toMatch(/and 4 more$/)
  })
})
