import type { ReadTrail } from '../domain/trail.ts'

/** Reads the trails of CloudTrail that cover the region: those of the region, those of all regions, and those of the organisation. */
export interface Trails {
  /** Throws where the trails cannot be listed. What cannot be read of one trail is said in its place. */
  read(): Promise<readonly ReadTrail[]>
}
