import { Readable } from 'node:stream'
import zlib from 'node:zlib'

/** Frames may ask for a window of 128 MB at most, as the zstd command allows by itself. */
const WINDOW_LOG_MAX = 27

/** Expands zstd, also with several frames. Node has it from 22.15 on. */
export async function* expandZstd(source: AsyncIterable<Buffer>, onDamage: (reason: string) => void): AsyncGenerator<Buffer> {
  if (typeof zlib.createZstdDecompress !== 'function') {
    onDamage('it is compressed with zstd, which needs Node 22.15 or newer; expand it first, with `zstd -d`')
    return
  }
  const expander = zlib.createZstdDecompress({ params: { [zlib.constants.ZSTD_d_windowLogMax]: WINDOW_LOG_MAX } })
  const input = Readable.from(source, { objectMode: false })
  input.on('error', (error) => expander.destroy(error))
  try {
    yield* input.pipe(expander) as AsyncIterable<Buffer>
  } catch (error) {
    if ((error as Error).name === 'TooLarge') throw error
    const { code } = error as NodeJS.ErrnoException
    onDamage(code === 'Z_BUF_ERROR' ? 'the zstd data ends too early' : `the zstd data is damaged (${code ?? 'unknown error'})`)
  } finally {
    input.destroy()
  }
}
