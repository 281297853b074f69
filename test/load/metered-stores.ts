import { deflateRawSync } from 'node:zlib'
import { writeIncident, writeSignal } from '../../shared/domain/migrations/incident.ts'
import { packState } from '../../shared/domain/state-codec.ts'
import { memoryChangeRecord } from '../../shared/memory/change-record.ts'
import { memoryIdentityStore } from '../../shared/memory/identity-store.ts'
import { memoryIncidentStore, noTexts } from '../../shared/memory/incident-store.ts'
import type { ChangeRecord, IdentityStore, IncidentStore } from '../../shared/ports/stores.ts'

/** What DynamoDB charges. A write takes a unit per kilobyte; one whose condition fails takes as many as the stored item. A read takes a unit per 4 KB. */
export interface Meter {
  usefulWrites: number
  wastedWrites: number
  /** Failed writes of identity states alone, in number. */
  conflicts: number
  reads: number
}

/** The bytes of a key and of a version, which belong to the size of an item. */
const OVERHEAD = 100
const unitsOf = (bytes: number) => Math.ceil((bytes + OVERHEAD) / 1024)

/** The stores of one table, in memory, whose writes are counted as DynamoDB counts them. Several workers share it, each by `slow` stores of its own. */
export function meteredStores() {
  const meter: Meter = { usefulWrites: 0, wastedWrites: 0, conflicts: 0, reads: 0 }
  const texts = noTexts()
  const [identities, incidents, record] = [memoryIdentityStore(), memoryIncidentStore(texts), memoryChangeRecord()]
  /** Units of the stored items, by their keys. */
  const stored = new Map<string, number>()
  const write = (key: string, isWritten: boolean, units: number) => {
    if (isWritten) {
      stored.set(key, units)
      meter.usefulWrites += units
    } else meter.wastedWrites += stored.get(key) ?? 1
    return isWritten
  }
  const read = (key: string) => {
    meter.reads += Math.ceil((stored.get(key) ?? 1) / 4)
  }
  const meteredIdentities: IdentityStore = {
    ...identities,
    load(ids) {
      for (const id of ids) read(`STATE ${id}`)
      return identities.load(ids)
    },
    versions(ids) {
      for (const id of ids) read(`STATE ${id}`)
      return identities.versions(ids)
    },
    async saveState(state, version) {
      const isSaved = await identities.saveState(state, version)
      if (!isSaved) meter.conflicts++
      return write(`STATE ${state.identity.id}`, isSaved, isSaved ? unitsOf(deflateRawSync(packState(state)).length) : 0)
    },
    async setIncident(...words) {
      await identities.setIncident(...words)
      const key = `INCIDENT ${words[0]}`
      write(key, !stored.has(key) || words[2] !== undefined, 1)
    },
  }
  const meteredIncidents: IncidentStore = {
    ...incidents,
    async save(incident, version) {
      const isSaved = await incidents.save(incident, version)
      return write(`META ${incident.id}`, isSaved, isSaved ? unitsOf(writeIncident(incident).length) : 0)
    },
    async addSignal(id, signal, isDeciding) {
      const items = () => texts.signals.get(id)?.size ?? 0
      const before = items()
      await incidents.addSignal(id, signal, isDeciding)
      const isKept = texts.signals.get(id)?.has(signal.id) === true
      // A call that a long timeline leaves out is not written.
      if (isKept || items() > before) write(`SIGNAL ${id} ${signal.id}`, items() > before, unitsOf(writeSignal(signal).length))
    },
  }
  const meteredRecord: ChangeRecord = {
    ...record,
    async append(change) {
      return write(`CHANGE ${change.subject} ${change.number}`, await record.append(change), unitsOf(JSON.stringify(change).length))
    },
  }
  return { meter, identities: meteredIdentities, incidents: meteredIncidents, record: meteredRecord }
}

export type MeteredStores = ReturnType<typeof meteredStores>
