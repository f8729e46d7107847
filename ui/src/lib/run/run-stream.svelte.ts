/** Follows one run for a page: one stream, resumed by number, published once per picture of the screen. */
import { isLast, isTerminal } from "@myspinbot/client/frames.ts";
import type { Frame } from "@myspinbot/client/frames.ts";
import { systemRuntime } from "@myspinbot/client/runtime.ts";
import type { Event, Run } from "@myspinbot/contracts/types.ts";
import { untrack } from "svelte";
import { client } from "#lib/api/client.ts";
import { type Fault, faultOf } from "#lib/api/faults.ts";
import { fold, recall } from "./fold.ts";
import { missingPreviews } from "./previews.ts";
import type { RunView } from "./run-view.ts";

/** So many frames are folded before the screen is waited for. */
const BURST = 500;
const FIRST_MS = 500;
const MOST_MS = 15_000;
/** A page that nobody sees gives its connection back: a browser has six for one gateway. */
const HIDDEN_MS = 20_000;
const HIDDEN_POLL_MS = 15_000;

export class RunStream {
  /** Read by components, changed by nobody. */
  view = $state.raw<RunView | undefined>();
  state = $state<"connecting" | "live" | "away" | "ended" | "refused">("connecting");
  fault = $state.raw<Fault | undefined>();
  /** The run as it was last while nobody looked. */
  glimpse = $state.raw<Run | undefined>();

  /** Nodes that waited for somebody when this page was opened: what comes later does not take the focus away. */
  waitedAtFirst: readonly string[] | undefined;

  readonly runId: string;
  #kept: RunView | undefined;
  #stop = new AbortController();
  #frame = 0;
  #waiting = 0;

  constructor(runId: string) {
    this.runId = runId;
  }

  /** @returns what stops it */
  start(): () => void {
    // Else an effect that starts it would start it anew whenever something of it changes.
    untrack(() => void this.#follow());
    return () => this.#stop.abort();
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stop;
    for (let failures = 0; !signal.aborted && !this.#isOver();) {
      await this.#untilSeen();
      const before = this.#kept?.seq ?? -1;
      try {
        await this.#connect();
      } catch (error) {
        if (signal.aborted) return;
        const fault = faultOf(error);
        this.fault = fault;
        if (!fault.retryable && fault.status !== 0) return void (this.state = "refused");
        this.state = "away";
      }
      this.#publish();
      failures = (this.#kept?.seq ?? -1) > before ? 0 : failures + 1;
      if (!this.#isOver()) await this.#pause(Math.min(MOST_MS, FIRST_MS * 2 ** failures));
    }
    if (!signal.aborted) this.state = "ended";
  }

  async #connect(): Promise<void> {
    const hidden = new AbortController();
    const stop = AbortSignal.any([this.#stop.signal, hidden.signal]);
    const leave = whenHiddenFor(HIDDEN_MS, () => hidden.abort());
    const after = this.#kept === undefined ? {} : { after: this.#kept.seq };
    const options = { ...after, signal: stop, onConnect: () => this.#hear() };
    try {
      for await (const frame of client.runs.follow(this.runId, options)) this.#take(frame);
      // The log may be shorter than the run: its last state is asked for.
      if (!this.#isOver()) this.#take(await this.#snapshot());
    } catch (error) {
      if (!hidden.signal.aborted) throw error;
    } finally {
      leave();
    }
  }

  async #snapshot(): Promise<Frame> {
    const run = await client.runs.get(this.runId, { signal: this.#stop.signal });
    return { kind: "snapshot", seq: this.#kept?.seq ?? 0, run };
  }

  /** A snapshot has no previews: those that are looked at are in the log. */
  async #recall(): Promise<void> {
    for (const seq of this.#kept === undefined ? [] : missingPreviews(this.#kept)) {
      const page = { after: seq - 1, limit: 1 };
      const { signal } = this.#stop;
      const read = await client.runs.events(this.runId, page, { signal }).catch(() => undefined);
      const [event] = read?.events ?? [];
      if (event !== undefined && this.#kept !== undefined) recall(this.#kept, event);
    }
    this.#publish();
  }

  async #askAgain(): Promise<void> {
    const { signal } = this.#stop;
    const ask = (): Promise<Run | undefined> =>
      client.runs.get(this.runId, { signal }).catch(() => undefined);
    let run = await ask();
    // Else somebody would wait for a question that is not shown.
    while (run === undefined && !signal.aborted && !this.#isOver()) {
      await this.#pause(MOST_MS);
      run = await ask();
    }
    for (const told of run?.nodes ?? []) {
      const node = this.#kept?.nodes.find(({ node_id }) => node_id === told.node_id);
      if (node === undefined) continue;
      // What was taken over does not change any more.
      if (told.reused_from !== undefined) Object.assign(node, told);
      else if (told.approval !== undefined) node.approval = told.approval;
    }
    this.#publish();
  }

  /** Of a run that waits for somebody nothing new may come for hours. */
  #hear(): void {
    if (this.state === "live") return;
    this.state = "live";
    this.fault = undefined;
  }

  #take(frame: Frame): void {
    this.#hear();
    if (this.glimpse !== undefined) this.glimpse = undefined;
    this.#kept = fold(this.#kept, frame);
    if (frame.kind === "event" && this.#isShort(frame.event)) void this.#askAgain();
    if (frame.kind === "snapshot") void this.#recall();
    this.#waiting += 1;
    if (this.#waiting >= BURST || document.hidden || isLast(frame)) this.#publish();
    else this.#frame ||= requestAnimationFrame(() => this.#publish());
  }

  #publish(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = this.#waiting = 0;
    const kept = this.#kept;
    if (kept === undefined) return;
    this.waitedAtFirst ??= kept.nodes
      .filter(({ status }) => status === "waiting")
      .map(({ node_id }) => node_id);
    this.view = { ...kept, run: { ...kept.run }, nodes: kept.nodes.map((node) => ({ ...node })) };
  }

  /** Somebody is asked, or a list is known of which parts may be taken over: what or which stands in the run alone. */
  #isShort({ type }: Event): boolean {
    return type === "node.waiting" || (type === "node.expanded" && this.#kept?.run.forked_from !== undefined);
  }

  #isOver(): boolean {
    return this.#kept !== undefined && isTerminal(this.#kept.run);
  }

  /** While nobody looks the run is asked for now and then, for the title of the page. */
  async #untilSeen(): Promise<void> {
    while (document.hidden && this.#kept !== undefined && !this.#stop.signal.aborted && !this.#isOver()) {
      await this.#pause(HIDDEN_POLL_MS);
      if (!document.hidden) return;
      const run = await client.runs.get(this.runId).catch(() => undefined);
      if (run !== undefined && isTerminal(run)) return;
      // It is kept apart: what is known goes on by its number when somebody looks.
      this.glimpse = run ?? this.glimpse;
    }
  }

  /** Cut short by whatever makes another try worth it. */
  async #pause(ms: number): Promise<void> {
    const { signal } = this.#stop;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        window.removeEventListener("online", done);
        document.removeEventListener("visibilitychange", done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms * (0.75 + systemRuntime.random() / 2));
      window.addEventListener("online", done);
      document.addEventListener("visibilitychange", done);
      signal.addEventListener("abort", done);
    });
  }
}

function whenHiddenFor(ms: number, act: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = (): void => {
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(act, ms);
  };
  look();
  document.addEventListener("visibilitychange", look);
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", look);
  };
}
