/** Starts a service again when its code changes. */
import { resolve } from "node:path";
import { ROOT } from "./services/binaries.ts";
import type { Service } from "./services/service.ts";
import { watchFolder } from "./watch-folder.ts";

/** Editors write a file in several steps. */
const SETTLE_MS = 200;

/** @param build made before each start */
export function restartOnChange(
  service: Service,
  folders: readonly string[],
  build: () => Promise<unknown> = () => Promise.resolve(),
): void {
  let timer: NodeJS.Timeout | undefined;
  const restart = async (): Promise<void> => {
    console.log(`${service.name}: code changed, starting again`);
    // Code that does not start is what one edits next: say so and wait for the next change.
    try {
      await build();
      await service.stop();
      await service.start();
    } catch (error) {
      console.error((error as Error).message);
    }
  };
  let last = Promise.resolve();
  for (const folder of folders)
    watchFolder(resolve(ROOT, folder), () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        last = last.then(restart);
      }, SETTLE_MS);
    });
}
