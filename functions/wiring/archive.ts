import { dynamoArchiveTable } from '../../shared/aws/archive-table.ts'
import { s3Client } from '../../shared/aws/clients.ts'
import { s3IncidentArchive } from '../../shared/aws/incident-archive.ts'
import { s3SealVault } from '../../shared/aws/seal-vault.ts'
import { ArchiveConfig, readEnvironment } from '../../shared/environment.ts'
import type { ArchivePorts } from '../../shared/ports/archive.ts'
import { common } from './common.ts'

const config = readEnvironment(ArchiveConfig, process.env)
const { table, ...stores } = common(config)
const s3 = s3Client()

export const ports: ArchivePorts = {
  ...stores,
  table: dynamoArchiveTable(table),
  archive: s3IncidentArchive(s3, config.SEAL_BUCKET),
  vault: s3SealVault(s3, config.SEAL_BUCKET),
  afterDays: config.ARCHIVE_AFTER_DAYS,
}
