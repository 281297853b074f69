import { beforeAll, describe, expect, it } from 'vitest'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { idOf, isDenied } from '../infra/queue-policy.ts'
import { templateOf } from '../infra/template-of.ts'

const ADMIN = 'arn:aws:iam::123456789012:role/Admin'
const ROOT = 'arn:aws:iam::123456789012:root'
const OPERATOR = 'arn:aws:iam::123456789012:role/Operators'
const DEPLOYING = 'arn:aws:iam::123456789012:role/cdk-hnb659fds-cfn-exec-role-123456789012-us-east-1'
const DEPLOY = 'arn:aws:iam::123456789012:role/cdk-hnb659fds-deploy-role-123456789012-us-east-1'
const THEIR_ALARM = 'arn:aws:cloudwatch:us-east-1:123456789012:alarm:Countersign-AlarmsOfTheIntruder'

type Template = ReturnType<typeof templateOf>

let plain: Template
/** With Slack and a person on call. */
let full: Template

beforeAll(() => {
  const policy = parsePolicy({ version: 2, rotation: { users: ['*:user/ci-*'] }, learning: { autoTighten: true } })
  const slack = { secretName: 'countersign/slack', channel: 'C0123ABCD' }
  plain = templateOf({ settings: { notifyEmail: 'team@example.com' }, policy })
  full = templateOf({ settings: { slack, operatorRoleArn: OPERATOR, onCall: { email: 'oncall@example.com' } }, policy })
})

const roleOf = (template: Template, name: string) => `${idOf(template, 'AWS::IAM::Role', `${name}ResponderRole`)}.Arn`
const topicOf = (template: Template, prefix: string) => idOf(template, 'AWS::SNS::Topic', prefix)
const alarmsOf = (template: Template) => Object.keys(template.findResources('AWS::CloudWatch::Alarm')).map((id) => `${id}.Arn`)

/** The functions whose notices a topic takes. */
function publishersOf(template: Template, topic: string): string[] {
  const roles = Object.keys(template.findResources('AWS::IAM::Role')).filter((id) => /ResponderRole/.test(id))
  const taken = roles.filter((id) => !isDenied(template, topic, 'sns:Publish', { principal: `${id}.Arn` }))
  return taken.map((id) => id.replace(/ResponderRole.*/, '')).sort()
}

describe('an intruder who may publish to any topic of the account wants people to run a command of theirs', () => {
  it('no topic takes a notice of an administrator, of the root user or of a deployment', () => {
    for (const template of [plain, full])
      for (const topic of Object.keys(template.findResources('AWS::SNS::Topic')))
        for (const principal of [ADMIN, ROOT, DEPLOYING, DEPLOY])
          expect(isDenied(template, topic, 'sns:Publish', { principal }), `${topic} ${principal}`).toBe(true)
  })

  it('the topics take what the functions say that may publish there, and nothing of the others', () => {
    expect(publishersOf(plain, topicOf(plain, 'NoticesTopic'))).toEqual(['Contain', 'Respond', 'Rotate', 'Seal', 'Sweep'])
    expect(publishersOf(full, topicOf(full, 'NoticesTopic'))).toEqual(['Review'])
    expect(publishersOf(full, topicOf(full, 'OnCallTopic'))).toEqual(['Contain', 'Seal', 'Sweep'])
  })

  it.each(['plain', 'full'])('who has the right to publish is not denied it, in the stack %s', (name) => {
    const template = name === 'plain' ? plain : full
    const topics = Object.keys(template.findResources('AWS::SNS::Topic'))
    const granted = Object.values(template.findResources('AWS::IAM::Policy')).flatMap(({ Properties }) =>
      (Properties.PolicyDocument.Statement as { Effect: string; Action: string | string[]; Resource: unknown }[])
        .filter(({ Effect, Action }) => Effect === 'Allow' && [Action].flat().includes('sns:Publish'))
        .flatMap(({ Resource }) => topics.filter((topic) => JSON.stringify(Resource).includes(`"${topic}"`)))
        .map((topic) => [topic, `${Properties.Roles[0].Ref}.Arn`] as const),
    )
    expect(granted.length).toBeGreaterThan(3)
    expect(granted.filter(([topic, principal]) => isDenied(template, topic, 'sns:Publish', { principal }))).toEqual([])
  })

  it('the alarms of the stack ring, and no alarm that an intruder made beside them', () => {
    const topic = topicOf(full, 'NoticesTopic')
    const alarms = alarmsOf(full)
    expect(alarms.length).toBeGreaterThan(10)
    expect(alarms.filter((source) => isDenied(full, topic, 'sns:Publish', { source }))).toEqual([])
    expect(isDenied(full, topic, 'sns:Publish', { source: THEIR_ALARM })).toBe(true)
    expect(isDenied(full, topicOf(full, 'OnCallTopic'), 'sns:Publish', { source: alarms[0] ?? '' })).toBe(true)
    // Without the policy's leave CloudWatch may publish nothing: the statement names the same alarms.
    const [policy] = Object.values(full.findResources('AWS::SNS::TopicPolicy')).filter(
      ({ Properties }) => Properties.Topics[0].Ref === topic,
    )
    const statements = policy?.Properties.PolicyDocument.Statement as { Sid: string; Condition: { ArnEquals: Record<string, unknown[]> } }[]
    const allowed = statements.find(({ Sid }) => Sid === 'ItsAlarms')?.Condition.ArnEquals['aws:SourceArn']
    expect(allowed).toHaveLength(alarms.length)
  })
})

describe('an intruder wants notices to reach nobody, or themselves', () => {
  const CHANGES = ['SetTopicAttributes', 'DeleteTopic', 'AddPermission', 'RemovePermission', 'PutDataProtectionPolicy', 'Subscribe']

  it('no topic may be changed, deleted or subscribed to but by the role that deploys the stack, which stays able to', () => {
    for (const template of [plain, full])
      for (const topic of Object.keys(template.findResources('AWS::SNS::Topic')))
        for (const change of CHANGES) {
          for (const principal of [ADMIN, ROOT, DEPLOY, roleOf(template, 'Respond')])
            expect(isDenied(template, topic, `sns:${change}`, { principal }), `${topic} ${change} ${principal}`).toBe(true)
          expect(isDenied(template, topic, `sns:${change}`, { principal: DEPLOYING }), `${topic} ${change}`).toBe(false)
        }
  })

  it('the operators whom the deployment names may mend a topic, and tell of what a seal found', () => {
    for (const action of ['sns:Publish', 'sns:Subscribe', 'sns:SetTopicAttributes'])
      expect(isDenied(full, topicOf(full, 'NoticesTopic'), action, { principal: OPERATOR }), action).toBe(false)
    expect(isDenied(plain, topicOf(plain, 'NoticesTopic'), 'sns:Subscribe', { principal: OPERATOR })).toBe(true)
  })

  it('the policies have room in what SNS takes, 30 KB, and name no action that it refuses in a policy', () => {
    const taken = [...CHANGES, 'Publish'].map((action) => `sns:${action}`)
    for (const { Properties } of Object.values(full.findResources('AWS::SNS::TopicPolicy'))) {
      expect(JSON.stringify(Properties.PolicyDocument).length).toBeLessThan(15_000)
      const actions = (Properties.PolicyDocument.Statement as { Action: string | string[] }[]).flatMap(({ Action }) => Action)
      expect(actions.filter((action) => !taken.includes(action))).toEqual([])
    }
  })
})
