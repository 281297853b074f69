import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import type { SecretVault } from '../ports/iam.ts'
import { isNamed } from './table.ts'

/**
 * Secrets in AWS Secrets Manager. `create` encrypts with the account's default key for Secrets Manager.
 *
 * The version id is the `ClientRequestToken`, so a repeated `put` of the same version stores it once.
 */
export function secretsManagerVault(client: SecretsManagerClient): SecretVault {
  return {
    async describe(name) {
      try {
        const { Tags = [] } = await client.send(new DescribeSecretCommand({ SecretId: name }))
        const { ResourcePolicy } = await client.send(new GetResourcePolicyCommand({ SecretId: name }))
        return { tags: Object.fromEntries(Tags.map(({ Key, Value }) => [Key ?? '', Value ?? ''])), policy: ResourcePolicy }
      } catch (cause) {
        if (isNamed(cause, 'ResourceNotFoundException')) return undefined
        throw cause
      }
    },
    async create(name, value, versionId, tags) {
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
      const version = { SecretString: value, ClientRequestToken: versionId }
      await client.send(new CreateSecretCommand({ Name: name, Description: DESCRIPTION, Tags, ...version }))
    },
    async put(name, value, versionId) {
      await client.send(new PutSecretValueCommand({ SecretId: name, SecretString: value, ClientRequestToken: versionId }))
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
