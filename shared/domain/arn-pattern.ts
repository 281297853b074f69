/** One place of a shape: what may stand there, and whether any number of it may. */
interface Place {
  readonly allows: (sign: string) => boolean
  readonly isRun: boolean
}

/**
 * The ARNs by which identities go: `~` is the rest of a partition's name, `#` a digit, `*` any text, `?` the last character of a name, which none ends without.
 * A session goes by the ARN of its role.
 */
const IDENTITY_ARNS = [
  'arn:aws~:iam::############:user/*?',
  'arn:aws~:iam::############:role/*?',
  'arn:aws~:iam::############:root',
  'arn:aws~:sts::############:federated-user/*?',
]
const SHAPES = IDENTITY_ARNS.map((shape) => [...shape].map(placeOf))

function placeOf(place: string): Place {
  if (place === '~') return { allows: (sign) => /^[a-z0-9-]$/.test(sign), isRun: true }
  if (place === '*') return { allows: () => true, isRun: true }
  if (place === '?') return { allows: (sign) => sign !== '/', isRun: false }
  if (place === '#') return { allows: (sign) => /^\d$/.test(sign), isRun: false }
  return { allows: (sign) => sign === place, isRun: false }
}

/** True where some identity has an ARN that the pattern matches, in which `*` is any text. */
export function canMatchIdentity(pattern: string): boolean {
  const signs = [...pattern.replace(/\*+/g, '*')]
  return SHAPES.some((shape) => canMeet(signs, shape))
}

/** True where a text fits both the pattern and the shape. Runs in the product of both lengths. */
function canMeet(signs: readonly string[], shape: readonly Place[]): boolean {
  // The places of the shape to which the signs so far may lead.
  let reached = withEmptyRuns(new Set([0]), shape)
  for (const sign of signs) {
    const next = new Set<number>()
    for (const at of reached) {
      const place = shape[at]
      if (sign === '*') for (let to = at; to <= shape.length; to += 1) next.add(to)
      else if (place?.allows(sign)) next.add(place.isRun ? at : at + 1)
    }
    reached = withEmptyRuns(next, shape)
  }
  return reached.has(shape.length)
}

/** A run may be empty, so what leads to it leads past it as well. */
function withEmptyRuns(reached: Set<number>, shape: readonly Place[]): Set<number> {
  // A set is walked with what is added meanwhile.
  for (const at of reached) if (shape[at]?.isRun === true) reached.add(at + 1)
  return reached
}
