/** Under which namespace and service of CloudWatch the functions count. */
export const OWN_METRIC = { namespace: 'Countersign', service: 'countersign' } as const
