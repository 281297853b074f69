import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import dynalite from 'dynalite'
import { dynamoAdvisorBudget } from '../shared/aws/advisor-budget.ts'
import { dynamoBreaker } from '../shared/aws/breaker.ts'
import { dynamoChangeRecord } from '../shared/aws/change-record.ts'
import { dynamo } from '../shared/aws/clients.ts'
import { dynamoIdentityStore } from '../shared/aws/identity-store.ts'
import { dynamoIncidentStore } from '../shared/aws/incident-store.ts'
import { createTable } from '../shared/aws/table.ts'
import { enforce } from '../shared/contain/enforce.ts'
import { ResponderError } from '../shared/errors.ts'
import { geoIpFrom } from '../shared/geo/geo-ip.ts'
import { offlineAdvisor } from '../shared/memory/advisor.ts'
import { AuthorizationDetails } from '../shared/memory/authorization-details.ts'
import { memoryIam } from '../shared/memory/iam.ts'
import { silentLog } from '../shared/memory/log.ts'
import { memoryNotifier } from '../shared/memory/notifier.ts'
import type { Clock } from '../shared/ports/runtime.ts'
import { applyPolicy, parsePolicy } from '../shared/record/policy-in-force.ts'
import { approve } from '../shared/review/approve.ts'
import { review } from '../shared/review/review.ts'
import { commandName, quoted } from './command-name.ts'
import { DATA_FOLDER } from './data-folder.ts'
import { folderVault } from './folder-vault.ts'
import { geoDatabases } from './geo-databases.ts'
import { QUARANTINE_POLICY } from './memory-ports.ts'
import type { Target } from './target.ts'

const TABLE = 'countersign'
const ACCOUNT_FILE = 'account.json'
const DATABASE_FOLDER = 'dynamodb'
const SEAL_FOLDER = 'seals'

/** An AWS account on this machine: DynamoDB by dynalite and IAM in memory, both stored in one folder. */
export interface Embedded {
  readonly ports: Awaited<ReturnType<typeof portsOf>>
  /** The account as the target of commands. */
  target(caller: string): Target
  /** Writes IAM to the folder; dynalite writes the table. */
  save(): Promise<void>
  close(): Promise<void>
}

/** The subfolder to which `createEmbedded` moves the account that was there before, with its record. Only the last one is kept. */
export const PREVIOUS_FOLDER = 'previous'

/** True where a folder has an embedded account. */
export function hasEmbedded(folder: string): boolean {
  return existsSync(join(folder, ACCOUNT_FILE))
}

/** Makes a new account in a folder. An account that is there moves to `previous`; other files are not changed. */
export async function createEmbedded(
  folder: string,
  { picture, policy, clock }: { picture: AuthorizationDetails; policy: unknown; clock: Clock },
): Promise<Embedded> {
  await mkdir(folder, { recursive: true })
  if (hasEmbedded(folder)) {
    const previous = join(folder, PREVIOUS_FOLDER)
    await rm(previous, { recursive: true, force: true })
    await mkdir(previous)
    for (const name of [DATABASE_FOLDER, SEAL_FOLDER, ACCOUNT_FILE]) await rename(join(folder, name), join(previous, name)).catch(() => {})
  }
  await rm(join(folder, DATABASE_FOLDER), { recursive: true, force: true })
  await writeFile(join(folder, ACCOUNT_FILE), JSON.stringify(picture))
  const embedded = await openEmbedded(folder, clock)
  const at = new Date(clock.now()).toISOString()
  await applyPolicy(embedded.ports.record, {
    policy: parsePolicy(policy),
    by: 'local:start',
    why: 'the policy of the embedded account',
    at,
  })
  return embedded
}

/** Opens the account in a folder. */
export async function openEmbedded(folder: string, clock: Clock): Promise<Embedded> {
  const file = join(folder, ACCOUNT_FILE)
  if (!existsSync(file))
    throw new ResponderError(
      'usage',
      `no embedded account in ${folder}: \`${[commandName(), 'start', optionsFor(folder)].join(' ').trim()}\` makes one, --data names another folder, --stack a deployed stack`,
    )
  const picture = AuthorizationDetails.parse(JSON.parse(await readFile(file, 'utf8')))
  const server = dynalite({ path: join(folder, DATABASE_FOLDER), createTableMs: 0 })
  const port = await listen(server, folder)
  const ports = await portsOf({ port, picture, clock })
  const save = async () => {
    // Written beside and renamed: a crash while writing must not lose the account.
    await writeFile(`${file}.new`, JSON.stringify(ports.iam.authorizationDetails()))
    await rename(`${file}.new`, file)
  }
  return {
    ports,
    save,
    target: (caller) => ({
      name: `the embedded account in ${folder}`,
      options: optionsFor(folder),
      caller,
      identities: ports.identities,
      incidents: ports.incidents,
      record: ports.record,
      notifier: ports.notifier,
      vault: folderVault(join(folder, SEAL_FOLDER)),
      async review(incidentId, verdict) {
        const containInvoker = { contain: (id: string) => enforce(id, ports) }
        const incident = await review(incidentId, { ...verdict, by: caller }, { ...ports, containInvoker })
        await save()
        return { ...incident, ...(await ports.incidents.get(incidentId))?.value }
      },
      async approve(incidentId, approval) {
        const containInvoker = { contain: (id: string) => enforce(id, ports) }
        const incident = await approve(incidentId, { ...approval, by: caller }, { ...ports, containInvoker })
        await save()
        return (await ports.incidents.get(incidentId))?.value ?? incident
      },
      async deleteRootKeys() {
        throw new ResponderError('usage', 'the embedded account has no root user; --stack names a deployed stack')
      },
      close: async () => {},
    }),
    async close() {
      ports.client.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

/** The options that name the folder on the command line. */
function optionsFor(folder: string): string {
  return folder === DATA_FOLDER ? '' : `--data ${quoted(folder)}`
}

async function portsOf({ port, picture, clock }: { port: number; picture: AuthorizationDetails; clock: Clock }) {
  // dynalite does not check credentials, but the SDK requires some.
  const client = dynamo({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'embedded', secretAccessKey: 'embedded' },
  })
  await createTable(client, TABLE)
  const table = { client, name: TABLE }
  return {
    client,
    identities: dynamoIdentityStore(table),
    incidents: dynamoIncidentStore(table),
    record: dynamoChangeRecord(table),
    breaker: dynamoBreaker(table),
    iam: memoryIam(picture),
    advisor: offlineAdvisor(),
    budget: dynamoAdvisorBudget(table),
    notifier: memoryNotifier(),
    geoIp: geoIpFrom(await geoDatabases()),
    clock,
    // Only the responder changes an embedded account, so no containment has to be verified later.
    reverifyQueue: { verifyLater: async () => {} },
    quarantinePolicyArn: QUARANTINE_POLICY,
    account: undefined,
    log: silentLog,
  }
}

async function listen(server: Server, folder: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new ResponderError(
          'store.unavailable',
          `cannot open the database in ${folder}: ${cause.message}; is another countersign using it, such as a console?`,
          { cause },
        ),
      ),
    )
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}
