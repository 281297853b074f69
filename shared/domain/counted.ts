/** A number with its noun in the form that it takes: `1 file`, `2 files`. `many` is the noun for all other numbers than one. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}
