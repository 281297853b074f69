import type { Posting } from '../domain/posting.ts'
import type { Postings } from '../ports/notices.ts'

/** Slack messages by incident, in memory. */
export function memoryPostings(): Postings {
  const postings = new Map<string, Posting>()
  return {
    async get(incidentId) {
      return postings.get(incidentId)
    },
    async put(incidentId, posting, previous) {
      if (postings.get(incidentId)?.ts !== previous) return false
      postings.set(incidentId, posting)
      return true
    },
  }
}
