declare module 'dynalite' {
  import type { Server } from 'node:http'

  /** `path` keeps the database in a folder; without it, it is in memory. `createTableMs` is how long a table takes to appear. */
  export default function dynalite(options?: {
    path?: string
    createTableMs?: number
    deleteTableMs?: number
    updateTableMs?: number
  }): Server
}
