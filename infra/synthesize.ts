import { type App, BootstraplessSynthesizer, type IStackSynthesizer, Validations } from 'aws-cdk-lib'
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
import { readOfSetting } from './read-of-setting.ts'
import { requireKnownContext } from './require-known-context.ts'
import { rulesFile } from './rules-file.ts'

/** Synthesises the stack that the context asks for: the responder, a forwarder or a member stack. Throws `ResponderError` where a setting is refused. */
export async function synthesize(app: App, complain: (line: string) => void): Promise<void> {
  requireKnownContext(app.node.getAllContext())
  const config = readStackConfig(app.node.tryGetContext('countersign'))
  const policy = await readOfSetting('policyFile', config.policyFile, readPolicyFile)
  const packed =
    config.rulesFolder === undefined
      ? undefined
      : await readOfSetting('rulesFolder', config.rulesFolder, (folder) => packRules(folder, complain, policy))
  const forwarder: unknown = app.node.tryGetContext('forwarder')
  const home = readHome(app.node.tryGetContext('member'), app.node.tryGetContext('home'))
  if (home !== undefined)
    new MemberStack(app, 'CountersignMember', {
      home,
      policy,
      analyticsReporting: false,
      // It has no assets: neither `cdk bootstrap` nor a bucket is needed, and StackSets takes the template as it is.
      synthesizer: new BootstraplessSynthesizer() as IStackSynthesizer,
      description: `Lets Countersign in account ${home.account} act in this one, by roles that nobody else may assume.`,
    })
  else if (forwarder === undefined)
    new CountersignStack(app, 'Countersign', {
      geoIp: await geoDatabases(),
      config,
      policy,
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
  // Here and not when the process ends, so that what a construct refuses at synthesis is told like every other refusal.
  app.synth()
}
