import { type Place, parseArn } from '../../domain/arn.ts'
import { type Fields, fieldsOf, isFields, textOf } from '../fields.ts'
import type { Meant } from './named-principal.ts'

/**
 * The workload that a finding is about, which has credentials of a role: an instance with a profile, a task of ECS, a pod of EKS. An instance's role is known once IAM
 * is asked for its profile (`joinIdentity`); of a task and of a pod the finding does not say the role. Or why there is no credential in it.
 */
export function workloadIn(resource: Fields, place: Place): readonly Meant[] | string {
  const instance = fieldsOf(resource.instanceDetails)
  const profile = textOf(fieldsOf(instance.iamInstanceProfile).arn, 2048)
  const instanceId = textOf(instance.instanceId, 64)
  if (instanceId !== undefined && profile !== undefined) return [ofProfile(profile, instanceId, place)]
  const task = textOf(fieldsOf(fieldsOf(resource.ecsClusterDetails).taskDetails).arn, 2048)
  if (task !== undefined) return [unnamed(`task ${lastOf(task)}`, place, { unjoined: 'a task of ECS', sessionName: lastOf(task) })]
  const pod = fieldsOf(fieldsOf(resource.kubernetesDetails).kubernetesWorkloadDetails)
  const podName = textOf(pod.name, 128)
  if (podName !== undefined) {
    const cluster = textOf(fieldsOf(resource.eksClusterDetails).name, 128) ?? 'unknown'
    return [unnamed(`pod ${podName} of cluster ${cluster}`, place, { unjoined: 'a pod of EKS', sessionName: `eks-${cluster}-${podName}` })]
  }
  if (instanceId !== undefined) return 'is about an instance without a role'
  return isFields(resource) && typeof resource.resourceType === 'string'
    ? `is about ${resource.resourceType.slice(0, 64)}, and names no credential`
    : 'names no credential'
}

/** The role behind an instance profile, which IAM says. The sessions of an instance are named by its id. */
export function ofProfile(profile: string, instanceId: string, place: Place): Meant {
  const arn = parseArn(profile)
  const account = arn?.account ?? place.account
  return {
    identity: { id: profile, kind: 'unknown', name: lastOf(profile), account },
    credential: { id: `session:${profile}/${instanceId}`, kind: 'none', sessionName: instanceId, workload: `instance ${instanceId}` },
    isPathUnknown: false,
    unjoined: `an instance profile, and IAM does not say its role`,
  }
}

/** A workload whose role its finding does not say. `sessionName`: how AWS names the sessions of it. */
export function unnamed(
  workload: string,
  { account }: Place,
  { unjoined, sessionName }: { readonly unjoined: string; readonly sessionName?: string | undefined },
): Meant {
  const id = `workload:${account}:${workload}`.slice(0, 256)
  return {
    identity: { id, kind: 'unknown', name: workload.slice(0, 128), account },
    credential: {
      id: `none:${id}`,
      kind: 'none',
      workload: workload.slice(0, 128),
      ...(sessionName === undefined ? {} : { sessionName: sessionName.slice(0, 128) }),
    },
    isPathUnknown: false,
    unjoined,
  }
}

function lastOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1).slice(0, 128)
}
