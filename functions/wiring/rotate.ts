import { kept } from '../../shared/aws/accounts.ts'
import { secretsClient } from '../../shared/aws/clients.ts'
import { secretsManagerVault } from '../../shared/aws/vault.ts'
import { RotateConfig, readEnvironment } from '../../shared/environment.ts'
import type { RotatePorts } from '../../shared/ports/rotate.ts'
import { credentialsIn, iamAndAccounts } from './accounts.ts'
import { common, notifierOf } from './common.ts'

const config = readEnvironment(RotateConfig, process.env)
const stores = common(config)
const actor = { entry: 'rotate', role: 'rotate' } as const
const { iam, accounts } = iamAndAccounts(config, actor)
const vaultIn = kept((account) => secretsManagerVault(secretsClient({ credentials: credentialsIn(account, config, actor) })))

export const ports: RotatePorts = {
  ...stores,
  iam,
  vault: secretsManagerVault(secretsClient()),
  account: config.ACCOUNT_ID,
  elsewhere: (account) => (accounts?.ids.has(account) === true ? { iam: accounts.iam(account), vault: vaultIn(account) } : undefined),
  notifier: notifierOf(config),
}
