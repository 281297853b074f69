import { switchableCredential } from './switchable-credential.ts'

/** A credential for one service, switched off. A Bedrock API key of a user is one. */
export const serviceSpecificCredential = switchableCredential('service-specific-credential', {
  update: 'UpdateServiceSpecificCredential',
  parameter: 'serviceSpecificCredentialId',
  what: 'a service-specific credential (a Bedrock API key is one)',
})
