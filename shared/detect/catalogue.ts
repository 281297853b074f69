import type { Detector } from './detector.ts'
import { accessDeniedBurst } from './detectors/access-denied-burst.ts'
import { accessKeyCreatedForOther } from './detectors/access-key-created-for-other.ts'
import { accessKeyCreatedForSelf } from './detectors/access-key-created-for-self.ts'
import { accessKeyExposed } from './detectors/access-key-exposed.ts'
import { accessKeyReactivated } from './detectors/access-key-reactivated.ts'
import { adminGroupJoined } from './detectors/admin-group-joined.ts'
import { adminPolicyGranted } from './detectors/admin-policy-granted.ts'
import { alertingWeakened } from './detectors/alerting-weakened.ts'
import { anonymisedOrigin } from './detectors/anonymised-origin.ts'
import { backupsDestroyed } from './detectors/backups-destroyed.ts'
import { bedrockProbing } from './detectors/bedrock-probing.ts'
import { blocklistedAddress } from './detectors/blocklisted-address.ts'
import { boundaryRemoved } from './detectors/boundary-removed.ts'
import { bucketListedByInstance } from './detectors/bucket-listed-by-instance.ts'
import { bucketOpened } from './detectors/bucket-opened.ts'
import { callerIdentityFromNewPlace } from './detectors/caller-identity-from-new-place.ts'
import { canaryUsed } from './detectors/canary-used.ts'
import { clusterAdminGranted } from './detectors/cluster-admin-granted.ts'
import { commandRunOnInstances } from './detectors/command-run-on-instances.ts'
import { compromiseReported } from './detectors/compromise-reported.ts'
import { consoleSignInGuessed } from './detectors/console-sign-in-guessed.ts'
import { consoleSignInWithoutMfa } from './detectors/console-sign-in-without-mfa.ts'
import { containedCredentialUsed } from './detectors/contained-credential-used.ts'
import { containmentReversed } from './detectors/containment-reversed.ts'
import { credentialCreatedForOther } from './detectors/credential-created-for-other.ts'
import { dataDeletedAboveRate } from './detectors/data-deleted-above-rate.ts'
import { dataDeletedUnusually } from './detectors/data-deleted-unusually.ts'
import { dataEncryptedForRansom } from './detectors/data-encrypted-for-ransom.ts'
import { dataSentOut } from './detectors/data-sent-out.ts'
import { dataSharedAboveRate } from './detectors/data-shared-above-rate.ts'
import { databaseDeleted } from './detectors/database-deleted.ts'
import { databaseExported } from './detectors/database-exported.ts'
import { databasePasswordReset } from './detectors/database-password-reset.ts'
import { destroyedInBulk } from './detectors/destroyed-in-bulk.ts'
import { discoveryBurst } from './detectors/discovery-burst.ts'
import { domainTransferred } from './detectors/domain-transferred.ts'
import { expiryShortened } from './detectors/expiry-shortened.ts'
import { federationTokenIssued } from './detectors/federation-token-issued.ts'
import { findingsSuppressed } from './detectors/findings-suppressed.ts'
import { functionCodeChanged } from './detectors/function-code-changed.ts'
import { functionLayerAdded } from './detectors/function-layer-added.ts'
import { functionOpened } from './detectors/function-opened.ts'
import { functionSettingsSwept } from './detectors/function-settings-swept.ts'
import { guardrailRemoved } from './detectors/guardrail-removed.ts'
import { guestSessionExplores } from './detectors/guest-session-explores.ts'
import { harmReported } from './detectors/harm-reported.ts'
import { identityProviderAdded } from './detectors/identity-provider-added.ts'
import { instanceProfileSwapped } from './detectors/instance-profile-swapped.ts'
import { instancesLaunchedUnusual } from './detectors/instances-launched-unusual.ts'
import { keyAnomalousUse } from './detectors/key-anomalous-use.ts'
import { keyIdDisclosed } from './detectors/key-id-disclosed.ts'
import { keyScheduledForDeletion } from './detectors/key-scheduled-for-deletion.ts'
import { launchedInManyRegions } from './detectors/launched-in-many-regions.ts'
import { llmJacking } from './detectors/llm-jacking.ts'
import { loggingTampered } from './detectors/logging-tampered.ts'
import { loginProfileCreated } from './detectors/login-profile-created.ts'
import { lookedInManyRegions } from './detectors/looked-in-many-regions.ts'
import { mfaRemoved } from './detectors/mfa-removed.ts'
import { networkOpened } from './detectors/network-opened.ts'
import { newAgentFamily } from './detectors/new-agent-family.ts'
import { newAssumer } from './detectors/new-assumer.ts'
import { newCountry } from './detectors/new-country.ts'
import { newNetwork } from './detectors/new-network.ts'
import { newPeer } from './detectors/new-peer.ts'
import { newService } from './detectors/new-service.ts'
import { objectsOutsideHabit } from './detectors/objects-outside-habit.ts'
import { offensiveToolUsed } from './detectors/offensive-tool-used.ts'
import { organizationLeft } from './detectors/organization-left.ts'
import { parametersLeftOut } from './detectors/parameters-left-out.ts'
import { passwordDataRead } from './detectors/password-data-read.ts'
import { permissionsEnumerated } from './detectors/permissions-enumerated.ts'
import { policyTagChanged } from './detectors/policy-tag-changed.ts'
import { projectMadePublic } from './detectors/project-made-public.ts'
import { quarantineAttachedByOther } from './detectors/quarantine-attached-by-other.ts'
import { quarantineImitated } from './detectors/quarantine-imitated.ts'
import { quarantineLifted } from './detectors/quarantine-lifted.ts'
import { quarantinePolicyAttached } from './detectors/quarantine-policy-attached.ts'
import { quotaRaised } from './detectors/quota-raised.ts'
import { readsUnlikeHabit } from './detectors/reads-unlike-habit.ts'
import { resourcePolicyOpened } from './detectors/resource-policy-opened.ts'
import { responderTampered } from './detectors/responder-tampered.ts'
import { roleEnumeration } from './detectors/role-enumeration.ts'
import { rootCredentialsChanged } from './detectors/root-credentials-changed.ts'
import { rootSessionTaken } from './detectors/root-session-taken.ts'
import { rootUserActive } from './detectors/root-user-active.ts'
import { secretDisclosed } from './detectors/secret-disclosed.ts'
import { secretsReadAboveRate } from './detectors/secrets-read-above-rate.ts'
import { secretsSwept } from './detectors/secrets-swept.ts'
import { serialConsoleEnabled } from './detectors/serial-console-enabled.ts'
import { sesEnumeration } from './detectors/ses-enumeration.ts'
import { sessionByTwoTools } from './detectors/session-by-two-tools.ts'
import { sessionFromTwoCountries } from './detectors/session-from-two-countries.ts'
import { sessionFromTwoNetworks } from './detectors/session-from-two-networks.ts'
import { sessionLeftAws } from './detectors/session-left-aws.ts'
import { shellOpened } from './detectors/shell-opened.ts'
import { slowEnumeration } from './detectors/slow-enumeration.ts'
import { snapshotShared } from './detectors/snapshot-shared.ts'
import { sshKeyPushed } from './detectors/ssh-key-pushed.ts'
import { suspectCredentialUsed } from './detectors/suspect-credential-used.ts'
import { trafficMirrored } from './detectors/traffic-mirrored.ts'
import { trustAnchorCreated } from './detectors/trust-anchor-created.ts'
import { trustPolicyOpened } from './detectors/trust-policy-opened.ts'
import { unknownRiskReported } from './detectors/unknown-risk-reported.ts'
import { userCreated } from './detectors/user-created.ts'
import { userDataChanged } from './detectors/user-data-changed.ts'
import { userDataSwept } from './detectors/user-data-swept.ts'
import { userRenamedItself } from './detectors/user-renamed-itself.ts'
import { workforceAccessGranted } from './detectors/workforce-access-granted.ts'
import { workloadCredentialsOffAws } from './detectors/workload-credentials-off-aws.ts'
import { workloadCredentialsOnDesktop } from './detectors/workload-credentials-on-desktop.ts'

/** In the order of the ids, which a test holds. */
const DETECTORS: readonly Detector[] = [
  accessDeniedBurst,
  accessKeyCreatedForOther,
  accessKeyCreatedForSelf,
  accessKeyExposed,
  accessKeyReactivated,
  adminGroupJoined,
  adminPolicyGranted,
  alertingWeakened,
  anonymisedOrigin,
  backupsDestroyed,
  bedrockProbing,
  blocklistedAddress,
  boundaryRemoved,
  bucketListedByInstance,
  bucketOpened,
  callerIdentityFromNewPlace,
  canaryUsed,
  clusterAdminGranted,
  commandRunOnInstances,
  compromiseReported,
  consoleSignInGuessed,
  consoleSignInWithoutMfa,
  containedCredentialUsed,
  containmentReversed,
  credentialCreatedForOther,
  dataDeletedAboveRate,
  dataDeletedUnusually,
  dataEncryptedForRansom,
  dataSentOut,
  dataSharedAboveRate,
  databaseDeleted,
  databaseExported,
  databasePasswordReset,
  destroyedInBulk,
  discoveryBurst,
  domainTransferred,
  expiryShortened,
  federationTokenIssued,
  findingsSuppressed,
  functionCodeChanged,
  functionLayerAdded,
  functionOpened,
  functionSettingsSwept,
  guardrailRemoved,
  guestSessionExplores,
  harmReported,
  identityProviderAdded,
  instanceProfileSwapped,
  instancesLaunchedUnusual,
  keyAnomalousUse,
  keyIdDisclosed,
  keyScheduledForDeletion,
  launchedInManyRegions,
  llmJacking,
  loggingTampered,
  loginProfileCreated,
  lookedInManyRegions,
  mfaRemoved,
  networkOpened,
  newAgentFamily,
  newAssumer,
  newCountry,
  newNetwork,
  newPeer,
  newService,
  objectsOutsideHabit,
  offensiveToolUsed,
  organizationLeft,
  passwordDataRead,
  permissionsEnumerated,
  policyTagChanged,
  projectMadePublic,
  quarantineAttachedByOther,
  quarantineImitated,
  quarantineLifted,
  quarantinePolicyAttached,
  quotaRaised,
  readsUnlikeHabit,
  resourcePolicyOpened,
  responderTampered,
  roleEnumeration,
  rootCredentialsChanged,
  rootSessionTaken,
  rootUserActive,
  secretDisclosed,
  secretsReadAboveRate,
  secretsSwept,
  serialConsoleEnabled,
  sesEnumeration,
  sessionByTwoTools,
  sessionFromTwoCountries,
  sessionFromTwoNetworks,
  sessionLeftAws,
  shellOpened,
  slowEnumeration,
  snapshotShared,
  sshKeyPushed,
  suspectCredentialUsed,
  trafficMirrored,
  trustAnchorCreated,
  trustPolicyOpened,
  unknownRiskReported,
  userCreated,
  userDataChanged,
  userDataSwept,
  userRenamedItself,
  workforceAccessGranted,
  workloadCredentialsOffAws,
  workloadCredentialsOnDesktop,
]

/** Every detector. */
export const CATALOGUE: readonly Detector[] = [...DETECTORS, parametersLeftOut(DETECTORS)]
