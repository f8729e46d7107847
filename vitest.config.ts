import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { ON_BOTH } from "./gateway/test/on-both.ts";

/** How long `expect.poll` waits: a bound for a busy machine, not an expectation. */
const patience = { poll: { timeout: 30_000 } };
const everywhere = ["codegen", "client", "gateway", "scripts", "bench", "ui", "tunnel"].join(",");

/** Who needs servers waits for them most of the time, so that two files keep less than two cores busy. */
const atOnce = Math.max(2, availableParallelism() - 1);

/**
 * Suffix and folder say what a test needs: nothing (`.test.ts`), servers (`.int.test.ts`), the runtime of Workers, too
 * (`.edge.test.ts`), everything (`e2e/`).
 */
export default defineConfig({
  test: {
    maxWorkers: atOnce,
    projects: [
      {
        test: {
          name: "unit",
          include: [`{${everywhere}}/**/*.test.ts`],
          exclude: ["**/*.{int,edge}.test.ts", "**/node_modules/**", "ui/build/**"],
          isolate: false,
          // Bounds for a busy machine, here and below.
          testTimeout: 90_000,
        },
      },
      {
        test: {
          name: "int",
          include: [`{${everywhere}}/**/*.int.test.ts`],
          exclude: ["**/node_modules/**"],
          globalSetup: "gateway/test/store-setup.ts",
          isolate: false,
          // The official checkpoint suite calls describe and it as globals.
          globals: true,
          expect: patience,
          testTimeout: 90_000,
          hookTimeout: 90_000,
        },
      },
      {
        test: {
          // In the runtime of Workers, by a bundle that is made once; with it what asks routes of the app on Node.js, too.
          name: "int-edge",
          include: ["gateway/**/*.edge.test.ts", ...ON_BOTH],
          provide: { runtime: "workerd" },
          isolate: false,
          exclude: ["**/node_modules/**"],
          globalSetup: ["gateway/test/store-setup.ts", "gateway/test/edge-setup.ts"],
          expect: patience,
          testTimeout: 90_000,
          hookTimeout: 90_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["e2e/**/*.test.ts"],
          exclude: ["**/node_modules/**"],
          globalSetup: ["e2e/unpack-browser.ts", "e2e/worker-bundle.ts"],
          expect: patience,
          testTimeout: 300_000,
          hookTimeout: 120_000,
          // What is told sooner comes first.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
