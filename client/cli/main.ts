/** The process of `msb`: its streams, its signals, its exit status. */
import { systemRuntime } from "../src/runtime.ts";
import { runMsb } from "./program.ts";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => {
    // Whoever asks twice does not want to wait for a request.
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
  });
// Of a reader that has seen enough, as `| head` has.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

process.exitCode = await runMsb(process.argv.slice(2), {
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  runtime: systemRuntime,
  signal: stop.signal,
  now: () => Date.now(),
});
// A connection that is kept alive would keep this process for seconds.
process.stdout.write("", () => process.exit());
