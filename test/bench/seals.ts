import { memoryChangeRecord, type StoredChains } from '../../shared/memory/change-record.ts'
import { silentLog } from '../../shared/memory/log.ts'
import { memoryNotifier } from '../../shared/memory/notifier.ts'
import { memorySealVault } from '../../shared/memory/seal-vault.ts'
import { seal } from '../../shared/record/seal.ts'
import { chainOf } from '../contract/samples.ts'
import { type Figures, median, rounded } from './measure.ts'

const FEW = 1_000
const MANY = 10_000
/** Entries of a chain: an incident that was contained and released has about as many. */
const ENTRIES = 20
const ROUNDS = 3

/** What it costs to compare a chain with the seal before, in memory, so that only the comparison is measured. */
export async function seals(): Promise<Figures> {
  const many: number[] = []
  const ends: number[] = []
  const few = await sealed(FEW)
  const large = await sealed(MANY)
  for (let round = 0; round < ROUNDS; round++) {
    const base = await few.compare()
    const cost = await large.compare()
    many.push(cost / base)
    ends.push(cost / (await large.readEnds()))
  }
  return {
    'seal.chains': { value: rounded(median(many)), unit: `× µs per chain, ${MANY} chains ÷ ${FEW}`, target: '<= 1.5' },
    'seal.compare': {
      value: rounded(median(ends)),
      unit: '× reading the end of every chain',
      target: null,
      note: `${ENTRIES} entries a chain; ${rounded(await large.compare(), 0)} µs a chain`,
    },
  }
}

async function sealed(count: number) {
  const chains: StoredChains = new Map()
  for (let at = 0; at < count; at++) {
    const subject = `INCIDENT#inc-${at}`
    chains.set(subject, new Map(chainOf(subject, ENTRIES).map((entry) => [entry.number, JSON.stringify(entry)])))
  }
  const record = memoryChangeRecord(chains)
  const ports = { record, vault: memorySealVault(), notifier: memoryNotifier(), clock: { now: () => 0 }, log: silentLog }
  await seal(ports)
  return {
    async compare(): Promise<number> {
      const startedAt = performance.now()
      const { discrepancies, uncompared } = await seal(ports)
      if (discrepancies.length + uncompared > 0) throw new Error('untouched chains were found to differ: the figure would mean nothing')
      return ((performance.now() - startedAt) * 1000) / count
    },
    async readEnds(): Promise<number> {
      const startedAt = performance.now()
      for (const subject of chains.keys()) if (subject !== 'SEAL') await record.last(subject)
      return ((performance.now() - startedAt) * 1000) / count
    },
  }
}
