import {
  CreateSecretCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import type { SecretVault } from '../ports/iam.ts'
import { isNamed } from './table.ts'

/**
 * Secrets in AWS Secrets Manager. The version id is the client's request token, so the same version is put once, whoever
 * repeats it. A secret that is not there is made, under the key that the account has for Secrets Manager.
 */
export function secretsManagerVault(client: SecretsManagerClient): SecretVault {
  return {
    async put(name, value, versionId) {
      const version = { SecretString: value, ClientRequestToken: versionId }
      try {
        await client.send(new PutSecretValueCommand({ SecretId: name, ...version }))
      } catch (cause) {
        if (!isNamed(cause, 'ResourceNotFoundException')) throw cause
        await client.send(new CreateSecretCommand({ Name: name, Description: DESCRIPTION, ...version }))
      }
    },
    async has(name, versionId) {
      try {
        let next: string | undefined
        do {
          const page = await client.send(
            new ListSecretVersionIdsCommand({
              SecretId: name,
              IncludeDeprecated: true,
              ...(next === undefined ? {} : { NextToken: next }),
            }),
          )
          if (page.Versions?.some(({ VersionId }) => VersionId === versionId) === true) return true
          next = page.NextToken
        } while (next !== undefined)
        return false
      } catch (cause) {
        if (isNamed(cause, 'ResourceNotFoundException')) return false
        throw cause
      }
    },
  }
}

const DESCRIPTION = 'The access key that Countersign made in the place of a compromised one'
