/** Who asks: an API key that was typed in here, or the token of one run that came with a link. */

const NAME = "myspinbot-key";

function stored(): { key: string | undefined; stays: boolean } {
  try {
    const [session, local] = [sessionStorage.getItem(NAME), localStorage.getItem(NAME)];
    return { key: session ?? local ?? undefined, stays: local !== null };
  } catch {
    return { key: undefined, stays: false };
  }
}

function store(key: string | undefined, stays: boolean): void {
  try {
    for (const place of [sessionStorage, localStorage]) place.removeItem(NAME);
    if (key !== undefined) (stays ? localStorage : sessionStorage).setItem(NAME, key);
  } catch {
    // Without storage the key is kept until the page is closed.
  }
}

class Access {
  key = $state<string | undefined>(stored().key);
  /** Reads one run; never kept, never in an address that is sent. */
  token = $state<string | undefined>();

  /** @param stays also after the browser was closed */
  signIn(key: string, stays: boolean): void {
    this.key = key;
    store(key, stays);
  }

  signOut(): void {
    this.key = undefined;
    store(undefined, false);
  }
}

export const access = new Access();
