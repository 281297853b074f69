import { existsSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { dynamoAdvisorBudget } from '../shared/aws/advisor-budget.ts'
import { dynamoBreaker } from '../shared/aws/breaker.ts'
import { dynamoChangeRecord } from '../shared/aws/change-record.ts'
import { dynamo } from '../shared/aws/clients.ts'
import { dynamoIdentityStore } from '../shared/aws/identity-store.ts'
import { dynamoIncidentStore } from '../shared/aws/incident-store.ts'
import { callsBy } from '../shared/aws/request-handler.ts'
import { createTable } from '../shared/aws/table.ts'
import { enforce } from '../shared/contain/enforce.ts'
import { blastRadiusOf } from '../shared/decide/reach/policy-radius.ts'
import { AuthorizationDetails } from '../shared/domain/authorization-details.ts'
import { ResponderError } from '../shared/errors.ts'
import { geoIpFrom } from '../shared/geo/geo-ip.ts'
import { offlineAdvisor } from '../shared/memory/advisor.ts'
import { memoryIam } from '../shared/memory/iam.ts'
import { silentLog } from '../shared/memory/log.ts'
import { memoryNotifier } from '../shared/memory/notifier.ts'
import type { Clock } from '../shared/ports/runtime.ts'
import { approve } from '../shared/review/approve.ts'
import { review } from '../shared/review/review.ts'
import { findIncident } from '../shared/review/reviewer.ts'
import { commandName, quoted } from './command-name.ts'
import { DATA_FOLDER, REPLAYED_NOTE, STORY_CLOCK } from './data-folder.ts'
import { ACCOUNT_FILE, closeToOthers, DATABASE_FOLDER, REPLAYED_FILE, SEAL_FOLDER } from './embedded/folder-rights.ts'
import { orRelease, ownOrReach } from './embedded/own-folder.ts'
import type { Claim } from './embedded/owner.ts'
import type { ReachedOwner } from './embedded/reach-owner.ts'
import { embeddedReport } from './embedded/report.ts'
import { REPORTS_AT_ONCE, serveOwner } from './embedded/serve-owner.ts'
import { embeddedSweep } from './embedded/sweep.ts'
import { type AskTable, embeddedTable, whileOpening } from './embedded/table.ts'
import { folderReach } from './folder-reach.ts'
import { folderVault } from './folder-vault.ts'
import { geoDatabases } from './geo-databases.ts'
import { QUARANTINE_POLICY } from './memory-ports.ts'
import type { Target } from './target.ts'

const TABLE = 'countersign'

/** An AWS account on this machine: DynamoDB by dynalite and IAM in memory, both stored in one folder. */
export interface Embedded {
  readonly ports: Awaited<ReturnType<typeof portsOf>>
  /** The account as the target of commands. */
  target(caller: string): Target
  /** The folder to which the account before this one was moved; undefined where there was none. */
  readonly previous: string | undefined
  /** Writes IAM to the folder; dynalite writes the table. */
  save(): Promise<void>
  close(): Promise<void>
}

/** True where a folder has an embedded account. */
export function hasEmbedded(folder: string): boolean {
  return existsSync(join(folder, ACCOUNT_FILE))
}

/** True where the account of a folder is what a replay kept. */
function isReplayed(folder: string): boolean {
  return existsSync(join(folder, REPLAYED_FILE))
}

/** Throws where a folder has no account, so that none is made there. */
export function mustHaveEmbedded(folder: string): void {
  if (!hasEmbedded(folder))
    throw new ResponderError(
      'usage',
      `no embedded account in ${folder}: \`${[commandName(), 'start', optionsFor(folder)].join(' ').trim()}\` makes one, --data names another folder, --stack a deployed stack`,
    )
}

/** Opens the account in a folder that this process owns. */
export async function openOwned(folder: string, clock: Clock, claim: Claim): Promise<Embedded> {
  return orRelease(claim, async () => {
    await closeToOthers(folder)
    const file = join(folder, ACCOUNT_FILE)
    const picture = AuthorizationDetails.parse(JSON.parse(await readFile(file, 'utf8')))
    const { server, ask } = embeddedTable(join(folder, DATABASE_FOLDER))
    const ports = await whileOpening(folder, () => portsOf({ ask, picture, clock }))
    let saving = Promise.resolve()
    const write = async () => {
      // Written beside and renamed: a crash while writing must not lose the account.
      await writeFile(`${file}.new`, JSON.stringify(ports.iam.authorizationDetails()), { mode: 0o600 })
      await rename(`${file}.new`, file)
    }
    // One after the other, because two verdicts at the same time must not write to the same file.
    const save = () => {
      saving = saving.then(write, write)
      return saving
    }
    let announce: (consoleUrl: string) => void = () => {}
    const report = embeddedReport(ports, save)
    const target = (caller: string): Target => ({
      ...targetOf(folder, ports),
      caller,
      announce: (consoleUrl) => announce(consoleUrl),
      // By today's clock, the questions of an old log would all expire at once.
      ...(isReplayed(folder) ? {} : { sweep: embeddedSweep(ports, save) }),
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
      async report(reports) {
        await report(reports)
        return 'evaluated'
      },
      close: async () => {},
    })
    const served = await serveOwner(server, claim.owner.socket, { id: claim.owner.id, ask, target: target(LOCAL_USER()) })
    announce = served.announce
    await closeToOthers(folder)
    return {
      ports,
      previous: undefined,
      save,
      target,
      async close() {
        const isClosed = await served.close()
        ports.client.destroy()
        await closeToOthers(folder)
        // A database that is still open has its own lock: others wait until this process has ended, which `main` sees to.
        if (isClosed) await claim.release()
      },
    }
  })
}

/** Opens the account in a folder for a command: in this process, or through the process that owns the folder. */
export async function openTargetIn(folder: string, clock: Clock): Promise<Target> {
  mustHaveEmbedded(folder)
  const got = await ownOrReach(folder)
  if (got.kind === 'reached') return throughOwner(folder, got.owner, clock)
  const embedded = await openOwned(folder, clock, got.claim)
  return { ...embedded.target(LOCAL_USER()), close: () => embedded.close() }
}

/** The account of another process: that one makes the calls of the table and carries out the verdicts, which need IAM. */
function throughOwner(folder: string, owner: ReachedOwner, clock: Clock): Target {
  const stores = storesBy(owner.ask)
  const incidentOf = async (incidentId: string) => (await findIncident(incidentId, stores)).value
  return {
    ...targetOf(folder, { ...stores, notifier: memoryNotifier(), clock }),
    caller: LOCAL_USER(),
    ended: owner.ended,
    async review(incidentId, said) {
      const { awaitsSecond } = await owner.say({ do: 'review', incidentId, review: said })
      return { ...(await incidentOf(incidentId)), awaitsSecond }
    },
    async approve(incidentId, approval) {
      await owner.say({ do: 'approve', incidentId, approval })
      return incidentOf(incidentId)
    },
    async report(reports) {
      for (let at = 0; at < reports.length; at += REPORTS_AT_ONCE)
        await owner.say({ do: 'report', reports: reports.slice(at, at + REPORTS_AT_ONCE) })
      return 'evaluated'
    },
    async close() {
      stores.client.destroy()
      owner.close()
    },
  }
}

/** The person who runs the command. The owner sets it for verdicts of other commands, because only the same user reaches the socket. */
const LOCAL_USER = () => `local:${userInfo().username}`

type Stores = Pick<Target, 'identities' | 'incidents' | 'record' | 'notifier' | 'clock'>

function targetOf(folder: string, { identities, incidents, record, notifier, clock }: Stores) {
  return {
    name: `the ${isReplayed(folder) ? 'replayed' : 'embedded'} account in ${folder}`,
    options: optionsFor(folder),
    ...(isReplayed(folder) ? { replayedNote: REPLAYED_NOTE } : { timesNote: STORY_CLOCK }),
    identities,
    incidents,
    record,
    notifier,
    clock,
    reach: { store: folderReach(folder, clock), account: '' },
    vault: folderVault(join(folder, SEAL_FOLDER)),
    async deleteRootKeys() {
      throw new ResponderError('usage', 'the embedded account has no root user; --stack names a deployed stack')
    },
  } as const
}

/** The options that name the folder on the command line. */
function optionsFor(folder: string): string {
  return folder === DATA_FOLDER ? '' : `--data ${quoted(folder)}`
}

function storesBy(ask: AskTable) {
  // dynalite does not check credentials, but the SDK requires some. `ask` makes the calls, so nothing connects to the endpoint.
  const client = dynamo({
    region: 'us-east-1',
    endpoint: 'http://embedded.invalid',
    credentials: { accessKeyId: 'embedded', secretAccessKey: 'embedded' },
    requestHandler: callsBy(ask),
  })
  const table = { client, name: TABLE }
  return { client, table, identities: dynamoIdentityStore(table), incidents: dynamoIncidentStore(table), record: dynamoChangeRecord(table) }
}

async function portsOf({ ask, picture, clock }: { ask: AskTable; picture: AuthorizationDetails; clock: Clock }) {
  const { client, table, ...stores } = storesBy(ask)
  await createTable(client, TABLE)
  return {
    client,
    ...stores,
    breaker: dynamoBreaker(table),
    iam: memoryIam(picture),
    blastRadiusOf,
    advisor: offlineAdvisor(),
    budget: dynamoAdvisorBudget(table),
    notifier: memoryNotifier(),
    pager: memoryNotifier(),
    geoIp: geoIpFrom(await geoDatabases()),
    clock,
    // Only the responder changes an embedded account, so no containment has to be verified later.
    reverifyQueue: { verifyLater: async () => {} },
    quarantinePolicyArn: QUARANTINE_POLICY,
    account: undefined,
    log: silentLog,
  }
}
