import { s3Client } from '../../shared/aws/clients.ts'
import { s3SealVault } from '../../shared/aws/seal-vault.ts'
import { readEnvironment, SealConfig } from '../../shared/config.ts'
import type { SealPorts } from '../../shared/record/seal.ts'
import { common } from './common.ts'

const config = readEnvironment(SealConfig, process.env)

export const ports: SealPorts = { ...common(config), vault: s3SealVault(s3Client(), config.SEAL_BUCKET) }
