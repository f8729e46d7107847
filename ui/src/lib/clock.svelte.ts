/** The page's only look at the time of the machine: what is shown of it, once a second while somebody looks. */

class Clock {
  now = $state(Date.now());

  constructor() {
    setInterval(() => {
      if (!document.hidden) this.now = Date.now();
    }, 1000);
    document.addEventListener("visibilitychange", () => (this.now = Date.now()));
  }

  /** As it is, for what is decided by it: nothing is drawn again because it goes on. */
  read(): number {
    return Date.now();
  }
}

export const clock = new Clock();
