import { plainText } from '../../shared/domain/story/said.ts'
import { type StoryInput, storyOf } from '../../shared/domain/story/story.ts'

/** What happened, a sentence a line. `explain` prints the same with the facts that they rest on. */
export function renderStory(known: StoryInput): string[] {
  return storyOf(known).sentences.map(({ parts }) => `  ${plainText(parts)}`)
}
