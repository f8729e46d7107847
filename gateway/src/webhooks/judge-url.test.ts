/** Every address of the corpus is judged as it should be, where it is written down. */
import { describe, expect, it } from "vitest";
import { isAllowedAddress, judgeWebhookUrl } from "./judge-url.ts";
import corpus from "../../test/webhook-urls.json" with { type: "json" };

const POLICY = { local: false, ports: ["443", "8443", "4430"] };
const LOCAL = { ...POLICY, local: true };

describe("an address", () => {
  const refused = Object.entries(corpus.refused).flatMap(([kind, urls]) => urls.map((url) => [kind, url]));

  it("has more than a hundred ways of being unfit", () => {
    expect(new Set(refused.map(([, url]) => url)).size).toBeGreaterThan(100);
  });

  it.each(refused)("is refused (%s): %s", (_kind, url) => {
    expect(judgeWebhookUrl(url.replace("CANARY", "4430"), POLICY)).toMatch(/^must /);
  });

  it.each(corpus.fit)("is taken: %s", (url) => {
    expect(judgeWebhookUrl(url, POLICY)).toBeUndefined();
  });

  it.each(["http://127.0.0.1:9/", "http://localhost/", "http://[::1]:8080/x", "https://127.0.0.1:1/"])(
    "of this machine is taken only where that is configured: %s",
    (url) => {
      expect(judgeWebhookUrl(url, LOCAL)).toBeUndefined();
      expect(judgeWebhookUrl(url, POLICY)).toBeDefined();
    },
  );

  it.each([
    "http://example.com/",
    "http://10.0.0.1/",
    "https://10.0.0.1/",
    "http://0.0.0.0/",
    "https://u@127.0.0.1/",
  ])("is refused also where this machine is allowed: %s", (url) => {
    expect(judgeWebhookUrl(url, LOCAL)).toBeDefined();
  });
});

describe("what a name resolves to", () => {
  it.each(corpus.resolved.filter((addresses) => addresses.length > 0))(
    "is refused if any is not public: %s",
    (...addresses) => {
      expect(addresses.flat().every((address) => isAllowedAddress(address, POLICY))).toBe(false);
    },
  );
});
