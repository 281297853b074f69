import { App, BootstraplessSynthesizer, type IStackSynthesizer, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { geoDatabases } from '../local/geo-databases.ts'
import { readPolicyFile } from '../local/policy-file.ts'
import { packRules } from '../local/rules/pack-rules.ts'
import { readHome, readStackConfig } from '../shared/config.ts'
import { actionsOfRules } from '../shared/detect/rules/rule-actions.ts'
import { CountersignStack } from './countersign-stack.ts'
import { ForwarderStack } from './forwarder-stack.ts'
import { readHomeBus } from './home-bus.ts'
import { MemberStack } from './member-stack.ts'
import { rulesFile } from './rules-file.ts'

const app = new App()
const config = readStackConfig(app.node.tryGetContext('countersign'))
const packed =
  config.rulesFolder === undefined ? undefined : packRules(config.rulesFolder, (line) => void process.stderr.write(`${line}\n`))
const forwarder: unknown = app.node.tryGetContext('forwarder')
const home = readHome(app.node.tryGetContext('member'), app.node.tryGetContext('home'))
if (home !== undefined)
  new MemberStack(app, 'CountersignMember', {
    home,
    policy: await readPolicyFile(config.policyFile),
    analyticsReporting: false,
    // It has no assets: neither `cdk bootstrap` nor a bucket is needed, and StackSets takes the template as it is.
    synthesizer: new BootstraplessSynthesizer() as IStackSynthesizer,
    description: `Lets Countersign in account ${home.account} act in this one, by roles that nobody else may assume.`,
  })
else if (forwarder === undefined)
  new CountersignStack(app, 'Countersign', {
    geoIp: await geoDatabases(),
    config,
    policy: await readPolicyFile(config.policyFile),
    rules: packed && rulesFile(packed),
    description: 'Contains compromised credentials, reversibly, inside bounds that people set.',
  })
else
  new ForwarderStack(app, 'Forwarder', {
    home: readHomeBus(forwarder),
    options: { readOnlyEvents: config.readOnlyEvents, includeRoleSessions: config.includeRoleSessions },
    ruleActions: packed === undefined ? [] : actionsOfRules(packed.rules),
    description: 'Sends events to Countersign in another region or account.',
  })
Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
