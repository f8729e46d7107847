/** One thread that runs handlers: its start, one call at a time, its end. */
import { Worker } from "node:worker_threads";
import type { HandlerCall, Outcome } from "../../../executor/handler-host.ts";
import type { Logger } from "../../../telemetry/logger.ts";
import type { CallKind, FromThread, ThreadData } from "./messages.ts";
import { callInThread, crashed, type Link } from "./thread-call.ts";

export interface Thread {
  /** Resolves when its handlers are loaded, or when it ended before that. */
  readonly started: Promise<void>;
  /** One call at a time; see `callInThread`. */
  run(call: HandlerCall, kind?: CallKind): Promise<Outcome | "unbegun">;
  /** Resolves when the thread is gone, or does not go. */
  end(): Promise<void>;
  /** Whether it can take another call. */
  isUsable(): boolean;
}

export interface ThreadOptions {
  extension: string;
  /** A handler that needs more is ended, not the gateway. */
  memoryMb: number;
  logger: Logger;
}

/** A thread inside of native code ends when that returns; nobody waits for it longer than this. */
const GONE_MS = 1000;

const CODE = new URL("./handler-thread.ts", import.meta.url);

/** The service's own settings, secrets among them, are none of a handler's business. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("GATEWAY_")));
}

export function startThread({ extension, memoryMb, logger }: ThreadOptions): Thread {
  const workerData: ThreadData = { extension };
  const resourceLimits = { maxOldGenerationSizeMb: memoryMb };
  const worker = new Worker(CODE, { workerData, env: environment(), resourceLimits });
  worker.unref();
  const gone = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  let usable = true;
  let why = "";

  const end = async () => {
    usable = false;
    void worker.terminate();
    await Promise.race([gone.promise, afterMs(GONE_MS)]);
  };
  const link: Link = {
    send: (message) => worker.postMessage(message),
    end,
    why: () => why,
    hear() {},
    lose() {},
  };

  worker.on("message", (message: FromThread) => {
    if (message.kind === "ready") started.resolve();
    else if (message.kind === "stray")
      logger.warn("handler threw after its end", { node: message.node, error: message.error });
    else link.hear(message);
  });
  worker.on("error", (error: NodeJS.ErrnoException) => {
    why = error.code === "ERR_WORKER_OUT_OF_MEMORY" ? `needed more than ${memoryMb} MB` : "could not go on";
    logger.error("handler thread failed", { error });
  });
  worker.on("exit", (code) => {
    usable = false;
    why ||= `ended its thread with ${code}`;
    started.resolve();
    gone.resolve();
    link.lose();
  });

  return {
    started: started.promise,
    end,
    isUsable: () => usable,
    async run(call, kind) {
      await started.promise;
      if (!usable) return crashed(call, why);
      worker.ref();
      const outcome = await callInThread(link, call, kind);
      worker.unref();
      return outcome;
    },
  };
}

function afterMs(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref());
}
