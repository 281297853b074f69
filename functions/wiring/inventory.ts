import { kept } from '../../shared/aws/accounts.ts'
import { iamClient } from '../../shared/aws/clients.ts'
import { dynamoIdentityStore } from '../../shared/aws/identity-store.ts'
import { iamLastUsed, lastUsedIn } from '../../shared/aws/last-used.ts'
import { dynamoLastUsedStore } from '../../shared/aws/last-used-store.ts'
import { InventoryConfig, readEnvironment } from '../../shared/environment.ts'
import type { InventoryPorts } from '../../shared/ports/last-used.ts'
import { credentialsIn, memberRoleArns } from './accounts.ts'
import { common } from './common.ts'

const config = readEnvironment(InventoryConfig, process.env)
const { table, ...stores } = common(config)
const own = iamLastUsed(iamClient())
const actor = { entry: 'inventory', role: 'read' } as const
const sourceIn = kept((account) =>
  account === config.ACCOUNT_ID ? own : iamLastUsed(iamClient({ credentials: credentialsIn(account, config, actor) })),
)

export const ports: InventoryPorts = {
  ...stores,
  identities: dynamoIdentityStore(table),
  lastUsed: dynamoLastUsedStore(table),
  source: lastUsedIn(sourceIn),
  account: config.ACCOUNT_ID,
  accounts: { ids: new Set([config.ACCOUNT_ID, ...config.MEMBER_ACCOUNTS]) },
  ownRoles: new Set([...config.OWN_ROLE_ARNS, ...memberRoleArns(config)]),
}
