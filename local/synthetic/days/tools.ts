import type { Random } from '../random.ts'

const version = (random: Random, major: number, most: number) => `${major}.${random.whole(2, most)}.${random.whole(0, 30)}`

/** User agents of real tools, of a version that is drawn. */
const AGENTS = {
  cliOnMac: (random) =>
    `aws-cli/${version(random, 2, 31)} md/awscrt#0.2${random.whole(3, 7)}.${random.whole(0, 9)} ua/2.1 os/macos#24.${random.whole(1, 6)}.0 md/arch#arm64 lang/python#3.13.${random.whole(2, 7)} md/pyimpl#CPython m/E,b,Z cfg/retry-mode#standard md/installer#exe md/prompt#off`,
  cliOnLinux: (random) =>
    `aws-cli/${version(random, 2, 31)} md/awscrt#0.26.1 ua/2.1 os/linux#6.${random.whole(1, 12)}.0 md/arch#x86_64 lang/python#3.13.4 md/pyimpl#CPython m/E,G cfg/retry-mode#standard md/installer#exe md/distrib#ubuntu.24 md/prompt#off`,
  cliOnWindows: (random) =>
    `aws-cli/${version(random, 2, 31)} md/awscrt#0.26.1 ua/2.1 os/windows#11 md/arch#amd64 lang/python#3.13.4 md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe md/prompt#off`,
  boto: (random) => {
    const number = `1.${random.whole(34, 40)}.${random.whole(0, 90)}`
    return `Boto3/${number} md/Botocore#${number} ua/2.1 os/linux#5.15.0 md/arch#x86_64 lang/python#3.12.${random.whole(1, 9)} md/pyimpl#CPython m/Z,b cfg/retry-mode#legacy Botocore/${number}`
  },
  oldBoto: (random) =>
    `Boto3/1.${random.whole(17, 24)}.${random.whole(0, 90)} Python/3.8.10 Linux/5.4.0 Botocore/1.${random.whole(20, 27)}.12`,
  ansible: (random) =>
    `Boto3/1.35.${random.whole(0, 99)} md/Botocore#1.35.40 ua/2.0 os/linux#6.8.0 md/arch#x86_64 lang/python#3.12.3 md/pyimpl#CPython cfg/retry-mode#standard Botocore/1.35.40 Ansible/2.1${random.whole(6, 8)}.${random.whole(0, 6)}`,
  sam: (random) =>
    `Boto3/1.38.${random.whole(0, 40)} md/Botocore#1.38.40 ua/2.1 os/linux#6.11.0 md/arch#x86_64 lang/python#3.11.11 md/pyimpl#CPython cfg/retry-mode#legacy Botocore/1.38.40 aws-sam-cli/1.1${random.whole(30, 42)}.0`,
  serverless: (random) => `aws-sdk-nodejs/2.1692.0 linux/v20.${random.whole(9, 19)}.0 exec-env/serverless-framework promise`,
  pulumi: (random) =>
    `APN/1.0 Pulumi/1.0 PulumiAWS/7.${random.whole(0, 9)}.0 (+https://www.pulumi.com) aws-sdk-go-v2/1.36.${random.whole(0, 9)} ua/2.1 os/linux lang/go#1.24.4 md/GOOS#linux md/GOARCH#amd64`,
  packer: (random) =>
    `aws-sdk-go/1.44.114 (go1.22.${random.whole(1, 9)}; linux; amd64) APN/1.0 HashiCorp/1.0 Packer/1.1${random.whole(1, 4)}.0`,
  scout: (random) => `Scout Suite/5.14.0 Boto3/1.34.${random.whole(10, 99)} Python/3.11.9 Linux/6.5.0`,
  steampipe: (random) =>
    `aws-sdk-go-v2/1.30.${random.whole(1, 5)} ua/2.1 os/linux lang/go#1.22.6 md/GOOS#linux md/GOARCH#amd64 steampipe-plugin-aws`,
  nodeSdk: (random) =>
    `aws-sdk-js/3.${random.whole(700, 860)}.0 ua/2.1 os/linux#5.10.236 lang/js md/nodejs#22.${random.whole(3, 16)}.0 api/secrets-manager#3.700.0 exec-env/AWS_Lambda_nodejs22.x`,
  lambdaBoto: (random) =>
    `Boto3/1.40.${random.whole(0, 9)} md/Botocore#1.40.4 ua/2.1 os/linux#5.10.240 md/arch#arm64 lang/python#3.13.5 md/pyimpl#CPython exec-env/AWS_Lambda_python3.13 cfg/retry-mode#legacy Botocore/1.40.4`,
  goSdk: (random) =>
    `aws-sdk-go-v2/1.36.${random.whole(0, 9)} ua/2.1 os/linux lang/go#1.24.${random.whole(0, 5)} md/GOOS#linux md/GOARCH#arm64`,
  externalSecrets: (random) => `aws-sdk-go/1.55.${random.whole(3, 8)} (go1.23.${random.whole(1, 6)}; linux; amd64) external-secrets`,
  autoscaler: (random) => `aws-sdk-go/1.48.7 (go1.23.${random.whole(1, 9)}; linux; amd64) cluster-autoscaler/v1.${random.whole(30, 33)}.2`,
  java: (random) =>
    `aws-sdk-java/2.${random.whole(25, 32)}.${random.whole(0, 40)} md/io#sync md/http#Apache ua/2.1 os/Linux#6.1.140 lang/java#21.0.7 md/OpenJDK_64-Bit_Server_VM`,
  ssmAgent: (random) => `aws-sdk-go/1.55.5 (go1.23.${random.whole(1, 9)}; linux; amd64) amazon-ssm-agent/3.3.${random.whole(1400, 2700)}.0`,
  trufflehog: () => 'TruffleHog',
  chrome: (random) =>
    `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/13${random.whole(2, 9)}.0.0.0 Safari/537.36`,
  firefox: (random) =>
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:1${random.whole(30, 42)}.0) Gecko/20100101 Firefox/1${random.whole(30, 42)}.0`,
  s3Browser: (random) => `S3 Browser/12.${random.whole(1, 5)}.7 (https://s3browser.com)`,
} satisfies Record<string, (random: Random) => string>

export type Tool = keyof typeof AGENTS

/** The user agent of a tool, of one version: who keeps a tool keeps the text. */
export function agentOf(random: Random, tool: Tool): string {
  return (AGENTS[tool] as (random: Random) => string)(random)
}
