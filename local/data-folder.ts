/** The folder of the embedded account where `--data` names no other. */
export const DATA_FOLDER = '.countersign'
