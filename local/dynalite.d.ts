declare module 'dynalite' {
  import type { Server } from 'node:http'

  /** With `path` the database is kept in a folder, otherwise in memory. `createTableMs` is how long the creation of a table takes. */
  export default function dynalite(options?: {
    path?: string
    createTableMs?: number
    deleteTableMs?: number
    updateTableMs?: number
  }): Server
}
