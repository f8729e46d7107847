import { expect, it } from "vitest";
import { createCommandClient } from "./client.ts";

it("lets no command wait longer than two seconds, connecting again included", () => {
  const { options } = createCommandClient("redis://127.0.0.1:9");
  expect(options.commandTimeout).toBe(2000);
  expect(options.connectTimeout).toBeLessThan(options.commandTimeout!);
  expect(options.maxRetriesPerRequest).toBe(1);
});
