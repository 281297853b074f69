import type { Detector } from './detector.ts'
import { accessDeniedBurst } from './detectors/access-denied-burst.ts'
import { accessKeyCreatedForOther } from './detectors/access-key-created-for-other.ts'
import { accessKeyExposed } from './detectors/access-key-exposed.ts'
import { accessKeyReactivated } from './detectors/access-key-reactivated.ts'
import { adminPolicyGranted } from './detectors/admin-policy-granted.ts'
import { bedrockProbing } from './detectors/bedrock-probing.ts'
import { callerIdentityFromNewPlace } from './detectors/caller-identity-from-new-place.ts'
import { discoveryBurst } from './detectors/discovery-burst.ts'
import { loggingTampered } from './detectors/logging-tampered.ts'
import { loginProfileCreated } from './detectors/login-profile-created.ts'
import { newAgentFamily } from './detectors/new-agent-family.ts'
import { newCountry } from './detectors/new-country.ts'
import { newService } from './detectors/new-service.ts'
import { quarantinePolicyAttached } from './detectors/quarantine-policy-attached.ts'
import { trustPolicyOpened } from './detectors/trust-policy-opened.ts'
import { userCreated } from './detectors/user-created.ts'

/** Every detector. The order does not matter. */
export const CATALOGUE: readonly Detector[] = [
  accessDeniedBurst,
  accessKeyCreatedForOther,
  accessKeyExposed,
  accessKeyReactivated,
  adminPolicyGranted,
  bedrockProbing,
  callerIdentityFromNewPlace,
  discoveryBurst,
  loggingTampered,
  loginProfileCreated,
  newAgentFamily,
  newCountry,
  newService,
  quarantinePolicyAttached,
  trustPolicyOpened,
  userCreated,
]
