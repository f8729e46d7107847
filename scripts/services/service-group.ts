/** Several processes that are one server: started, stopped, killed and started again together. */
import type { Service } from "./service.ts";

/** What a server can be told, be it one process or several. */
export type Runnable = Pick<Service, "name" | "alive" | "start" | "stop" | "kill" | "restart" | "signal">;

export class ServiceGroup implements Runnable {
  readonly name: string;
  readonly #members: readonly Service[];

  constructor(name: string, members: readonly Service[]) {
    this.name = name;
    this.#members = members;
  }

  /** Whether all of them run. */
  get alive(): boolean {
    return this.#members.every((member) => member.alive);
  }

  /** If one fails, the others end, so that none waits in vain for it. */
  async start(): Promise<void> {
    const starts = this.#members.map(async (member) => {
      try {
        await member.start();
      } catch (error) {
        for (const other of this.#members) other.signal("SIGKILL");
        throw error;
      }
    });
    const results = await Promise.allSettled(starts);
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.stop()));
  }

  async kill(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.kill()));
  }

  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  signal(signal: NodeJS.Signals): void {
    for (const member of this.#members) member.signal(signal);
  }
}
