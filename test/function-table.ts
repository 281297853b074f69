import type { Template } from 'aws-cdk-lib/assertions'
import { IAM_CHANGES } from '../infra/acting-statements.ts'

interface Statement {
  readonly Effect: 'Allow' | 'Deny'
  readonly Action: string | readonly string[]
  readonly Resource?: unknown
  readonly Condition?: { readonly [operator: string]: { readonly 'dynamodb:LeadingKeys'?: string | readonly string[] } }
}

/** The functions that a stack has only with some setting, and which. */
const WITH: Readonly<Record<string, string>> = {
  'fetch-alert': '`reports.github.app`',
  learn: '`learning.autoTighten` of the policy',
  logs: '`logExposures`',
  review: '`slack` or `securityHub`',
  rotate: '`rotation.users` of the policy',
  slack: '`slack`',
  webhook: '`reports`',
}

/** Who may invoke a function by a permission on it, in words. */
const INVOKERS: Readonly<Record<string, string>> = { 'apigateway.amazonaws.com': 'HTTP API', 'logs.amazonaws.com': 'log groups' }

/** What every function may do: write its own log and traces. */
const OF_EVERY_FUNCTION = /^(?:logs:(?:CreateLogStream|PutLogEvents)|xray:.*)$/
const READS = /^[a-z0-9-]+:(?:BatchGet|Describe|Generate|Get|List|Lookup|Query|Scan)/

/** The table of the functions of a stack with all settings: what each may do, as the template says it. Throws where `byDefault` has a function fewer that nothing is said of. */
export function functionTable(all: Template, byDefault: Template): string {
  const usual = new Set(functionsOf(byDefault).map(({ name }) => name))
  const rows = functionsOf(all).map((one) => {
    const needed = usual.has(one.name) ? '–' : WITH[one.name]
    if (needed === undefined) throw new Error(`test/function-table.ts does not say with which setting a stack has the function ${one.name}`)
    const statements = statementsOf(all, one.role)
    const cells = [
      `\`${one.name}\``,
      one.description,
      needed,
      wokenBy(all, one.id),
      actions(statements, (action) => !READS.test(action)),
      actions(statements, (action) => READS.test(action)),
      denied(statements),
    ]
    return `| ${cells.join(' | ')} |\n`
  })
  const head = ['function', 'what it does', 'with', 'woken by', 'may change', 'may read', 'denied everywhere']
  return `| ${head.join(' | ')} |\n| ${head.map(() => '---').join(' | ')} |\n${rows.join('')}`
}

/** What stays when the stack is deleted: how many of which resources. */
export function keptResources(template: Template): string {
  const count = (type: string) =>
    Object.values(template.findResources(type)).filter(({ DeletionPolicy }) => DeletionPolicy === 'Retain').length
  const kinds = {
    'AWS::DynamoDB::Table': 'table',
    'AWS::S3::Bucket': 'bucket',
    'AWS::SQS::Queue': 'dead-letter queue',
    'AWS::Logs::LogGroup': 'log group',
  }
  const kept = Object.values(template.toJSON().Resources as Record<string, { DeletionPolicy?: string }>).filter(
    ({ DeletionPolicy }) => DeletionPolicy === 'Retain',
  ).length
  const counts = Object.entries(kinds).map(([type, name]) => ({ name, many: count(type) }))
  if (counts.reduce((sum, { many }) => sum + many, 0) !== kept)
    throw new Error('test/function-table.ts does not name every kind of resource that stays')
  return counts.map(({ name, many }) => `${many} ${name}${many === 1 ? '' : 's'}`).join(', ')
}

function functionsOf(template: Template): { id: string; name: string; description: string; role: string }[] {
  const found = Object.entries(template.findResources('AWS::Lambda::Function')).flatMap(([id, { Properties }]) =>
    // The CDK's own function, which has seed run by each deployment, has no name.
    Properties.FunctionName === undefined
      ? []
      : [
          {
            id,
            name: String(Properties.FunctionName).replace(/^Countersign-/, ''),
            description: Properties.Description,
            role: Properties.Role['Fn::GetAtt'][0],
          },
        ],
  )
  return found.sort((one, other) => one.name.localeCompare(other.name))
}

function statementsOf(template: Template, role: string): readonly Statement[] {
  return Object.values(template.findResources('AWS::IAM::Policy'))
    .filter(({ Properties }) => Properties.Roles.some(({ Ref }: { Ref: string }) => Ref === role))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
}

function wokenBy(template: Template, id: string): string {
  const is = (value: { Ref?: string; 'Fn::GetAtt'?: string[] } | undefined) => value?.Ref === id || value?.['Fn::GetAtt']?.[0] === id
  const of = (type: string) => Object.values(template.findResources(type)).map(({ Properties }) => Properties)
  const queues = of('AWS::Lambda::EventSourceMapping')
    .filter(({ FunctionName }) => is(FunctionName))
    .map(({ EventSourceArn }) => queueName(EventSourceArn['Fn::GetAtt'][0]))
  const schedules = of('AWS::Scheduler::Schedule')
    .filter(({ Target }) => is(Target.Arn))
    .map(({ ScheduleExpression }) => `\`${ScheduleExpression}\``)
  const permitted = of('AWS::Lambda::Permission')
    .filter(({ FunctionName }) => is(FunctionName))
    .map(({ Principal }) => INVOKERS[Principal] ?? String(Principal))
  const versions = template.findResources('AWS::Lambda::Version')
  const triggered = of('Custom::Trigger')
    .filter(({ HandlerArn }) => is(versions[HandlerArn.Ref]?.Properties.FunctionName))
    .map(() => 'each deployment')
  const functions = functionsOf(template)
    .filter(({ role }) =>
      statementsOf(template, role).some(
        ({ Action, Resource }) => Action === 'lambda:InvokeFunction' && [Resource].flat().some((one) => is(one as { Ref?: string })),
      ),
    )
    .map(({ name }) => `\`${name}\``)
  return [...new Set([...queues.map((name) => `queue ${name}`), ...schedules, ...permitted, ...triggered, ...functions])].join(', ')
}

function queueName(id: string): string {
  return id
    .replace(/^(?:Queues|Contain)/, '')
    .replace(/[0-9A-F]{8}$/, '')
    .replace(/^NoticeQueue$/, 'Notices')
    .toLowerCase()
}

/** What the statements allow, by service; of the table with the keys of the items. */
function actions(statements: readonly Statement[], isMeant: (action: string) => boolean): string {
  const byService = new Map<string, string[]>()
  for (const { Effect, Action, Resource, Condition } of statements) {
    if (Effect !== 'Allow') continue
    const keys = Object.values(Condition ?? {}).flatMap((one) => one['dynamodb:LeadingKeys'] ?? [])
    const queues = idsOf(Resource).map(queueName)
    for (const action of [Action].flat().filter((one) => isMeant(one) && !OF_EVERY_FUNCTION.test(one))) {
      const [service = '', name = ''] = action.split(':')
      const isOfQueues = service === 'sqs' && queues.length > 0
      // Taking from its own queue is what wakes it, and its failed runs go to a dead-letter queue of its own.
      if (isOfQueues && (name !== 'SendMessage' || queues.every((queue) => queue.endsWith('failures')))) continue
      const words = isOfQueues ? queues.map((queue) => `queue ${queue}`) : keys.length > 0 ? keys.map(coded) : [coded(name)]
      byService.set(service, [...new Set([...(byService.get(service) ?? []), ...words])])
    }
  }
  return [...byService].map(([service, words]) => `${service}: ${words.join(', ')}`).join('; ') || '–'
}

/** The logical ids of the resources of a statement, as far as it names them by a resource of the template. */
function idsOf(resources: unknown): string[] {
  return [resources].flat().flatMap((one) => (one as { 'Fn::GetAtt'?: string[] })?.['Fn::GetAtt']?.[0] ?? [])
}

function coded(text: string): string {
  return `\`${text}\``
}

/** What the role may not do on any resource, whatever a later policy on it allows. */
function denied(statements: readonly Statement[]): string {
  const all = statements.filter(({ Effect, Resource }) => Effect === 'Deny' && Resource === '*').flatMap(({ Action }) => [Action].flat())
  const hasChanges = IAM_CHANGES.every((action) => all.includes(action))
  const others = all.filter((action) => !hasChanges || !IAM_CHANGES.includes(action))
  return [...(hasChanges ? ['every change of IAM'] : []), ...others.map(coded)].join(', ') || '–'
}
