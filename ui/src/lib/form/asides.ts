/** Tags of runs that the page makes beside what somebody sends: nobody looks for them in a list. */

export const VOICE_SAMPLE = "voice-sample";
export const FILE_TRIAL = "file-trial";

export function isAside({ tags }: { tags: readonly string[] }): boolean {
  return tags.includes(VOICE_SAMPLE) || tags.includes(FILE_TRIAL);
}
