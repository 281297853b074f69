import { statSync } from 'node:fs'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const FOLDERS = ['unit', 'scenarios', 'contract', 'attack', 'property']

/** Unit tests run first and shorter files before longer ones, because a mutant is done with at the first test that fails. */
export class CheapestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files
      .map((file) => ({
        file,
        folder: FOLDERS.findIndex((name) => file.moduleId.includes(`/test/${name}/`)),
        size: statSync(file.moduleId).size,
      }))
      .sort((a, b) => a.folder - b.folder || a.size - b.size)
      .map(({ file }) => file)
  }
}
