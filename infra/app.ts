import { App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { geoDatabases } from '../local/geo-databases.ts'
import { readPolicyFile } from '../local/policy-file.ts'
import { readStackConfig } from '../shared/config.ts'
import { CountersignStack } from './countersign-stack.ts'

const app = new App()
const config = readStackConfig(app.node.tryGetContext('countersign'))
const policy = await readPolicyFile(config.policyFile)
new CountersignStack(app, 'Countersign', {
  geoIp: await geoDatabases(),

  config,
  policy,
  description: 'Contains compromised credentials, reversibly, inside bounds that people set.',
})
Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
