/** Both services are tested on one table of addresses, so that none is used by one and dropped by the other. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { AddressError, readRedisAddress, readStoreAddress } from "./addresses.ts";

interface Row {
  address: string;
  means?: Record<string, unknown>;
  refused?: string;
}

const table = JSON.parse(
  readFileSync(new URL("../../schemas/config/addresses.json", import.meta.url), "utf8"),
) as { redis: Row[]; carried: Row[]; s3: Row[] };

describe.each([
  ["redis", readRedisAddress],
  ["s3", readStoreAddress],
] as const)("an address of %s", (kind, read) => {
  it.each(table[kind])("$address", ({ address, means, refused }) => {
    if (refused === undefined) expect(read(address)).toEqual(means);
    else expect(() => read(address)).toThrow(new AddressError(refused));
  });
});

it.each(table.carried)("refuses $address in a sentence that says who can use it", ({ address }) => {
  expect(() => readRedisAddress(address)).toThrow(
    new AddressError(
      "begins with redis+wss://, which gpu-nodes speak: a gateway is beside Redis, or a Worker with a VPC network",
    ),
  );
});
