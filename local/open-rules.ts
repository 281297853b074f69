import { cloudFormationClient, eventBridgeClient } from '../shared/aws/clients.ts'
import { deployedRules } from '../shared/aws/deployed-rules.ts'
import type { DeployedRules } from '../shared/detect/delivery.ts'
import { rulesInForce } from '../shared/detect/delivery-rules.ts'

/** Reads the event rules of a deployed stack with the AWS credentials of the person who runs the command. */
export async function openRules(name: string, region: string | undefined): Promise<DeployedRules> {
  const options = region === undefined ? {} : { region }
  const [cloudFormation, eventBridge] = [cloudFormationClient(options), eventBridgeClient(options)]
  const found = await deployedRules(name, { cloudFormation, eventBridge })
  return { ...rulesInForce(found), region: await cloudFormation.config.region() }
}
