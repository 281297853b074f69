/** The folder of the embedded account where `--data` names no other. */
export const DATA_FOLDER = '.countersign'

/** `start` alone makes embedded accounts, and its story has a clock of its own. */
export const STORY_CLOCK =
  "Times are by the story's clock: its last day ended at the full hour before `start`, and from there the clock goes on while `start` runs."
