/** Tells of a run's end while nobody looks at the page; only when that was wished on this very page. */

class Notify {
  #permission = $state<NotificationPermission | "none">(
    "Notification" in globalThis ? Notification.permission : "none",
  );
  #wished = $state(false);

  /** Whether there is something to offer. */
  get offered(): boolean {
    return !this.#wished && (this.#permission === "default" || this.#permission === "granted");
  }

  get wished(): boolean {
    return this.#wished;
  }

  async wish(): Promise<void> {
    this.#permission = await Notification.requestPermission();
    this.#wished = this.#permission === "granted";
  }

  tell(title: string): void {
    const isTold = this.#wished && document.hidden;
    this.#wished = false;
    if (!isTold) return;
    try {
      new Notification(title, { icon: "/mark.svg" });
    } catch {
      // Phones want a service worker for it; then the title of the page has to do.
    }
  }
}

export const notify = new Notify();
