import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { geoIpFrom } from '../../shared/geo/geo-ip.ts'
import type { Clock, Log } from '../../shared/ports/runtime.ts'
import { commandOn } from '../command-name.ts'
import { serveConsole, serveShared } from '../console/serve.ts'
import type { Sharing } from '../console/share-options.ts'
import { sweepRegularly, tellSweepFailed } from '../embedded/sweep.ts'
import { geoDatabases } from '../geo-databases.ts'
import type { Target } from '../target.ts'
import { whoOf } from './incidents.ts'

/** How the console is opened: on this machine alone, or shared. `log` is told who looked. */
export interface OpenConsole {
  readonly port: number
  readonly sharing?: Sharing | undefined
  readonly incidentId?: string | undefined
  readonly print: (text: string) => void
  readonly log: (line: string) => void
}

/** Serves the console until the process is told to end. Throws `incident.unknown` where `incidentId` is none. */
export async function openConsole(target: Target, { port, sharing, incidentId, print, log }: OpenConsole): Promise<void> {
  // Whoever has a wrong id would be shown a page that is not there.
  if (incidentId !== undefined) await whoOf(target, incidentId)
  const geoIp = geoIpFrom(await geoDatabases())
  const { sweep } = target
  const stopSweeping = sweep === undefined ? undefined : await sweepRegularly(sweep, tellSweepFailed)
  const parts = { target, geoIp, clock: { now: () => Date.now() } }
  const { url, close } =
    sharing === undefined
      ? await serveConsole(parts, { port })
      : await serveShared(parts, { ...sharing, log: linesBy(log, parts.clock) }, sharing)
  const page = `${url}${incidentId === undefined ? '' : `incidents/${encodeURIComponent(incidentId)}`}`
  const text = sharing === undefined ? forThisMachine(target, page) : sharedText(target, page, sharing)
  print(`${text}${target.replayedNote === undefined ? '' : `\n${target.replayedNote}`}`)
  const ends: Promise<unknown>[] = [once(process, 'SIGINT'), once(process, 'SIGTERM')]
  if (target.ended !== undefined)
    ends.push(
      target.ended.then(() =>
        print(
          `\nThe process that had the account open has ended, and this console with it. \`${commandOn(target, 'console')}\` opens it again.`,
        ),
      ),
    )
  await Promise.race(ends)
  stopSweeping?.()
  await close()
}

function forThisMachine({ name, caller }: Target, page: string): string {
  return `Console of ${name}, for this machine only, until Ctrl-C:\n\n  ${page}\n\nTreat the address as a password: whoever has it can give verdicts as ${caller}.`
}

function sharedText({ name, caller }: Target, page: string, { host, port, proxies, identityHeader }: Sharing): string {
  return `Console of ${name}, shared and read-only, until Ctrl-C:\n\n  ${page}\n
It listens on ${isIPv6(host) ? `[${host}]` : host}:${port} and answers the proxies ${proxies.text} alone, which say by ${identityHeader} who looks. Whomever they let in
reads what ${caller} can read; nothing can be changed. Who looked at which page is printed to standard error.`
}

/** Log events as lines of JSON. */
function linesBy(log: (line: string) => void, clock: Clock): Log {
  const line = (event: string, fields: Readonly<Record<string, unknown>> = {}) =>
    log(JSON.stringify({ at: new Date(clock.now()).toISOString(), event, ...fields }))
  return { info: line, warn: line }
}
