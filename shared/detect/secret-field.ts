/** Parts of the names of fields in which callers hand over or get what is to stay secret. */
const SECRET =
  /api-?key|authorization|credential|environment|key-?material|pass(?:code|phrase|wd|word)|plaintext|private-?key|secret|token|user-?data|variables/i

/** How the name ends of a field that only names or describes a secret. */
const NAMES_ONE = /(?:arn|id|name|type)$/i

/** True for a field whose name says that its value may be secret. */
export function isSecretField(field: string): boolean {
  return SECRET.test(field) && !NAMES_ONE.test(field)
}
