/** Tags of runs that the page makes beside what somebody sends. */

/** All of them have it: lists leave them out by it. */
export const ASIDE = "aside";
export const VOICE_SAMPLE = "voice-sample";
export const FILE_TRIAL = "file-trial";
