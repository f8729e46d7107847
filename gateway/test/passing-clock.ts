/** A clock of which a test can let time pass: what falls due by that is done at once. */
import { systemClock, type Clock } from "../src/clock.ts";

export interface PassingClock extends Clock {
  pass(ms: number): void;
}

/** Goes on by itself, too, so that nothing stands still of which a test does not know. */
export function createPassingClock(): PassingClock {
  let passed = 0;
  const waiting = new Set<{ due: number; fire: () => void }>();
  const elapsed = (): number => systemClock.elapsed() + passed;
  const after: Clock["after"] = (ms, work) => {
    const callOff = () => {
      stop();
      waiting.delete(one);
    };
    const fire = () => {
      callOff();
      work();
    };
    const one = { due: elapsed() + ms, fire };
    const stop = systemClock.after(ms, fire);
    waiting.add(one);
    return callOff;
  };
  return {
    now: () => systemClock.now() + passed,
    elapsed,
    after,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const done = () => {
          callOff();
          resolve();
        };
        const callOff = after(ms, done);
        signal?.addEventListener("abort", done, { once: true });
      }),
    pass(ms) {
      passed += ms;
      for (const { due, fire } of [...waiting]) if (due <= elapsed()) fire();
    },
  };
}
