import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Replay, replayInMemory } from '../../local/replay-in-memory.ts'

/** A replay in memory that begins with nothing, under the defaults of a policy that contains. */
export async function freshReplay(): Promise<Replay> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-stress-'))
  const policy = join(folder, 'policy.yaml')
  try {
    writeFileSync(policy, 'version: 3\nmode: contain\n')
    return await replayInMemory({ policy })
  } finally {
    rmSync(folder, { recursive: true })
  }
}
