/** Ports of remote shells, desktops and databases; or all ports. Web servers are open to everybody as a rule. */
function opensDelicatePort(words: string): boolean {
  return (
    /"fromPort":(22|23|135|445|1433|1521|3306|3389|5432|5900|5985|6379|9200|11211|27017|0|-1)\b/.test(words) ||
    /"ipProtocol":"-1"/.test(words)
  )
}

import type { Detector } from '../detector.ts'

export const networkOpened: Detector = {
  id: 'network-opened',
  title: 'Network or database opened to the internet',
  weight: 0.57,
  group: 'evasion',
  attack: 'T1686.001',
  runbook: 'Close the rule, then look for connections while it was open.',
  actions: [
    'ec2:AuthorizeSecurityGroupIngress',
    'ec2:CreateNetworkAclEntry',
    'ec2:ReplaceNetworkAclEntry',
    'rds:AuthorizeDBSecurityGroupIngress',
    'rds:ModifyDBInstance',
    'rds:RestoreDBInstanceFromDBSnapshot',
    'rds:RestoreDBInstanceToPointInTime',
    'redshift:ModifyCluster',
    'redshift:RestoreFromClusterSnapshot',
  ],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    if (signal.request.publiclyAccessible === true) return { reason: `${signal.action} with an address that the internet reaches` }
    const words = JSON.stringify(signal.request)
    if (!/[0-9a-f:.]\/0"/.test(words)) return undefined
    if (signal.action === 'ec2:AuthorizeSecurityGroupIngress' && !opensDelicatePort(words)) return undefined
    if (/"egress":true|"ruleAction":"deny"/.test(words)) return undefined
    return { reason: `${signal.action} for any address` }
  },
}
