/** A progress bar that is redrawn in place on a terminal, and not drawn into files and pipes. */
export function progressBar(
  stream: { isTTY?: boolean; write(text: string): unknown },
  label: string,
): (done: number, total: number) => void {
  if (stream.isTTY !== true) return () => {}
  let shown = -1
  return (done, total) => {
    const percent = total === 0 ? 100 : Math.floor((100 * done) / total)
    if (percent === shown) return
    shown = percent
    const filled = Math.round(percent / 4)
    stream.write(`\r${label} ${'█'.repeat(filled)}${'░'.repeat(25 - filled)} ${percent} %${percent === 100 ? '\n' : ''}`)
  }
}
