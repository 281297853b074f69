import { switchableCredential } from './switchable-credential.ts'

/** An SSH key of a user, for CodeCommit, switched off. */
export const sshPublicKey = switchableCredential('ssh-public-key', {
  update: 'UpdateSSHPublicKey',
  parameter: 'sSHPublicKeyId',
  what: 'an SSH public key',
})
