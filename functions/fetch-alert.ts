import { AlertReference } from '../shared/domain/report-party.ts'
import { fetchAlert } from '../shared/sense/intake/fetch-alert.ts'
import { lambdaHandler } from './lambda-handler.ts'
import { ports } from './wiring/fetch-alert.ts'

/** Invoked by webhook with a repository and the number of an alert: asks GitHub which credential it is about, and forgets the secret. */
export const handler = lambdaHandler<unknown, void>((event) => fetchAlert(AlertReference.parse(event), ports))
