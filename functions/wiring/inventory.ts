import { analyzerFindings } from '../../shared/aws/access-findings.ts'
import { iamAccountSource } from '../../shared/aws/account-policies.ts'
import { kept } from '../../shared/aws/accounts.ts'
import { accessAnalyzerClient, type ClientOptions, iamClient } from '../../shared/aws/clients.ts'
import { dynamoIdentityStore } from '../../shared/aws/identity-store.ts'
import { iamLastUsed, lastUsedIn } from '../../shared/aws/last-used.ts'
import { dynamoLastUsedStore } from '../../shared/aws/last-used-store.ts'
import { dynamoReachStore } from '../../shared/aws/reach-store.ts'
import { InventoryConfig, readEnvironment } from '../../shared/environment.ts'
import type { InventoryPorts } from '../../shared/ports/last-used.ts'
import type { ReachPorts } from '../../shared/ports/reach.ts'
import { credentialsIn, memberRoleArns } from './accounts.ts'
import { common } from './common.ts'

const config = readEnvironment(InventoryConfig, process.env)
const { table, ...stores } = common(config)
const actor = { entry: 'inventory', role: 'read' } as const
const placeOf = (account: string): ClientOptions =>
  account === config.ACCOUNT_ID ? {} : { credentials: credentialsIn(account, config, actor) }
const iamIn = kept((account) => iamClient(placeOf(account)))
const sourceIn = kept((account) => iamLastUsed(iamIn(account)))
const accounts = { ids: new Set([config.ACCOUNT_ID, ...config.MEMBER_ACCOUNTS]) }

export const ports: InventoryPorts = {
  ...stores,
  identities: dynamoIdentityStore(table),
  lastUsed: dynamoLastUsedStore(table),
  source: lastUsedIn(sourceIn),
  account: config.ACCOUNT_ID,
  accounts,
  ownRoles: new Set([...config.OWN_ROLE_ARNS, ...memberRoleArns(config)]),
}

export const reachPorts: ReachPorts = {
  ...stores,
  reach: dynamoReachStore(table),
  policies: iamAccountSource(iamIn),
  access: analyzerFindings(kept((account) => accessAnalyzerClient(placeOf(account)))),
  account: config.ACCOUNT_ID,
  accounts,
}
