import { cloudFormationClient, cloudTrailClient, eventBridgeClient } from '../shared/aws/clients.ts'
import { deployedRules } from '../shared/aws/deployed-rules.ts'
import { cloudTrailTrails } from '../shared/aws/trails.ts'
import type { DeployedRules } from '../shared/detect/delivery.ts'
import { rulesInForce } from '../shared/detect/delivery-rules.ts'
import type { Recording } from '../shared/domain/trail.ts'
import { readRecording } from '../shared/review/trail-check.ts'

/** Reads the event rules of a deployed stack, and what the trails of its region record, with the AWS credentials of the person who runs the command. */
export async function openRules(name: string, region: string | undefined): Promise<DeployedRules & { readonly recording: Recording }> {
  const options = region === undefined ? {} : { region }
  const [cloudFormation, eventBridge] = [cloudFormationClient(options), eventBridgeClient(options)]
  const found = await deployedRules(name, { cloudFormation, eventBridge })
  const inRegion = await cloudFormation.config.region()
  const trails = cloudTrailTrails(cloudTrailClient(options))
  const recording = await readRecording({ trails, region: inRegion, clock: { now: () => Date.now() } })
  return { ...rulesInForce(found), region: inRegion, recording }
}
