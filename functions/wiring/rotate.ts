import { iamClient, secretsClient } from '../../shared/aws/clients.ts'
import { awsIam } from '../../shared/aws/iam.ts'
import { secretsManagerVault } from '../../shared/aws/vault.ts'
import { RotateConfig, readEnvironment } from '../../shared/environment.ts'
import type { RotatePorts } from '../../shared/ports/rotate.ts'
import { common, notifierOf } from './common.ts'

const config = readEnvironment(RotateConfig, process.env)
const stores = common(config)

export const ports: RotatePorts = {
  ...stores,
  iam: awsIam(iamClient(), config.ACCOUNT_ID),
  vault: secretsManagerVault(secretsClient()),
  notifier: notifierOf(config),
}
