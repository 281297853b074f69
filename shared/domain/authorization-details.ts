import * as z from 'zod'

/** A policy document: an object, as the AWS CLI prints it, or URL-encoded JSON, as the API returns it. */
export const PolicyDocument = z.union([z.string(), z.looseObject({})])
export type PolicyDocument = z.infer<typeof PolicyDocument>

const InlinePolicy = z.looseObject({ PolicyName: z.string(), PolicyDocument })
const AttachedPolicy = z.looseObject({ PolicyName: z.string(), PolicyArn: z.string() })
const Tag = z.looseObject({ Key: z.string(), Value: z.string() })

const Boundary = z.looseObject({ PermissionsBoundaryArn: z.string() })

const User = z.looseObject({
  UserName: z.string(),
  UserId: z.string().optional(),
  Arn: z.string(),
  Path: z.string().default('/'),
  CreateDate: z.string().optional(),
  UserPolicyList: z.array(InlinePolicy).default([]),
  AttachedManagedPolicies: z.array(AttachedPolicy).default([]),
  GroupList: z.array(z.string()).default([]),
  PermissionsBoundary: Boundary.optional(),
  Tags: z.array(Tag).default([]),
})

const Group = z.looseObject({
  GroupName: z.string(),
  Arn: z.string(),
  GroupPolicyList: z.array(InlinePolicy).default([]),
  AttachedManagedPolicies: z.array(AttachedPolicy).default([]),
})

const Role = z.looseObject({
  RoleName: z.string(),
  RoleId: z.string().optional(),
  Arn: z.string(),
  Path: z.string().default('/'),
  CreateDate: z.string().optional(),
  AssumeRolePolicyDocument: PolicyDocument.optional(),
  RolePolicyList: z.array(InlinePolicy).default([]),
  AttachedManagedPolicies: z.array(AttachedPolicy).default([]),
  PermissionsBoundary: Boundary.optional(),
  Tags: z.array(Tag).default([]),
})

const ManagedPolicy = z.looseObject({
  PolicyName: z.string(),
  Arn: z.string(),
  PolicyVersionList: z
    .array(z.looseObject({ VersionId: z.string(), IsDefaultVersion: z.boolean(), Document: PolicyDocument.optional() }))
    .default([]),
})

const AccessKeyEntry = z.looseObject({
  UserName: z.string(),
  AccessKeyId: z.string(),
  Status: z.enum(['Active', 'Inactive', 'Expired']),
  CreateDate: z.string().optional(),
  /** `LastUsedDate` of `aws iam get-access-key-last-used`. */
  LastUsedDate: z.string().optional(),
})

/** A service-specific credential, SSH key or signing certificate: credentials other than access keys that IAM can deactivate. */
const SwitchableCredential = z.looseObject({
  UserName: z.string(),
  Kind: z.enum(['service-specific-credential', 'ssh-public-key', 'signing-certificate']),
  Id: z.string(),
  Status: z.enum(['Active', 'Inactive', 'Expired']),
})

/**
 * An account snapshot: the output of `aws iam get-account-authorization-details`, with three lists that it lacks.
 *
 * `AccessKeys` holds the `AccessKeyMetadata` of `aws iam list-access-keys` for all users; the others are `LoginProfiles` and
 * `SwitchableCredentials`.
 */
export const AuthorizationDetails = z.looseObject({
  UserDetailList: z.array(User).default([]),
  GroupDetailList: z.array(Group).default([]),
  RoleDetailList: z.array(Role).default([]),
  Policies: z.array(ManagedPolicy).default([]),
  AccessKeys: z.array(AccessKeyEntry).default([]),
  LoginProfiles: z.array(z.looseObject({ UserName: z.string() })).default([]),
  SwitchableCredentials: z.array(SwitchableCredential).default([]),
})
export type AuthorizationDetails = z.infer<typeof AuthorizationDetails>
