/** Facts of a resource by their names, such as `State`. Values are JSON; in a list the order does not count. */
export type Facts = Readonly<Record<string, unknown>>

/** A resource of the stack as CloudFormation deployed it. References in its properties are resolved. */
export interface DeployedResource {
  /** Such as `AWS::Events::Rule`. */
  readonly type: string
  /** The physical id: a name, a URL or an id, as the type has it. */
  readonly name: string
  readonly properties: Facts
  /** When CloudFormation last created or updated it (epoch milliseconds). */
  readonly deployedAt: number
}

/** The stack as it was deployed, and its resources as they are. */
export interface Deployment {
  /** `isUnderWay`: CloudFormation is changing the stack at this moment. */
  deployed(): Promise<{ readonly resources: readonly DeployedResource[]; readonly isUnderWay: boolean }>
  /** The facts of a resource now, by the names that `expectedFacts` has; undefined when it is gone. Throws when it cannot be read. */
  live(resource: DeployedResource): Promise<Facts | undefined>
}
