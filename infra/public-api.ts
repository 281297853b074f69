import { RemovalPolicy, Validations } from 'aws-cdk-lib'
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway'
import { type CfnStage, HttpApi, HttpMethod, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'

/**
 * Requests a second by each route. People press a few buttons a second at most, and a party sends a report now and then; with this limit a flood of forged
 * requests costs little, and takes nothing from another route.
 */
const THROTTLE = { rateLimit: 10, burstLimit: 20 }

/** The fields of the access log: no address, no header, no body. */
const ACCESS_LOG = JSON.stringify({
  requestId: '$context.requestId',
  time: '$context.requestTimeEpoch',
  route: '$context.routeKey',
  status: '$context.status',
  bytes: '$context.responseLength',
  ms: '$context.responseLatency',
})

export interface PublicApiProps {
  readonly description: string
  /** Paths that take POST. */
  readonly paths: readonly string[]
  readonly handler: LambdaFunction
  readonly logRetentionDays: RetentionDays
  /** Why AWS does not say who calls. */
  readonly unauthorised: string
}

/**
 * An HTTP API that anybody on the internet can call, with one function behind it that proves who called. Its constructs are children of `scope`: an id that
 * changes would give the API another address.
 */
export function publicApi(scope: Construct, { description, paths, handler, logRetentionDays, unauthorised }: PublicApiProps): HttpApi {
  const api = new HttpApi(scope, 'Api', { description, createDefaultStage: false })
  const integration = new HttpLambdaIntegration('Integration', handler)
  const routes = paths.flatMap((path) => api.addRoutes({ path, methods: [HttpMethod.POST], integration }))
  for (const route of routes) Validations.of(route).acknowledge({ id: 'AwsSolutions-APIG4', reason: unauthorised })
  const logs = new LogGroup(scope, 'Requests', { retention: logRetentionDays, removalPolicy: RemovalPolicy.RETAIN })
  const stage = new HttpStage(scope, 'Stage', {
    httpApi: api,
    stageName: '$default',
    autoDeploy: true,
    throttle: THROTTLE,
    accessLogSettings: { destination: new LogGroupLogDestination(logs), format: AccessLogFormat.custom(ACCESS_LOG) },
  })
  if (paths.length > 1) {
    // By name, so that a flood by one route takes nothing from the others, whatever counts for the stage.
    const settings = { ThrottlingRateLimit: THROTTLE.rateLimit, ThrottlingBurstLimit: THROTTLE.burstLimit }
    ;(stage.node.defaultChild as CfnStage).routeSettings = Object.fromEntries(paths.map((path) => [`POST ${path}`, settings]))
    stage.node.addDependency(...routes)
  }
  return api
}
