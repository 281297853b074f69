/**
 * A list for the environment of a function, in which what all members begin with stands once: `arn:aws:iam::123456789012:role/{a,b}`. Lambda takes
 * 4 KB of environment in all, and refuses the deployment otherwise. `shared/environment.ts` reads it.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export function listed(prefix: string, names: readonly string[]): string {
  return `${prefix}{${names.join(',')}}`
}
