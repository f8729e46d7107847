/** Repeats a step whose reply may be lost, for as long as that makes sense. */

const CONNECTION_ERRORS =
  /ECONN|ETIMEDOUT|EPIPE|Connection is closed|Command timed out|max retries|Socket closed|LOADING|enableOfflineQueue/i;

/** Whether an error says that Redis could not be reached, not that it refused. */
function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    error.name === "MaxRetriesPerRequestError" ||
    CONNECTION_ERRORS.test(`${(error as { code?: string }).code ?? ""} ${error.message}`)
  );
}

/**
 * Calls `step` again with the same arguments while Redis is away, at most for `ms`. Steps are safe to run twice.
 * @throws the last error
 */
export async function withPatience<T>(ms: number, step: () => Promise<T>): Promise<T> {
  const until = performance.now() + ms;
  for (let pause = 50; ; pause = Math.min(pause * 2, 1000)) {
    try {
      return await step();
    } catch (error) {
      if (!isConnectionError(error) || performance.now() + pause > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}
