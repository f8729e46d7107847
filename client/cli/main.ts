/** The process of `msb`: its streams, its signals, its exit status. */
import { systemRuntime } from "../src/runtime.ts";
import { EXIT } from "./exit-codes.ts";
import { runMsb } from "./program.ts";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => {
    // Whoever asks twice does not want to wait for a request.
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
  });
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // Of a reader that has seen enough, as `| head` has.
  if (error.code === "EPIPE") process.exit(EXIT.done);
  process.stderr.write(`Standard output cannot be written: ${error.message}.\n`);
  process.exit(EXIT.failed);
});
// Nobody reads what is said beside the work: that ends no work.
process.stderr.on("error", () => {});

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
process.stdout.write("", (error) => {
  // What could not be written before is told behind this, to who listens above.
  if (error) setImmediate(() => process.exit(EXIT.failed));
  else process.exit();
});
