/** Who the sweep is in the record: what it orders there, a policy decided and no person. */
export const SWEEP_ACTOR = 'countersign:sweep'
