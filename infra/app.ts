import { App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { geoDatabases } from '../local/geo-databases.ts'
import { readPolicyFile } from '../local/policy-file.ts'
import { readStackConfig } from '../shared/config.ts'
import { CountersignStack } from './countersign-stack.ts'
import { ForwarderStack } from './forwarder-stack.ts'
import { readHomeBus } from './home-bus.ts'

const app = new App()
const config = readStackConfig(app.node.tryGetContext('countersign'))
const forwarder: unknown = app.node.tryGetContext('forwarder')
if (forwarder === undefined)
  new CountersignStack(app, 'Countersign', {
    geoIp: await geoDatabases(),
    config,
    policy: await readPolicyFile(config.policyFile),
    description: 'Contains compromised credentials, reversibly, inside bounds that people set.',
  })
else
  new ForwarderStack(app, 'Forwarder', {
    home: readHomeBus(forwarder),
    options: config,
    description: 'Sends events to Countersign in another region or account.',
  })
Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
