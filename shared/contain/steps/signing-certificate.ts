import { switchableCredential } from './switchable-credential.ts'

/** An X.509 signing certificate of a user, switched off. */
export const signingCertificate = switchableCredential('signing-certificate', {
  update: 'UpdateSigningCertificate',
  parameter: 'certificateId',
  what: 'a signing certificate',
})
