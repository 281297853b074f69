import { describe, expect, it } from 'vitest'
import { ownResources } from '../../functions/wiring/own-resources.ts'
import { readStackConfig } from '../../shared/config.ts'
import { ContainConfig, RespondConfig, readEnvironment, SeedConfig, WebhookConfig } from '../../shared/environment.ts'
import { ResponderError } from '../../shared/errors.ts'
import { ALL_REPORTS, secretArnOf } from '../reports.ts'

const RESPOND = {
  TABLE_NAME: 'record',
  ACCOUNT_ID: '123456789012',
  CONTAIN_FUNCTION_NAME: 'contain',
  NOTIFY_TOPIC_ARN: 'arn:aws:sns:us-east-1:123456789012:notices',
  STACK_NAME: 'Countersign',
  ACCOUNTS: '123456789012',
  OWN_FUNCTIONS: '',
  OWN_ROLE_ARNS: '',
  DEPLOYING_ROLE_ARNS: '',
  OWN_NAMES: '',
  DELIVERED: 'reads',
  EVENT_QUEUE_ARNS: 'arn:aws:sqs:us-east-1:123456789012:hot',
  TASK_QUEUE_ARNS: 'arn:aws:sqs:us-east-1:123456789012:bootstrap',
  BACKFILL_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/123456789012/queue',
  AWS_REGION: 'us-east-1',
}

function refusal(read: () => unknown): string {
  try {
    read()
  } catch (error) {
    expect(error).toBeInstanceOf(ResponderError)
    expect((error as ResponderError).code).toBe('config.invalid')
    return (error as ResponderError).message
  }
  throw new Error('was not refused')
}

describe('the configuration of a stack', () => {
  it.each([[undefined], [{}], ['{}']])('has a default for every key when it is %j', (context) => {
    expect(readStackConfig(context)).toEqual({
      policyFile: 'policy.yaml',
      includeRoleSessions: false,
      accounts: [],
      memberAccounts: [],
      securityHub: false,
      seals: { lock: 'governance', retentionDays: 365 },
      archive: { afterDays: 90 },
      readOnlyEvents: true,
      logRetentionDays: 90,
      bootstrapBaselines: true,
      otherRegions: false,
      outsideIamRegion: false,
      reservedConcurrency: { contain: 10, review: 5 },
      dashboard: false,
    })
  })

  it('is read from the text that the command line gives', () => {
    expect(readStackConfig('{"notifyEmail":"oncall@example.com","logRetentionDays":7}')).toMatchObject({
      notifyEmail: 'oncall@example.com',
      logRetentionDays: 7,
    })
  })

  it.each([
    ['logRetentionDays', { logRetentionDays: 45 }, '45', '30'],
    ['notifyEmail', { notifyEmail: 'oncall' }, '"oncall"', 'must be an e-mail address'],
    ['advisorModelId', { advisorModelId: 'a model' }, '"a model"', 'must be a Bedrock model id, inference profile id or ARN'],
    ['advisorEndpoint', { advisorEndpoint: 'http://127.0.0.1:8080' }, '"http://127.0.0.1:8080"', 'must be an https address'],
    ['advisorEndpoint', { advisorEndpoint: 'https://u:p@models.example.com' }, '"https://u:p@models.example.com"', 'without user'],
    [
      'organizationId',
      { organizationId: 'ou-a1b2-c3d4e5f6' },
      '"ou-a1b2-c3d4e5f6"',
      'must be the id of an organisation, such as o-a1b2c3d4e5',
    ],
    ['accounts.0', { accounts: ['production'] }, '"production"', 'must be 12 digits'],
    ['readOnlyEvents', { readOnlyEvents: 'no' }, '"no"', 'must be true or false'],
    ['policyFile', { policyFile: '' }, '""', 'must not be empty'],
    ['slack.channel', { slack: { secretName: 'countersign/slack', channel: '#incidents' } }, '"#incidents"', 'the id of a channel'],
    [
      'slack.secretName',
      { slack: { secretName: 'arn:aws:x', channel: 'C0123ABCD' } },
      '"arn:aws:x"',
      'the name of a secret, without its ARN',
    ],
    [
      'slack.apiUrl',
      { slack: { secretName: 'x', channel: 'C0123ABCD', apiUrl: 'http://example.com' } },
      '"http://example.com"',
      'must be an https address',
    ],
    ['slack.escalationChannel', { slack: { secretName: 'x', channel: 'C0123ABCD', escalationChannel: 'x' } }, '"x"', 'the id of a channel'],
    ['onCall', { onCall: {} }, '{}', 'must have an email or an endpoint'],
    ['onCall.endpoint', { onCall: { endpoint: 'http://pager.example.com' } }, '"http://pager.example.com"', 'an https address'],
    ['archive.afterDays', { archive: { afterDays: 1 } }, '1', 'must be at least 7'],
    ['archive', { archive: 'never' }, '"never"', 'must be "off" or have `afterDays`, 7 to 3650'],
    ['seals.lock', { seals: { lock: 'none' } }, '"none"', 'governance'],
    ['seals.retentionDays', { seals: { retentionDays: 0 } }, '0', 'must be at least 1'],
    ['operatorRoleArn', { operatorRoleArn: 'Admin' }, '"Admin"', 'the ARN of a role'],
    ['securityHub', { securityHub: 'yes' }, '"yes"', 'must be true or false'],
  ])('is refused by the name of its key, with the value and what is allowed: %s', (key, context, value, allowed) => {
    const message = refusal(() => readStackConfig(context))
    expect(message).toMatch(new RegExp(`^${key}: `))
    expect(message).toContain(`got ${value}`)
    expect(message).toContain(allowed)
    expect(message).toContain('set it under "countersign" in the context of cdk.json')
  })

  it('is refused where a key is misspelt, with the keys that there are', () => {
    const message = refusal(() => readStackConfig({ notifyMail: 'oncall@example.com' }))
    expect(message).toContain('notifyMail: no such key; the keys are policyFile, ')
    expect(message).toContain('notifyEmail')
    expect(refusal(() => readStackConfig({ slack: { secretName: 'x', channel: 'C0123ABCD', token: 'x' } }))).toContain(
      'token: no such key of slack; the keys are secretName, channel, escalationChannel, apiUrl; check the spelling',
    )
  })

  it('is refused as text that is no JSON, in words that fit each command that takes it', () => {
    const message = refusal(() => readStackConfig('{includeRoleSessions:true'))
    expect(message).toBe(
      'the settings of countersign must be a JSON object, such as \'{"includeRoleSessions":true}\', got "{includeRoleSessions:true"',
    )
  })

  it('names every wrong key at once', () => {
    expect(refusal(() => readStackConfig({ logRetentionDays: 2, readOnlyEvents: 1 })).split('\n')).toHaveLength(2)
  })

  it.each([['yes'], ['{'], ['7'], ['null'], ['[]']])('is refused where the command line gives %s, which is no object', (text) => {
    expect(refusal(() => readStackConfig(text))).toContain('countersign')
  })
})

describe('the environment of a function', () => {
  it('gives respond the sessions and the roles of its own functions, and none for an empty text', () => {
    expect(ownResources(readEnvironment(RespondConfig, RESPOND))).toMatchObject({ sessions: new Set(), roles: new Set() })
    const prefix = 'arn:aws:iam::123456789012:role'
    const OWN = {
      OWN_FUNCTIONS: 'contain=contain-role,seed=seed-role,fetch-alert=fetch-alert-role',
      OWN_ROLE_ARNS: `${prefix}/{scheduler}`,
    }
    const { sessions, roles } = ownResources(readEnvironment(RespondConfig, { ...RESPOND, ...OWN }))
    expect([...sessions]).toEqual(
      ['contain', 'seed', 'fetch-alert'].map((name) => `arn:aws:sts::123456789012:assumed-role/${name}-role/Countersign-${name}`),
    )
    expect([...roles]).toEqual([`${prefix}/contain-role`, `${prefix}/seed-role`, `${prefix}/fetch-alert-role`, `${prefix}/scheduler`])
    expect(refusal(() => readEnvironment(RespondConfig, { ...RESPOND, OWN_FUNCTIONS: 'contain' }))).toContain('must be function=role')
  })

  it('reads a list whose members begin alike, and so takes less of the 4 KB that Lambda has for all of them', () => {
    const read = (text: string) => readEnvironment(RespondConfig, { ...RESPOND, OWN_ROLE_ARNS: text }).OWN_ROLE_ARNS
    const prefix = 'arn:aws:iam::123456789012:role/'
    expect(read(`${prefix}{a,b}`)).toEqual([`${prefix}a`, `${prefix}b`])
    expect(read(`${prefix}{a}`)).toEqual([`${prefix}a`])
    expect(read(`${prefix}{}`)).toEqual([])
    expect(read(`${prefix}a,${prefix}b`)).toEqual([`${prefix}a`, `${prefix}b`])
  })

  it('gives respond the accounts that are believed, and refuses a list without any', () => {
    expect(readEnvironment(RespondConfig, { ...RESPOND, ACCOUNTS: '123456789012,210987654321' }).ACCOUNTS).toEqual([
      '123456789012',
      '210987654321',
    ])
    for (const ACCOUNTS of ['', '1234', '123456789012,', '*'])
      expect(refusal(() => readEnvironment(RespondConfig, { ...RESPOND, ACCOUNTS }))).toContain('must be account ids')
  })

  it('gives respond what is delivered, and refuses a word that means nothing, by which a habit would be taken for whole or not', () => {
    const read = (DELIVERED: string) => readEnvironment(RespondConfig, { ...RESPOND, DELIVERED }).DELIVERED
    expect([read(''), read('reads'), read('reads,sessions')]).toEqual([[], ['reads'], ['reads', 'sessions']])
    for (const text of ['read', 'reads,everything', 'reads;sessions'])
      expect(refusal(() => read(text))).toContain('must be reads, sessions')
    expect(refusal(() => readEnvironment(RespondConfig, { ...RESPOND, DELIVERED: undefined }))).toContain('DELIVERED')
  })

  it('may hold more than is asked for, as that of every Lambda function does', () => {
    expect(readEnvironment(SeedConfig, { TABLE_NAME: 'record', AWS_REGION: 'us-east-1' })).toEqual({ TABLE_NAME: 'record' })
  })

  it.each([
    ['TABLE_NAME', undefined, 'missing; it must be text'],
    ['ACCOUNT_ID', '12345', 'must be 12 digits, got "12345"'],
    ['NOTIFY_TOPIC_ARN', 'notices', 'got "notices"'],
  ])('is refused by the name of its variable: %s', (key, value, complaint) => {
    const message = refusal(() => readEnvironment(ContainConfig, { ...RESPOND, [key]: value }))
    expect(message).toMatch(new RegExp(`^${key}: `))
    expect(message).toContain(complaint)
    expect(message).toContain('the stack sets it')
  })
})

describe('the parties that report', () => {
  it('are off until they are named, each by itself', () => {
    expect(readStackConfig({ reports: ALL_REPORTS }).reports).toEqual({
      ...ALL_REPORTS,
      gitlab: { ...ALL_REPORTS.gitlab, authentication: 'signature' },
    })
    expect(readStackConfig({ reports: { jira: ALL_REPORTS.jira } }).reports).toEqual({ jira: ALL_REPORTS.jira })
  })

  it.each<[object, string]>([
    [{}, 'reports: must name a party, such as github'],
    [
      { bitbucket: ALL_REPORTS.jira },
      'bitbucket: no such key of reports; the keys are github, gitlab, gitguardian, jira, linear, falco, webhook; check the spelling',
    ],
    [{ jira: { ...ALL_REPORTS.jira, app: {} } }, 'app: no such key of reports.jira; the keys are secretArn; check the spelling'],
    [
      { jira: {} },
      'reports.jira.secretArn: missing; it must be the whole ARN of a secret, with the six characters at its end; set it under',
    ],
    [
      { githb: {} },
      'githb: no such key of reports; the keys are github, gitlab, gitguardian, jira, linear, falco, webhook; did you mean github?',
    ],
    [{ jira: { secretArn: 'countersign/jira' } }, 'reports.jira.secretArn: must be the whole ARN of a secret'],
    [{ jira: { secretArn: secretArnOf('jira').slice(0, -7) } }, 'must be the whole ARN of a secret, with the six characters at its end'],
    [{ jira: { secretArn: `${secretArnOf('jira')},github=x` } }, 'must be the whole ARN of a secret'],
    [{ gitlab: { ...ALL_REPORTS.gitlab, authentication: 'none' } }, 'reports.gitlab.authentication'],
    [{ github: { ...ALL_REPORTS.github, apiUrl: 'http://github.example.com/api/v3' } }, 'reports.github.apiUrl: must be an https address'],
  ])('are refused where they are not as they must be: %j', (reports, complaint) => {
    expect(refusal(() => readStackConfig({ reports }))).toContain(complaint)
  })

  it('reach webhook as pairs, in which the name of a secret may have an equals sign', () => {
    const environment = { ...RESPOND, REPORT_BUS_NAME: 'Countersign-reports' }
    const arn = secretArnOf('jira').replace('countersign/jira', 'a=b/c')
    const read = (REPORT_SECRETS: string) => readEnvironment(WebhookConfig, { ...environment, REPORT_SECRETS })
    expect([...read(`jira=${arn},github=${secretArnOf('github')}`).REPORT_SECRETS]).toEqual([
      ['jira', arn],
      ['github', secretArnOf('github')],
    ])
    for (const text of ['jira', `nobody=${arn}`, 'jira=secret'])
      expect(
        refusal(() => read(text)),
        text,
      ).toContain('REPORT_SECRETS')
  })
})

describe('reserved concurrency', () => {
  it.each([
    [{ respond: 890, contain: 11 }, /must be 900 in all at most/],
    [{ contain: 5 }, /contain must be at least 6, or be left out/],
    [{ review: 2 }, /review must be at least 3, or be left out/],
    [{ respond: 10 }, /respond must be at least 26, or be left out/],
    [{ contain: 0 }, /contain: must be at least 1: 0 places mean to Lambda that the function never runs; leave its name out/],
    [{ contain: -1 }, /contain: must be at least 1/],
    [{ containment: 5 }, /containment/],
  ])('is refused as %j', (reservedConcurrency, message) => {
    expect(() => readStackConfig({ reservedConcurrency })).toThrow(message)
  })

  it('is taken up to what the account can keep', () => {
    expect(readStackConfig({ reservedConcurrency: { respond: 890, contain: 10 } }).reservedConcurrency).toEqual({
      respond: 890,
      contain: 10,
    })
  })
})
