/** What must be on the machine before anything can be installed. */
import { isOnPath, SetupError } from "./shell.mjs";

const PLATFORMS = new Set(["linux-x64", "linux-arm64", "darwin-arm64"]);

/** @throws {SetupError} naming the first thing that is missing */
export function assertPrerequisites() {
  if (process.platform === "win32")
    throw new SetupError("Windows is not supported: use Linux, macOS, or a Linux distribution inside WSL 2.");
  const platform = `${process.platform}-${process.arch}`;
  if (!PLATFORMS.has(platform))
    throw new SetupError(
      `${platform} is not supported: the embedded servers and engines have packages for ${[...PLATFORMS].join(", ")}.`,
    );
  if (process.platform === "linux" && !process.report.getReport().header.glibcVersionRuntime)
    throw new SetupError(
      "This Linux has no glibc (Alpine?): the embedded servers need a distribution with glibc.",
    );
  const [major] = process.versions.node.split(".").map(Number);
  if (major < 20)
    throw new SetupError(`Node ${process.versions.node} is too old: install Node 20 or newer with npm.`);
  for (const [program, advice] of [
    ["git", "install git"],
    ["npm", "install npm (it comes with Node)"],
  ])
    if (!isOnPath(program)) throw new SetupError(`${program} was not found: ${advice} and run this again.`);
}
