/** A part of a grammar that makes a text. `pick` answers a whole number from 0 to its argument. */
type Make = (pick: (most: number) => number) => string

/** Reads a grammar of the part of GBNF that `schemaGrammar` writes, and makes texts of its language, each by a source of numbers. */
export function sampleGrammar(grammar: string): Make {
  const rules = new Map<string, Make>()
  for (const line of grammar.trim().split('\n')) {
    const [name = '', body = ''] = line.split(/ ::= (.*)/s)
    rules.set(name, new Reader(body, (rule) => rules.get(rule) as Make).alternatives())
  }
  return rules.get('root') as Make
}

const TOKEN = /\s*("(?:[^"\\]|\\.)*"|\[(?:[^\]\\]|\\.)*\]|[a-z]+|\{\d+(?:,\d*)?\}|[()|?*+])/y

class Reader {
  readonly #tokens: string[]
  readonly #ruleOf: (name: string) => Make
  #at = 0

  constructor(body: string, ruleOf: (name: string) => Make) {
    this.#ruleOf = ruleOf
    this.#tokens = tokensOf(body)
  }

  alternatives(): Make {
    const ways = [this.#sequence()]
    while (this.#tokens[this.#at] === '|') {
      this.#at += 1
      ways.push(this.#sequence())
    }
    return (pick) => (ways[pick(ways.length - 1)] as Make)(pick)
  }

  #sequence(): Make {
    const parts: Make[] = []
    for (let token = this.#tokens[this.#at]; token !== undefined && token !== '|' && token !== ')'; token = this.#tokens[this.#at])
      parts.push(this.#counted(this.#part(token)))
    return (pick) => parts.map((part) => part(pick)).join('')
  }

  #part(token: string): Make {
    this.#at += 1
    if (token === '(') {
      const inner = this.alternatives()
      this.#at += 1
      return inner
    }
    if (token.startsWith('"')) return () => JSON.parse(token) as string
    if (token.startsWith('[')) return characterOf(token)
    return (pick) => this.#ruleOf(token)(pick)
  }

  #counted(part: Make): Make {
    const count = this.#tokens[this.#at] ?? ''
    const [, least = '', , most = least] = count.match(/^\{(\d+)(,(\d*))?\}$/) ?? []
    const bounds = { '?': [0, 1], '*': [0, 4], '+': [1, 5] }[count] ?? (least === '' ? undefined : [Number(least), Number(most)])
    if (bounds === undefined) return part
    this.#at += 1
    const [from = 0, to = 0] = bounds
    return (pick) => Array.from({ length: from + pick(to - from) }, () => part(pick)).join('')
  }
}

function tokensOf(body: string): string[] {
  const tokens: string[] = []
  for (let at = 0; at < body.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at
    const token = TOKEN.exec(body)?.[1]
    if (token === undefined) throw new Error(`no part of a grammar: ${body.slice(at)}`)
    tokens.push(token)
  }
  return tokens
}

/** Every character below U+0250, and some above, that a class has. */
function characterOf(token: string): Make {
  const unicode = token.replaceAll(/\\U([0-9A-F]{8})/g, (_, hex: string) => `\\u{${hex.replace(/^0+(?=.)/, '')}}`)
  const fits = new RegExp(`^${unicode}$`, 'u')
  const characters = [...Array(0x250).keys(), 0x20ac, 0xffff, 0x1f600]
    .map((code) => String.fromCodePoint(code))
    .filter((one) => fits.test(one))
  return (pick) => characters[pick(characters.length - 1)] as string
}
