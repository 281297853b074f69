import {
  CreateSecretCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import type { SecretVault } from '../ports/iam.ts'
import { isNamed } from './table.ts'

/**
 * Secrets in AWS Secrets Manager. `put` creates a missing secret, encrypted with the account's default key for Secrets Manager.
 *
 * The version id is the `ClientRequestToken`, so a repeated `put` of the same version stores it once.
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

const DESCRIPTION = 'The access key that Countersign created to replace a compromised one'
