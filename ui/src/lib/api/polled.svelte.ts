/** An answer that is asked for again while somebody looks. */
import { type Fault, faultOf } from "./faults.ts";

export class Polled<T> {
  known = $state.raw<T | undefined>();
  fault = $state.raw<Fault | undefined>();
  readonly #ask: () => Promise<T>;

  constructor(ask: () => Promise<T>) {
    this.#ask = ask;
  }

  /** What is known stays when asking fails. */
  async load(): Promise<void> {
    try {
      this.known = await this.#ask();
      this.fault = undefined;
    } catch (error) {
      this.fault = faultOf(error);
    }
  }

  /** For an effect. @returns what stops it */
  every(ms: number): () => void {
    void this.load();
    const timer = setInterval(() => document.hidden || void this.load(), ms);
    return () => clearInterval(timer);
  }
}
