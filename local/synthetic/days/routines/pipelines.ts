import type { Role, User } from '../../cast.ts'
import { busyness, MINUTE, SECOND } from '../../story.ts'
import type { Account } from '../account.ts'
import { byKey, keyUser, oldRole, PACES, throughService } from '../actors.ts'
import { assume, assumeByWebIdentity } from '../assume.ts'
import { times } from '../draw.ts'
import type { Routine } from '../kind.ts'
import { componentName } from '../names.ts'
import { anyAddress } from '../places.ts'
import type { Actor, Step } from '../step.ts'
import { agentOf, type Tool } from '../tools.ts'

/** A pipeline that deploys by a role for the web identity of its repository. */
export interface OidcPipeline {
  readonly role: Role
  readonly provider: string
  /** The subject of the tokens of a repository's runs. */
  subjectOf(repository: string): string
  open(time: number, other?: { subject?: string; address?: string; label?: Actor['label'] }): Actor
  deploy(session: Actor, time: number): number
  readonly everyDay: Routine
}

/** Providers, each with the subjects of its tokens. */
const PROVIDERS: readonly (readonly [provider: string, subject: (repository: string) => string, sessionName: string])[] = [
  ['token.actions.githubusercontent.com', (repository) => `repo:${repository}:ref:refs/heads/main`, 'deploy-run'],
  ['gitlab.com', (repository) => `project_path:${repository}:ref_type:branch:ref:main`, 'gitlab-job'],
  [
    'agent.buildkite.com',
    (repository) => `organization:${repository.replace('/', ':pipeline:')}:ref:refs/heads/main:step:deploy`,
    'buildkite-step',
  ],
]

export function oidcPipeline(account: Account, tool: Tool = 'sam'): OidcPipeline {
  const { random } = account
  const [provider, subjectOf, prefix] = random.pick(PROVIDERS)
  const component = componentName(random)
  const role = oldRole(account, `${component}-release`)
  const own = subjectOf(`example-org/${component}`)
  const agent = agentOf(random, tool)
  const open: OidcPipeline['open'] = (time, { subject = own, ...origin } = {}) =>
    assumeByWebIdentity(
      account,
      { provider, subject },
      {
        role,
        sessionName: `${prefix}-${random.whole(100_000, 999_999)}`,
        time,
        origin: { address: anyAddress(random, 'hostedRunner'), agent, pace: PACES.script, ...origin },
      },
    )
  const deploy = (session: Actor, time: number) => deployStack(account, session, { stackName: component, time })
  const everyDay = (midnight: number) => {
    const runs = Math.round(random.whole(1, 4) * busyness(midnight))
    for (let run = 0; run < runs; run++) {
      const time = account.minuteOf(midnight, 7 * 60, 17 * 60)
      deploy(open(time), time + 20 * SECOND)
    }
  }
  return { role, provider, subjectOf, open, deploy, everyDay }
}

/** Deploys a stack by a change set. CloudFormation polls, and calls Lambda for whoever deploys. Returns when it is done. */
export function deployStack(account: Account, session: Actor, { stackName, time }: { stackName: string; time: number }): number {
  const { random } = account
  const changeSetName = `release-${random.whole(1000, 9999)}`
  const poll = (action: string, request: object, count: number) => times(count, (): Step => [action, { ...request }])
  const ready = account.run(session, time, [
    ['sts:GetCallerIdentity'],
    ['cloudformation:DescribeStacks', { stackName }],
    ['cloudformation:GetTemplateSummary', { stackName }],
    ['cloudformation:CreateChangeSet', { stackName, changeSetName, changeSetType: 'UPDATE', capabilities: ['CAPABILITY_IAM'] }],
    ...poll('cloudformation:DescribeChangeSet', { stackName, changeSetName }, random.whole(1, 3)),
    ['cloudformation:ExecuteChangeSet', { stackName, changeSetName }],
  ])
  account.run(throughService(session, 'cloudformation'), ready + 5 * SECOND, [
    ['lambda:GetFunction', { functionName: stackName }],
    ['lambda:UpdateFunctionCode', { functionName: stackName, s3Bucket: 'example-artifacts', s3Key: `${stackName}/${changeSetName}.zip` }],
    ['lambda:GetFunctionConfiguration', { functionName: stackName }],
  ])
  return account.run(session, ready + 20 * SECOND, poll('cloudformation:DescribeStackEvents', { stackName }, random.whole(2, 5)))
}

/** A pipeline with a user's key, which assumes a role to deploy. */
export interface KeyPipeline {
  readonly user: User
  readonly role: Role
  readonly agent: string
  caller(time: number): Actor
  readonly everyDay: Routine
}

export function keyPipeline(
  account: Account,
  { tool = 'cliOnLinux', addresses }: { tool?: Tool; addresses?: readonly string[] } = {},
): KeyPipeline {
  const { random } = account
  const component = componentName(random)
  const user = keyUser(account, `${random.pick(['svc', 'robot', 'automation'])}-${component}`)
  const role = oldRole(account, `${component}-deployer`)
  const agent = agentOf(random, tool)
  const caller = (time: number) =>
    byKey(user, time, {
      address: addresses === undefined ? anyAddress(random, 'hostedRunner') : random.pick(addresses),
      agent,
      pace: PACES.script,
    })
  const everyDay = (midnight: number) => {
    const runs = Math.round(random.whole(2, 5) * busyness(midnight))
    for (let run = 0; run < runs; run++) deployByKey(account, { caller, role, component }, account.minuteOf(midnight, 6 * 60, 18 * 60))
  }
  return { user, role, agent, caller, everyDay }
}

function deployByKey(account: Account, pipeline: { caller: KeyPipeline['caller']; role: Role; component: string }, time: number): void {
  const { caller, role, component } = pipeline
  const actor = caller(time)
  const ready = account.run(actor, time, [
    ['sts:GetCallerIdentity'],
    ['ecr:GetAuthorizationToken'],
    ['ecr:DescribeRepositories', { repositoryNames: [component] }],
    ['ecr:PutImage', { repositoryName: component, imageTag: String(account.random.whole(100, 999)) }],
  ])
  const session = assume(account, actor, { role, sessionName: `${component}-${account.random.whole(1000, 9999)}`, time: ready })
  account.run(session, ready + MINUTE, [
    ['ecs:DescribeTaskDefinition', { taskDefinition: component }],
    ['ecs:RegisterTaskDefinition', { family: component, networkMode: 'awsvpc', requiresCompatibilities: ['FARGATE'] }],
    ['ecs:UpdateService', { cluster: 'main', service: component, taskDefinition: component }],
    ['ecs:DescribeServices', { cluster: 'main', services: [component] }],
    ['ecs:DescribeServices', { cluster: 'main', services: [component] }],
  ])
}
