/** Keys for whom something is shared with: made and revoked by the gateway's own command. */
import { spawnSync } from "node:child_process";
import { keysStep } from "../keys-step.ts";
import { TunnelError } from "./cloudflared.ts";

export interface GuestKey {
  readonly id: string;
  /** The secret itself. */
  readonly text: string;
}

export interface GuestKeys {
  create(): GuestKey;
  revoke(id: string): void;
}

/** Where nobody is left to revoke it, it ends by itself. */
const DAYS = "1";

/** @param owner whose runs and files the key sees */
export function guestKeys(owner: string): GuestKeys {
  return {
    create: () => {
      const scopes = "runs:write,runs:read";
      const text = run([
        ...["create", "--owner", owner, "--scopes", scopes, "--days", DAYS, "--name", "npm run share"],
      ]);
      const id = /^msb_([0-9A-Z]{26})_/.exec(text)?.[1];
      if (id === undefined) throw new TunnelError("The command for keys answered something that is no key.");
      return { id, text };
    },
    revoke: (id) => void run(["revoke", id]),
  };
}

function run(args: readonly string[]): string {
  const { command, args: before } = keysStep(args);
  const { status, stdout, stderr, error } = spawnSync(command, before, { encoding: "utf8" });
  if (status === 0) return stdout.trim();
  throw new TunnelError(`npm run keys -- ${args[0]} failed: ${(error?.message ?? stderr).trim()}`);
}
