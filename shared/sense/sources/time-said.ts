/**
 * When something was reported, epoch milliseconds: as its party says, but not later than it was sent (`sentAt`, where that is known). Times of the future would stay
 * evidence for longer than others, and be later than every call.
 */
export function timeSaid(said: number | undefined, sentAt: number | undefined): number | undefined {
  return said === undefined || sentAt === undefined ? (said ?? sentAt) : Math.min(said, sentAt)
}
