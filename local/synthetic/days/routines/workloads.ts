import type { Role } from '../../cast.ts'
import { HOUR, SECOND } from '../../story.ts'
import type { Account } from '../account.ts'
import { asService, inFunction, oldRole, onInstance, PACES } from '../actors.ts'
import { assumeByWebIdentity, assumeForService } from '../assume.ts'
import { times } from '../draw.ts'
import { type Routine, timesOfDay } from '../kind.ts'
import { componentName, environmentName, resourceId } from '../names.ts'
import { addressAt, drawSite } from '../places.ts'
import type { Actor, Step } from '../step.ts'
import { agentOf } from '../tools.ts'

/** Instances that call with the role of their profile. */
export interface Fleet {
  readonly role: Role
  readonly instances: readonly string[]
  readonly secretId: string
  open(time: number, instance?: string): Actor
  readonly everyDay: Routine
}

export function fleet(account: Account): Fleet {
  const { random } = account
  const component = componentName(random)
  const role = oldRole(account, `${component}-node`)
  const instances = times(random.whole(2, 4), () => resourceId(random, 'i'))
  const addresses = new Map(instances.map((id) => [id, addressAt(random, drawSite(random, 'cloud'))]))
  const agents = { ssm: agentOf(random, 'ssmAgent'), app: agentOf(random, 'java') }
  const secretId = `${environmentName(random)}/${component}/database`
  const sessions = remembered<Actor>()
  const open: Fleet['open'] = (time, id = instances[0] as string) =>
    sessions.at(`${id} ${renewedAt(time)}`, () =>
      onInstance(
        account,
        { role, id, startedAt: renewedAt(time) },
        { address: addresses.get(id) as string, agent: agents.app, pace: PACES.program },
      ),
    )
  const everyDay = (midnight: number) => {
    for (const instance of instances)
      for (const time of timesOfDay(account, midnight, { everyMinutes: 360 })) {
        const app = open(time, instance)
        account.run({ ...app, agent: agents.ssm }, time, [
          ['ssm:UpdateInstanceInformation', { instanceId: instance, agentVersion: '3.3.1611.0' }],
          ['ssm:ListInstanceAssociations', { instanceId: instance, maxResults: 20 }],
        ])
        account.run(app, time + 40 * SECOND, [
          ['ssm:GetParametersByPath', { path: `/${component}`, recursive: true, withDecryption: true }],
          ['secretsmanager:GetSecretValue', { secretId }],
        ])
      }
  }
  return { role, instances, secretId, open, everyDay }
}

/** A function that runs by a schedule with a role of its own. `steps` are what one run calls. */
export interface Job {
  readonly role: Role
  readonly functionName: string
  open(time: number): Actor
  readonly everyDay: Routine
}

export function functionJob(
  account: Account,
  { name, everyMinutes, steps }: { name: string; everyMinutes: number; steps: (midnight: number) => Step[] },
): Job {
  const { random } = account
  const role = oldRole(account, `${name}-role`)
  const site = drawSite(random, 'cloud')
  const agent = agentOf(random, 'lambdaBoto')
  const sessions = remembered<Actor>()
  const open = (time: number) =>
    sessions.at(String(renewedAt(time)), () =>
      inFunction(account, { role, name, startedAt: renewedAt(time) }, { address: addressAt(random, site), agent, pace: PACES.program }),
    )
  const everyDay = (midnight: number) => {
    for (const time of timesOfDay(account, midnight, { everyMinutes })) account.run(open(time), time, steps(midnight))
  }
  return { role, functionName: name, open, everyDay }
}

/** A program in a Kubernetes cluster, by the web identity of its service account. `open` writes the assumption. */
export function clusterProgram(
  account: Account,
  { name, agent }: { name: string; agent: string },
): { role: Role; open(time: number): Actor } {
  const { random } = account
  const role = oldRole(account, `${name}-irsa`)
  const provider = `oidc.eks.${account.home}.amazonaws.com/id/${random.text(32, '0123456789ABCDEF')}`
  const address = addressAt(random, drawSite(random, 'cloud'))
  const open = (time: number) =>
    assumeByWebIdentity(
      account,
      { provider, subject: `system:serviceaccount:platform:${name}` },
      {
        role,
        sessionName: String(random.whole(1_700_000_000, 1_799_999_999)),
        time,
        origin: { address, agent, pace: PACES.program },
      },
    )
  return { role, open }
}

/** What services of AWS do by themselves: a task assumes its role, CloudTrail makes keys for its files. */
export function services(account: Account): Routine {
  const { random } = account
  const task = oldRole(account, `${componentName(random)}-task`)
  const encryptionContext = { 'aws:cloudtrail:arn': `arn:aws:cloudtrail:${account.home}:123456789012:trail/organization` }
  return (midnight) => {
    for (const time of timesOfDay(account, midnight, { everyMinutes: 480 })) {
      assumeForService(account, 'ecs-tasks', {
        role: task,
        sessionName: random.text(32, '0123456789abcdef'),
        time,
        origin: { address: 'ecs-tasks.amazonaws.com', agent: 'ecs-tasks.amazonaws.com' },
      })
      account.tell(asService('cloudtrail'), time + HOUR, ['kms:GenerateDataKey', { keySpec: 'AES_256', encryptionContext }])
    }
  }
}

/** When the session was issued that a workload has at a time: AWS renews them before they end after six hours. */
function renewedAt(time: number): number {
  return Math.floor(time / (6 * HOUR)) * 6 * HOUR
}

/** Values that are made once for each key. */
function remembered<T>(): { at(key: string, make: () => T): T } {
  const known = new Map<string, T>()
  return {
    at(key, make) {
      const value = known.get(key) ?? make()
      known.set(key, value)
      return value
    },
  }
}
