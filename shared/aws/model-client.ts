import type { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { bedrockClient } from './clients.ts'

/** Where the model of the advisor is called. */
export interface ModelAddress {
  /** The region; by default that of the environment, for an address on this machine us-east-1. */
  readonly region?: string | undefined
  /** A server that speaks Converse, in place of Bedrock: an address that `ModelEndpoint` accepts. */
  readonly endpoint?: string | undefined
}

/**
 * What a server on this machine is called with: nothing of worth. Without the preference the SDK sends the API key of `AWS_BEARER_TOKEN_BEDROCK` wherever
 * the endpoint is.
 */
const WORTHLESS = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' }, authSchemePreference: ['sigv4'] }

/**
 * The client of the advisor's model. An https endpoint is called as Bedrock is, with the credentials of the environment; an http one, which is on this machine,
 * with placeholders.
 */
export function modelClient({ region, endpoint }: ModelAddress): BedrockRuntimeClient {
  const named = region === undefined ? {} : { region }
  if (endpoint === undefined) return bedrockClient(named)
  if (new URL(endpoint).protocol === 'https:') return bedrockClient({ ...named, endpoint })
  return bedrockClient({ ...WORTHLESS, ...named, endpoint })
}
