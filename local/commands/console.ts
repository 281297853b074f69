import { once } from 'node:events'
import { geoIpFrom } from '../../shared/geo/geo-ip.ts'
import { commandOn } from '../command-name.ts'
import { serveConsole } from '../console/serve.ts'
import { sweepRegularly, tellSweepFailed } from '../embedded/sweep.ts'
import { geoDatabases } from '../geo-databases.ts'
import type { Target } from '../target.ts'
import { whoOf } from './incidents.ts'

/** Serves the console until the process is told to end. Throws `incident.unknown` where `incidentId` is none. */
export async function openConsole(
  target: Target,
  { port, incidentId, print }: { port: number; incidentId?: string | undefined; print: (text: string) => void },
): Promise<void> {
  // Whoever has a wrong id would be shown a page that is not there.
  if (incidentId !== undefined) await whoOf(target, incidentId)
  const geoIp = geoIpFrom(await geoDatabases())
  const { sweep } = target
  const stopSweeping = sweep === undefined ? undefined : await sweepRegularly(sweep, tellSweepFailed)
  const { url, close } = await serveConsole({ target, geoIp, clock: { now: () => Date.now() } }, { port })
  print(
    `Console of ${target.name}, for this machine only, until Ctrl-C:\n\n  ${url}${incidentId === undefined ? '' : `incidents/${encodeURIComponent(incidentId)}`}\n\nTreat the address as a password: whoever has it can give verdicts as ${target.caller}.${target.replayedNote === undefined ? '' : `\n${target.replayedNote}`}`,
  )
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
