import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Duration } from 'aws-cdk-lib'
import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import { Trigger } from 'aws-cdk-lib/triggers'
import { Construct } from 'constructs'
import type { StackConfig } from '../shared/config.ts'
import type { Policy } from '../shared/domain/policy.ts'
import { acknowledgeWildcards } from './acknowledge-wildcards.ts'
import { ResponderFunction } from './responder-function.ts'

export interface SeedFunctionProps {
  readonly table: Table
  readonly policy: Policy
  readonly config: StackConfig
}

/** Puts the deployed policy in force where there is none yet. Every deploy runs it. */
export class SeedFunction extends Construct {
  readonly responder: ResponderFunction

  constructor(scope: Construct, id: string, { table, policy, config }: SeedFunctionProps) {
    super(scope, id)
    const file = join(mkdtempSync(join(tmpdir(), 'countersign-')), 'policy.json')
    writeFileSync(file, JSON.stringify(policy))
    const responder = new ResponderFunction(this, 'Responder', {
      entry: 'seed',
      description: 'Puts the first policy in force',
      environment: { TABLE_NAME: table.tableName },
      logRetentionDays: config.logRetentionDays,
      memorySize: 256,
      timeout: Duration.seconds(30),
      files: { 'policy.json': file },
    })
    responder.allowItems(['dynamodb:PutItem', 'dynamodb:Query'], table.tableArn, ['POLICY'])
    new Trigger(this, 'Trigger', { handler: responder.function, executeAfter: [table] })
    acknowledgeWildcards(this, { 'Resource::*': 'X-Ray takes no resource; there is no other wildcard.' })
    this.responder = responder
  }
}
