/** The most memory that this process had so far, megabytes of 1,000,000 bytes, as the system counts it. */
export function peakRssMb(): number {
  return Math.round((process.resourceUsage().maxRSS * 1024) / 1e6)
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Throws where what a proof says is not so. */
export function holds(isSo: boolean, otherwise: string): void {
  if (!isSo) throw new Error(otherwise)
}
