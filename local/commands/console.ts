import { once } from 'node:events'
import { placesFrom } from '../../shared/geo/places.ts'
import { serveConsole } from '../console/serve.ts'
import { placeDatabases } from '../place-databases.ts'
import type { Target } from '../target.ts'

/** Serves the console until the process is told to end. */
export async function openConsole(target: Target, { port, print }: { port: number; print: (text: string) => void }): Promise<void> {
  const places = placesFrom(await placeDatabases())
  const { url, close } = await serveConsole({ target, places, clock: { now: () => Date.now() } }, { port })
  print(
    `Console of ${target.name}, for this machine only, until Ctrl-C:\n\n  ${url}\n\nThe address is the key to it: who has it gives verdicts as ${target.caller}.`,
  )
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  await close()
}
