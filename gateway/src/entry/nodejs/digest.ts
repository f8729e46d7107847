/** Digests of parts that come one by one, as Node.js makes them. */
import { createHash } from "node:crypto";
import type { CreateDigest } from "../../passing-bytes.ts";

export const createDigest: CreateDigest = () => {
  const hash = createHash("sha256");
  return {
    update: (part) => void hash.update(part),
    hex: async () => hash.digest("hex"),
  };
};
