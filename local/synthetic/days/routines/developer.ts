import { busyness, MINUTE } from '../../story.ts'
import type { Account } from '../account.ts'
import { inPermissionSet, PACES, permissionSetRole } from '../actors.ts'
import { drawSome } from '../draw.ts'
import type { Routine } from '../kind.ts'
import { componentName, environmentName, personName, systemNames } from '../names.ts'
import { addressAt, drawHome, drawSite } from '../places.ts'
import type { Actor, Step } from '../step.ts'
import { agentOf } from '../tools.ts'

/** A developer in sessions of Identity Center, from home, with the command line and the console. */
export interface Developer {
  readonly email: string
  /** The beginning of the addresses at home. */
  readonly site: string
  readonly cli: string
  readonly browser: string
  /** Objects that the developer works with. */
  readonly things: Things
  open(time: number, origin?: Partial<Pick<Actor, 'address' | 'agent' | 'label'>>): Actor
  readonly everyDay: Routine
}

export interface Things {
  readonly cluster: string
  readonly service: string
  readonly stackName: string
  readonly logGroupName: string
  readonly tableName: string
  readonly secretId: string
  readonly parameter: string
}

export function drawThings({ random }: Account): Things {
  const [system = ''] = systemNames(random, 1)
  const environment = environmentName(random)
  const service = componentName(random)
  return {
    cluster: `${system}-${environment}`,
    service,
    stackName: `${service}-${environment}`,
    logGroupName: `/ecs/${service}`,
    tableName: `${system}-items`,
    secretId: `${environment}/${system}/db`,
    parameter: `/${environment}/${service}/config`,
  }
}

export function developer(account: Account, permissionSet = 'Engineering'): Developer {
  const { random } = account
  const role = permissionSetRole(account, permissionSet)
  const email = `${personName(random)}@example.com`
  const site = drawSite(random, drawHome(random))
  const line = addressAt(random, site)
  const cli = agentOf(random, random.pick(['cliOnMac', 'cliOnLinux', 'cliOnWindows']))
  const browser = agentOf(random, random.pick(['chrome', 'firefox']))
  const things = drawThings(account)
  const open: Developer['open'] = (startedAt, origin) =>
    inPermissionSet(
      account,
      { role, email, startedAt },
      { address: random.chance(0.9) ? line : addressAt(random, site), agent: cli, pace: PACES.person, ...origin },
    )
  const everyDay = (midnight: number) => {
    if (!random.chance(0.9 * busyness(midnight))) return
    const shell = open(account.minuteOf(midnight, 7 * 60, 9 * 60))
    const sittings = random.whole(2, 4)
    for (let at = 0; at < sittings; at++)
      account.run(shell, account.minuteOf(midnight, 9 * 60, 17 * 60), drawSome(random, shellHabits(things), random.whole(3, 6)))
    if (!random.chance(0.6)) return
    const page = open(account.minuteOf(midnight, 9 * 60, 10 * 60), { agent: browser })
    const end = account.run(page, account.minuteOf(midnight, 10 * 60, 16 * 60), homePage())
    account.run(page, end + MINUTE, drawSome(random, pageHabits(things), random.whole(2, 4)))
  }
  return { email, site, cli, browser, things, open, everyDay }
}

/** What a developer looks at on the command line. */
export function shellHabits({ cluster, service, stackName, logGroupName, tableName, secretId, parameter }: Things): Step[] {
  return [
    ['sts:GetCallerIdentity'],
    ['cloudformation:DescribeStacks', { stackName }],
    ['logs:FilterLogEvents', { logGroupName, limit: 100 }],
    ['ecs:DescribeServices', { cluster, services: [service] }],
    ['ecs:ListTasks', { cluster, serviceName: service }],
    ['dynamodb:DescribeTable', { tableName }],
    ['ssm:GetParameter', { name: parameter, withDecryption: true }],
    ['secretsmanager:GetSecretValue', { secretId }],
    ['s3:ListBuckets'],
  ]
}

/** What the console's home page asks for by itself; developers may not see costs. */
function homePage(): Step[] {
  return [
    ['ce:GetCostAndUsage', { granularity: 'MONTHLY', metrics: ['UnblendedCost'] }, { refused: true }],
    ['cloudwatch:DescribeAlarms', { maxRecords: 100, stateValue: 'ALARM' }],
    ['ec2:DescribeRegions'],
  ]
}

function pageHabits({ cluster, stackName, logGroupName }: Things): Step[] {
  return [
    ['ecs:ListServices', { cluster }],
    ['ecs:DescribeClusters', { clusters: [cluster] }],
    ['logs:DescribeLogGroups', { limit: 50 }],
    ['logs:StartQuery', { logGroupName, queryString: '***', limit: 1000 }],
    ['cloudformation:DescribeStackEvents', { stackName }],
    ['lambda:ListFunctions', { maxItems: 50 }],
    ['cloudwatch:GetMetricData', { maxDatapoints: 500 }],
  ]
}
