import { placeOfSource, type Report, type ReportingSource } from '../../domain/report.ts'
import type { Credential, Identity, Origin, Signal } from '../../domain/signal.ts'

/** What a party says, with whom it means. `time` is epoch milliseconds. `note` says why a person has to act, where the party names nobody here. */
export interface Said {
  readonly kind: 'credential-exposure' | 'finding'
  readonly source: ReportingSource
  readonly id: string
  readonly time: number
  readonly account: string
  readonly region: string
  readonly identity: Identity
  readonly credential: Credential
  readonly isPathUnknown?: boolean
  readonly note?: string | undefined
  readonly code?: string | undefined
  readonly report?: Report | undefined
  /** The address that the party saw, where it says one. */
  readonly address?: string | undefined
}

/** The signal of what a party says. It is no call: nothing of it counts as an act of the identity. */
export function reportSignal(said: Said): Signal {
  const { kind, source, id, time, account, region, identity, credential, isPathUnknown, note, code, report, address } = said
  const { service } = placeOfSource(source)
  return {
    id,
    kind,
    source,
    time,
    account,
    region,
    identity,
    credential,
    service,
    action: `${service}:${code ?? report?.type ?? 'Report'}`,
    isReadOnly: true,
    outcome: 'success',
    errorCode: undefined,
    isAuthenticated: true,
    origin: address === undefined ? originOfParty(source) : { ...BY_PARTY, address, addressKind: 'unknown', agentFamily: 'unknown' },
    created: undefined,
    parentIncidentId: undefined,
    assumer: undefined,
    isAgainstResponder: false,
    request: note === undefined ? {} : { note },
    response: {},
    details: {},
    exposure: kind === 'credential-exposure' ? (code ?? report?.type) : undefined,
    ...(report === undefined ? {} : { report }),
    ...(isPathUnknown === true ? { isRolePathUnknown: true } : {}),
  }
}

/** What a report has in place of the address of a caller. */
function originOfParty(source: ReportingSource): Origin {
  return { ...BY_PARTY, address: placeOfSource(source).address }
}

const BY_PARTY: Omit<Origin, 'address'> = {
  addressKind: 'aws-service',
  country: undefined,
  network: undefined,
  organisation: undefined,
  networkKind: undefined,
  isBlocklisted: false,
  agent: '',
  agentFamily: 'aws-service',
  via: undefined,
}
