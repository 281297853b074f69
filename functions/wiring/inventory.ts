import { iamClient } from '../../shared/aws/clients.ts'
import { dynamoIdentityStore } from '../../shared/aws/identity-store.ts'
import { iamLastUsed } from '../../shared/aws/last-used.ts'
import { dynamoLastUsedStore } from '../../shared/aws/last-used-store.ts'
import { InventoryConfig, readEnvironment } from '../../shared/environment.ts'
import type { InventoryPorts } from '../../shared/ports/last-used.ts'
import { common } from './common.ts'

const config = readEnvironment(InventoryConfig, process.env)
const { table, ...stores } = common(config)

export const ports: InventoryPorts = {
  ...stores,
  identities: dynamoIdentityStore(table),
  lastUsed: dynamoLastUsedStore(table),
  source: iamLastUsed(iamClient()),
  account: config.ACCOUNT_ID,
  ownRoles: new Set(config.OWN_ROLE_ARNS),
}
