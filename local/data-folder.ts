/** The folder of the embedded account where `--data` names no other. */
export const DATA_FOLDER = '.countersign'

/** What is to be known of an account that keeps a replay. */
export const REPLAYED_NOTE =
  'This account is a replayed log: verdicts here change nothing in AWS. Times are those of the log, and of this machine from the replay on.'

/** The story of `start` has a clock of its own. */
export const STORY_CLOCK =
  "Times are by the story's clock: its last day ended at the full hour before `start`, and from there the clock goes on while `start` runs."
