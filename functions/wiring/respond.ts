import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { kept } from '../../shared/aws/accounts.ts'
import { dynamoAdvisorBudget } from '../../shared/aws/advisor-budget.ts'
import { cloudTrailClient, iamClient, lambdaClient, sqsClient } from '../../shared/aws/clients.ts'
import { sqsDeliveries } from '../../shared/aws/deliveries.ts'
import { cloudTrailHistory } from '../../shared/aws/event-history.ts'
import { dynamoIdentityStore } from '../../shared/aws/identity-store.ts'
import { awsInstanceProfiles } from '../../shared/aws/instance-profiles.ts'
import { lambdaContainInvoker, sqsBackfillQueue, sqsBootstrapQueue } from '../../shared/aws/invokers.ts'
import { dynamoLastUsedStore } from '../../shared/aws/last-used-store.ts'
import { dynamoReachStore } from '../../shared/aws/reach-store.ts'
import { modelAdvisor } from '../../shared/decide/advise/by-model.ts'
import { withCircuit } from '../../shared/decide/advise/circuit.ts'
import { lookUp } from '../../shared/decide/look-up.ts'
import { bootstrap } from '../../shared/detect/bootstrap.ts'
import { accountOfKey } from '../../shared/domain/key-account.ts'
import { RespondConfig, readEnvironment } from '../../shared/environment.ts'
import { geoIpFrom } from '../../shared/geo/geo-ip.ts'
import { absentAdvisor } from '../../shared/memory/advisor.ts'
import { pipeline } from '../../shared/pipeline.ts'
import { readsOf } from '../../shared/ports/accounts.ts'
import { LOOKUP_PAUSE_MS } from '../../shared/ports/lookup.ts'
import type { RespondPorts } from '../../shared/ports/respond.ts'
import type { Pause } from '../../shared/ports/runtime.ts'
import type { Responder } from '../sqs-batch.ts'
import { credentialsIn, iamAndAccounts } from './accounts.ts'
import { common, notifierOf } from './common.ts'
import { heartbeatOf } from './heartbeat.ts'
import { measured } from './measured.ts'
import { modelIn } from './model.ts'
import { ownResources } from './own-resources.ts'
import { rulesIn } from './rules.ts'

const config = readEnvironment(RespondConfig, process.env)
const { table, ...stores } = common(config)

const model = modelIn(config)

const own = ownResources(config)

const sqs = sqsClient()

const trail = cloudTrailClient()

const here = { region: config.AWS_REGION, account: config.ACCOUNT_ID }

const history = cloudTrailHistory(trail, { ...here, pauseMs: LOOKUP_PAUSE_MS.backfill })

/** Of keys that are new, which has time: it leaves most of the rate to the look-ups of incidents. */
const historyOfKeys = cloudTrailHistory(trail, { ...here, pauseMs: LOOKUP_PAUSE_MS.bootstrap })

/** Full jitter needs chance, and nothing that is decided rests on it. */
const pause: Pause = { wait: (ms) => sleep(ms), random: Math.random }

const actor = { entry: 'respond', role: 'read' } as const

/** The event histories of other accounts, in the region of the stack. */
const historyAt = kept((account) =>
  cloudTrailHistory(cloudTrailClient({ credentials: credentialsIn(account, config, actor) }), { region: config.AWS_REGION, account }),
)
const historyOf = (account: string) => (config.MEMBER_ACCOUNTS.includes(account) ? historyAt(account) : undefined)

const { iam, accounts } = iamAndAccounts(config, actor)

const ownIam = iamClient()
const iamAt = kept((account) => iamClient({ credentials: credentialsIn(account, config, actor) }))
const iamOf = (account: string) =>
  account === config.ACCOUNT_ID ? ownIam : config.MEMBER_ACCOUNTS.includes(account) ? iamAt(account) : undefined

const ports: RespondPorts = {
  identities: dynamoIdentityStore(table),
  lastUsed: dynamoLastUsedStore(table),
  reach: dynamoReachStore(table),
  blastRadiusOf: undefined,
  ...stores,
  pause,
  iam: accounts === undefined ? iam : readsOf(accounts, config.ACCOUNT_ID, stores.log),
  accounts,
  advisor: model === undefined ? absentAdvisor : withCircuit(modelAdvisor(model), stores.clock),
  budget: dynamoAdvisorBudget(table),
  notifier: notifierOf(config, sqs),
  containInvoker: lambdaContainInvoker(lambdaClient(), config.CONTAIN_FUNCTION_NAME),
  bootstrapQueue: sqsBootstrapQueue(sqs, config.BOOTSTRAP_QUEUE_URL),
  account: config.ACCOUNT_ID,
  ownRoles: own.roles,
  backfillQueue: sqsBackfillQueue(sqs, config.BACKFILL_QUEUE_URL),
  delivery: { reads: config.DELIVERED.includes('reads'), sessions: config.DELIVERED.includes('sessions') },
  history,
  profiles: awsInstanceProfiles(iamOf),
  rules: config.RULES === undefined ? undefined : rulesIn(join(import.meta.dirname, 'rules.json')),
  geoIp: geoIpFrom({ countries: join(import.meta.dirname, 'country.mmdb'), networks: join(import.meta.dirname, 'networks.bin') }),
}

/** All queues of the stack are in one account and region, so their addresses differ by their names alone. */
const queueUrls = new Map(
  [...config.EVENT_QUEUE_ARNS, ...config.TASK_QUEUE_ARNS].map((arn) => [
    arn,
    config.BACKFILL_QUEUE_URL.replace(/[^/]+$/, arn.slice(arn.lastIndexOf(':') + 1)),
  ]),
)

/** What CloudTrail itself answers needs no envelope; what comes by a queue does. */
const respondToLookup = pipeline(ports, own, { kind: 'cloudtrail' })

export const responder: Responder = {
  respond: measured(
    pipeline(ports, own, { kind: 'event-bus', accounts: new Set([...config.ACCOUNTS, ...config.MEMBER_ACCOUNTS]) }),
    heartbeatOf(config.ACCOUNT_ID, own),
  ),
  bootstrap: (accessKeyId, identityId) =>
    bootstrap({ accessKeyId, identityId }, { ...ports, history: historyOf(accountOfKey(accessKeyId) ?? '') ?? historyOfKeys }),
  backfill: (incidentId) => lookUp(incidentId, respondToLookup, { ...ports, history, historyOf }),
  queues: { events: new Set(config.EVENT_QUEUE_ARNS), tasks: new Set(config.TASK_QUEUE_ARNS) },
  deliveries: sqsDeliveries(sqs, queueUrls),
  pause,
  log: stores.log,
}
