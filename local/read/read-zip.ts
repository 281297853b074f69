import { type Entry, fromFd, type ZipFile } from 'yauzl'

/** A file in an archive. */
export interface Member {
  readonly name: string
  readonly chunks: AsyncIterable<Buffer>
}

/** The files of a ZIP archive that is open as `fd`, in the order of its directory. Throws where the archive is damaged. */
export async function* readZip(fd: number): AsyncGenerator<Member> {
  const zip = await new Promise<ZipFile>((resolve, reject) => {
    fromFd(fd, { lazyEntries: true, autoClose: false }, (error, opened) => (error === null ? resolve(opened) : reject(error)))
  })
  for (;;) {
    const entry = await nextEntry(zip)
    if (entry === undefined) return
    if (entry.fileName.endsWith('/')) continue
    yield { name: entry.fileName, chunks: contentOf(zip, entry) }
  }
}

function nextEntry(zip: ZipFile): Promise<Entry | undefined> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      zip.removeAllListeners()
      act()
    }
    zip.once('entry', (entry: Entry) => settle(() => resolve(entry)))
    zip.once('end', () => settle(() => resolve(undefined)))
    zip.once('error', (error: Error) => settle(() => reject(error)))
    zip.readEntry()
  })
}

async function* contentOf(zip: ZipFile, entry: Entry): AsyncGenerator<Buffer> {
  const stream = await new Promise<NodeJS.ReadableStream>((resolve, reject) => {
    zip.openReadStream(entry, (error, opened) => (error === null ? resolve(opened) : reject(error)))
  })
  yield* stream as AsyncIterable<Buffer>
}
