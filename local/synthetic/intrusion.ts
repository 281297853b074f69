import { AGENTS, addressIn, giveKey, userIdentity, userOf } from './cast.ts'
import { ACCOUNT, type Call, type Caller, denied, HOME_REGION, longTimeOf } from './record.ts'
import { SECOND, type Story } from './story.ts'

/** The user that the intruder creates for persistence. */
const BACKDOOR = 'support-ops'

const ADMIN_POLICY = 'arn:aws:iam::aws:policy/AdministratorAccess'
const MODEL = 'anthropic.claude-3-5-sonnet-20241022-v2:0'

export interface Intrusion {
  readonly accessKeyId: string
  readonly userName: string
  readonly firstEventId: string
  readonly eventIds: string[]
}

type Step = Omit<Call, 'time'> & { readonly isRefused?: boolean }

const DISCOVERY: readonly Step[] = [
  { service: 'sts', name: 'GetCallerIdentity' },
  { service: 'bedrock', name: 'ListFoundationModels' },
  { service: 'bedrock', name: 'GetFoundationModelAvailability', request: { modelId: MODEL } },
  { service: 'bedrock', name: 'GetUseCaseForModelAccess' },
  { service: 'bedrock', name: 'GetModelInvocationLoggingConfiguration' },
  { service: 'bedrock', name: 'ListFoundationModels', region: 'us-west-2' },
  { service: 'iam', name: 'ListUsers' },
  { service: 's3', name: 'ListBuckets' },
  { service: 'secretsmanager', name: 'ListSecrets', isRefused: true },
  { service: 'iam', name: 'ListRoles' },
  { service: 'ses', name: 'GetSendQuota', isRefused: true },
  { service: 'organizations', name: 'DescribeOrganization', isRefused: true },
  { service: 'iam', name: 'GetAccountAuthorizationDetails' },
  { service: 'guardduty', name: 'ListDetectors', isRefused: true },
  { service: 'cloudtrail', name: 'DescribeTrails', isRefused: true },
]

/**
 * Writes the intrusion of the last day. The intruder has found the key of ci-deploy, explores the account, creates an administrator for
 * persistence, uses the foundation models (LLM jacking), and tries to stop the trail. About 36 calls in 10 to 15 minutes.
 */
export function intrude(story: Story, startsAt: number): Intrusion {
  const { random } = story
  const eventIds: string[] = []
  let time = startsAt
  const origin = { address: addressIn('intruder', random), agent: AGENTS.intruder }
  const stolen: Caller = { userIdentity: userIdentity(story.user('ci-deploy'), time), ...origin }
  const act = (caller: Caller, { isRefused, ...step }: Step, seconds: readonly [number, number]) => {
    const error = isRefused ? { error: denied(caller.userIdentity.arn, `${step.service}:${step.name}`) } : {}
    eventIds.push(story.tell(caller, { region: 'us-east-1', ...step, ...error, time }).eventID)
    time += random.whole(...seconds) * SECOND
  }
  for (const step of DISCOVERY) act(stolen, step, [6, 20])
  const { steps, backdoor } = persist(story, time, origin)
  for (const step of steps) act(stolen, step, [20, 60])
  act(stolen, { ...stopLogging, isRefused: true }, [20, 50])
  act(stolen, { ...invoke, error: ['ValidationException', 'max_tokens: must be greater than or equal to 1'] }, [10, 25])
  for (let index = 0; index < 8; index++) act(stolen, invoke, [5, 30])
  const newUser = backdoor(time)
  act(newUser, { service: 'sts', name: 'GetCallerIdentity' }, [10, 40])
  act(newUser, { service: 'cloudtrail', name: 'DescribeTrails' }, [20, 40])
  act(newUser, stopLogging, [20, 60])
  for (let index = 0; index < 4; index++) act(newUser, invoke, [5, 30])
  const accessKeyId = String(stolen.userIdentity.accessKeyId)
  return { accessKeyId, userName: 'ci-deploy', firstEventId: eventIds[0] as string, eventIds }
}

const invoke: Step = { service: 'bedrock', name: 'InvokeModel', request: { modelId: MODEL } }

const stopLogging: Step = {
  service: 'cloudtrail',
  name: 'StopLogging',
  region: HOME_REGION,
  request: { name: `arn:aws:cloudtrail:${HOME_REGION}:${ACCOUNT}:trail/main` },
}

/** The calls that create an administrator at `time`, and the new user as a caller. */
function persist(story: Story, time: number, origin: Omit<Caller, 'userIdentity'>): { steps: Step[]; backdoor: (at: number) => Caller } {
  const user = userOf(BACKDOOR, time, story.random)
  const accessKeyId = giveKey(user, time, story.random)
  story.users.set(BACKDOOR, user)
  story.loginProfiles.add(BACKDOOR)
  const createDate = longTimeOf(time)
  const request = { userName: BACKDOOR }
  const made = { path: '/', ...request, userId: user.id, arn: user.arn, createDate }
  const steps: Step[] = [
    { service: 'iam', name: 'CreateUser', request, response: { user: made } },
    {
      service: 'iam',
      name: 'CreateAccessKey',
      request,
      response: { accessKey: { accessKeyId, status: 'Active', ...request, createDate } },
    },
    { service: 'iam', name: 'AttachUserPolicy', request: { ...request, policyArn: ADMIN_POLICY } },
    {
      service: 'iam',
      name: 'CreateLoginProfile',
      request: { ...request, passwordResetRequired: false },
      response: { loginProfile: { ...request, createDate, passwordResetRequired: false } },
    },
  ]
  return { steps, backdoor: (at) => ({ userIdentity: userIdentity(user, at), ...origin }) }
}
