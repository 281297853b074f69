/** That the verdicts on drills are in no share, and how many they are. */
export function drillsLeftOut(drills: number): string {
  return `The ${drills === 1 ? 'verdict on 1 drill is' : `verdicts on ${drills} drills are`} left out, because a drill says nothing of how right decisions are`
}
