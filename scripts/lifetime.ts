/** When a command that keeps processes running has to stop. */

/**
 * Aborts on Ctrl-C, SIGTERM, SIGHUP and when the front door (`run.mjs`) dies. A second Ctrl-C ends this
 * process at once; the services' guards then end what it had started.
 */
export function untilStopped(): AbortSignal {
  const controller = new AbortController();
  const stop = (reason: string): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(reason);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop(signal));
  process.once("disconnect", () => stop("the front door died"));
  process.channel?.unref();
  return controller.signal;
}

/** Settles when the signal aborts. Keeps this process alive until then. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  const alive = setInterval(() => undefined, 60_000);
  return new Promise((resolve) => {
    signal.addEventListener(
      "abort",
      () => {
        clearInterval(alive);
        resolve();
      },
      { once: true },
    );
  });
}
