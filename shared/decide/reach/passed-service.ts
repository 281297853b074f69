import { serviceIn } from '../../domain/arn.ts'
import { globsMeet } from '../../domain/glob.ts'

/** The condition key that names the service to which a role is passed. */
export const PASSED_TO = 'iam:passedtoservice'

/** The region that a service's name may end with. */
const REGION = /\.[a-z]{2,4}(-[a-z]+)+-\d+$/

/**
 * The name of a service principal without its region and its partition: `states.eu-west-1.amazonaws.com` and `states.amazonaws.com.cn` are both
 * `states.amazonaws.com`. In lower case.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-services
 */
export function serviceNamed(principal: string): string {
  const name = principal.toLowerCase()
  const service = serviceIn(name)
  return service === undefined ? name : `${service.replace(REGION, '')}.amazonaws.com`
}

/** The name of a service as the calls of a partition have it. China has names of its own. */
export function serviceInPartition(service: string, partition: string | undefined): string {
  return partition === 'aws-cn' ? `${service}.cn` : service
}

/** What an operator says of the service to which a role is passed; undefined where a policy means it by a name of another region or partition. */
export function serviceHolds(
  compare: (given: string, wanted: string) => boolean | undefined,
  given: string,
  wanted: string,
): boolean | undefined {
  if (compare(given, wanted) === true) return true
  const service = serviceNamed(given)
  const name = service.slice(0, -'.amazonaws.com'.length)
  const names = [`${name}.amazonaws.com*`, `${name}.*.amazonaws.com*`]
  return serviceNamed(wanted) === service || names.some((one) => /[*?]/.test(wanted) && globsMeet(wanted, one)) ? undefined : false
}
