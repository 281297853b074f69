import { flag, jsonOf } from '../../domain/parameters.ts'
import type { Detector } from '../detector.ts'

/** True for ports of remote shells, desktops and databases, and for all ports. Ports of web servers are usually open to everybody. */
function opensSensitivePort(json: string): boolean {
  return (
    /"fromPort":"?(22|23|135|445|1433|1521|3306|3389|5432|5900|5985|6379|9200|11211|27017|0|-1)\b/.test(json) ||
    /"ipProtocol":"-1"/.test(json)
  )
}

export const networkOpened: Detector = {
  id: 'network-opened',
  title: 'Network or database opened to the internet',
  weight: 0.57,
  group: 'evasion',
  attack: 'T1686.001',
  runbook: 'Remove the rule or the public address, then look in the flow logs for connections while it was open.',
  readsRequest: 'rights',
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
    if (flag(signal.request, 'publiclyAccessible') === true) return { reason: `${signal.action} with a public address` }
    const json = jsonOf(signal.request)
    if (!/[0-9a-f:.]\/0"/.test(json)) return undefined
    if (signal.action === 'ec2:AuthorizeSecurityGroupIngress' && !opensSensitivePort(json)) return undefined
    if (/"egress":true|"ruleAction":"deny"/.test(json)) return undefined
    return { reason: `${signal.action} for any address` }
  },
}
