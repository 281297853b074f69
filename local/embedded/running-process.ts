import { execFile } from 'node:child_process'
import { readFile, readlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { promisify } from 'node:util'

/** Names a process so that another one that gets its id later has another name. */
export interface ProcessName {
  readonly pid: number
  /** When it started, in the operating system's own words; `unknown` on Windows, where Node cannot read it. */
  readonly started: string
  /** Where its id counts: host, boot and pid namespace. */
  readonly machine: string
}

/** Of the process with that id on this machine; undefined where there is none, or where it has ended and waits for its parent. */
export async function processNamed(pid: number, platform: NodeJS.Platform = process.platform): Promise<ProcessName | undefined> {
  const started = platform === 'linux' ? await startOnLinux(pid) : platform === 'win32' ? startOnWindows(pid) : await startByPs(pid)
  return started === undefined ? undefined : { pid, started, machine: platform === 'linux' ? await linuxMachine() : platform }
}

/** Whether the process still runs. `unknown`: its id counts on another machine or in another container. */
export async function stateOf(name: ProcessName): Promise<'running' | 'ended' | 'unknown'> {
  const now = await processNamed(name.pid)
  const machine = (now ?? (await processNamed(process.pid)))?.machine
  if (machine !== name.machine) return isEarlierBoot(name.machine, machine ?? '') ? 'ended' : 'unknown'
  return now?.started === name.started ? 'running' : 'ended'
}

/** The same host and namespace, started anew since: nothing from before runs. */
function isEarlierBoot(then: string, now: string): boolean {
  const [thenHost, thenBoot] = then.split(' ')
  const [nowHost, nowBoot] = now.split(' ')
  return thenHost === nowHost && thenBoot !== nowBoot
}

/** Field 22 of /proc/PID/stat, in ticks since boot; field 3 is the state. The name before them may hold spaces and brackets: see proc(5). */
async function startOnLinux(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields === undefined || fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
}

async function linuxMachine(): Promise<string> {
  const [boot, namespace] = await Promise.all([readFile('/proc/sys/kernel/random/boot_id', 'utf8'), readlink('/proc/self/ns/pid')])
  return `${hostname()} ${boot.trim()} ${namespace}`
}

/** macOS and the BSDs: `ps` fails where there is no such process. */
async function startByPs(pid: number): Promise<string | undefined> {
  const env = { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' }
  const answer = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)], { env }).catch(() => undefined)
  return answer?.stdout.trim() || undefined
}

function startOnWindows(pid: number): string | undefined {
  try {
    process.kill(pid, 0)
    return 'unknown'
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'ESRCH' ? undefined : 'unknown'
  }
}
