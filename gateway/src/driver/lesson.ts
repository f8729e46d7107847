/** What commits that were refused teach the next thought of their drive. */
export interface Lesson {
  /** An executor has begun after all. */
  begun: boolean;
  /** Somebody has asked for the run's end meanwhile. */
  canceling: boolean;
  /** The stream of this pool takes nothing any more. */
  brokenPool: string | null;
  /** Ids that an executor gave to new artifacts although they are others'. */
  taken: ReadonlySet<string>;
}

export const NOTHING_LEARNED: Lesson = { begun: false, canceling: false, brokenPool: null, taken: new Set() };

/** What a refusal teaches the next thought; null when this drive has lost the run. */
export function learn(lesson: Lesson, why: string, detail: string): Lesson | null {
  if (why === "begun") return { ...lesson, begun: true };
  if (why === "canceling") return { ...lesson, canceling: true };
  if (why === "pool") return { ...lesson, brokenPool: detail };
  if (why === "artifact") return { ...lesson, taken: new Set([...lesson.taken, ...detail.split(" ")]) };
  return null;
}
