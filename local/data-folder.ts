/** Where the embedded account is kept unless `--data` says otherwise. */
export const DATA_FOLDER = '.countersign'
