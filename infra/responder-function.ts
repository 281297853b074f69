import { join } from 'node:path'
import { type Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { Effect, type IRole, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, LoggingFormat, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda'
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs'
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { homeRoleName, type MemberRole, memberRoleArn } from '../shared/domain/member-roles.ts'
import { ResponderError } from '../shared/errors.ts'
import type { Statement } from './acting-statements.ts'
import type { Conditions } from './deny.ts'

export interface ResponderFunctionProps {
  /** The handler's file in `functions/`, without its ending. */
  readonly entry: string
  readonly description: string
  readonly environment: Readonly<Record<string, string>>
  readonly logRetentionDays: RetentionDays
  readonly memorySize: number
  readonly timeout: Duration
  /** Places of the account's concurrency that are kept for it; undefined or 0 for none. */
  readonly reservedConcurrency?: number | undefined
  /** The other accounts that the function acts in, and its role there; none where it acts in that of the stack alone. */
  readonly elsewhere?: { readonly accounts: readonly string[]; readonly role: MemberRole }
  /** Files that are added to the bundle: name → path. */
  readonly files?: Readonly<Record<string, string>>
}

/** What the bundles have instead of the SDK's search for credentials and for tokens, which is a tenth of a bundle. */
const WIRING = join(import.meta.dirname, '..', 'functions', 'wiring')
const ENVIRONMENT_CREDENTIALS = join(WIRING, 'environment-credentials.ts')
const NO_TOKENS = join(WIRING, 'no-tokens.ts')

/** The longest name of a Lambda function, in characters. */
const NAME_LIMIT = 64

/**
 * A Lambda function with the defaults of every function here: runtime, bundling, logs, tracing, and a role without rights.
 *
 * The function has a fixed name, because the rights of its role name the function that they hold for. CloudFormation generates a name only when it
 * creates the function, and it creates the role first.
 */
export class ResponderFunction extends Construct {
  /** The name of its handler, such as `contain`. */
  readonly entry: string
  /** In MB. */
  readonly memorySize: number
  readonly function: NodejsFunction
  readonly role: IRole
  readonly functionArn: string
  /** The ARN of the sessions that Lambda gives this function of its role. CloudTrail names the function's own calls by it. */
  readonly sessionArn: string

  constructor(scope: Construct, id: string, props: ResponderFunctionProps) {
    super(scope, id)
    const { account, partition, region, stackName } = Stack.of(this)
    const { accounts, role: as } = props.elsewhere ?? { accounts: [], role: 'read' as const }
    const isElsewhere = accounts.length > 0
    const functionName = `${stackName}-${props.entry}`
    if (functionName.length > NAME_LIMIT)
      throw new ResponderError(
        'config.invalid',
        `the name of the stack must have at most ${NAME_LIMIT - props.entry.length - 1} characters, because its functions are named for it; got ${JSON.stringify(stackName)}`,
      )
    const logGroup = new LogGroup(this, 'Logs', { retention: props.logRetentionDays, removalPolicy: RemovalPolicy.RETAIN })
    // The managed policy AWSLambdaBasicExecutionRole is not used, because it allows writes to every log group.
    const role = new Role(this, 'Role', {
      // The roles of other accounts trust it by its name.
      ...(isElsewhere ? { roleName: homeRoleName(stackName, props.entry) } : {}),
      assumedBy: new ServicePrincipal('lambda.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': account } } }),
    })
    this.entry = props.entry
    this.memorySize = props.memorySize
    this.role = role
    this.functionArn = `arn:${partition}:lambda:${region}:${account}:function:${functionName}`
    this.sessionArn = `arn:${partition}:sts::${account}:assumed-role/${role.roleName}/${functionName}`
    logGroup.grantWrite(role)
    this.function = new NodejsFunction(this, 'Function', {
      entry: join(import.meta.dirname, '..', 'functions', `${props.entry}.ts`),
      functionName,
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memorySize,
      timeout: props.timeout,
      ...(props.reservedConcurrency === undefined ? {} : { reservedConcurrentExecutions: props.reservedConcurrency }),
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      tracing: Tracing.ACTIVE,
      environment: {
        ...props.environment,
        ...(isElsewhere ? { MEMBER_ACCOUNTS: accounts.join(',') } : {}),
        NODE_OPTIONS: '--enable-source-maps=false',
        POWERTOOLS_SERVICE_NAME: 'countersign',
      },
      depsLockFilePath: join(import.meta.dirname, '..', 'package-lock.json'),
      bundling: {
        // In an ES module every import of a built-in module reads all that it exports: that of node:http loads Node's fetch, for 20 ms.
        format: OutputFormat.CJS,
        define: { 'import.meta.dirname': '__dirname' },
        esbuildArgs: {
          '--alias:@aws-sdk/credential-provider-node': ENVIRONMENT_CREDENTIALS,
          '--alias:@aws-sdk/token-providers': NO_TOKENS,
        },
        target: 'node24',
        minify: true,
        // The SDK is bundled: the version that was tested is the version that runs.
        externalModules: [],
        mainFields: ['module', 'main'],
        commandHooks: {
          beforeBundling: () => [],
          beforeInstall: () => [],
          afterBundling: (_, outputDir) => Object.entries(props.files ?? {}).map(([name, path]) => `cp "${path}" "${outputDir}/${name}"`),
        },
      },
    })
    if (isElsewhere)
      this.allow(
        ['sts:AssumeRole'],
        accounts.map((member) => memberRoleArn({ account: member, partition }, stackName, as)),
      )
  }

  /**
   * Allows the function these actions on these resources. The right holds for no other function that is given the role: Lambda adds the ARN of the
   * function to every request that the function makes (`lambda:SourceFunctionArn`).
   */
  allow(actions: readonly string[], resources: readonly string[], conditions: Conditions = {}): void {
    const fromHere = { ...conditions, ArnEquals: { ...conditions.ArnEquals, 'lambda:SourceFunctionArn': this.functionArn } }
    this.function.addToRolePolicy(new PolicyStatement({ actions: [...actions], resources: [...resources], conditions: fromHere }))
  }

  /** Allows actions on the items of a table whose partition key is, or starts with, one of `keys` (`POLICY`, `INCIDENT#*`). */
  allowItems(actions: readonly string[], tableArn: string, keys: readonly string[]): void {
    this.allow(actions, [tableArn], { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...keys] } })
  }

  /** Adds the statements of a role that acts, here or elsewhere. */
  add(statements: readonly Statement[]): void {
    for (const { effect, actions, resources, conditions } of statements)
      if (effect === 'Allow') this.allow(actions, resources, conditions)
      else this.deny(actions, resources)
  }

  /** Denies it every role of every account but that one of the stack in other accounts which it is for. */
  denyOtherRoles(role: MemberRole, isElsewhere: boolean): void {
    const { partition, stackName } = Stack.of(this)
    if (!isElsewhere) return this.deny(['sts:AssumeRole'], ['*'])
    const notResources = [memberRoleArn({ account: '*', partition }, stackName, role)]
    this.function.addToRolePolicy(new PolicyStatement({ effect: Effect.DENY, actions: ['sts:AssumeRole'], notResources }))
  }

  /** Adds an explicit Deny, which applies even if a later policy on the role allows the actions. */
  deny(actions: readonly string[], resources: readonly string[]): void {
    this.function.addToRolePolicy(new PolicyStatement({ effect: Effect.DENY, actions: [...actions], resources: [...resources] }))
  }
}
