/** Signatures, as the reference implementation of Standard Webhooks makes and verifies them. */
import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { newSigningSecret } from "../ids.ts";
import { signatureHeader } from "./sign.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const body = '{"test": 2432232314}';

describe("a signature", () => {
  it("is that of the specification's example", async () => {
    const signed = { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330, body };
    expect(await signatureHeader([SECRET], signed)).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  });

  it("is verified by the reference, for any body and any of our secrets", async () => {
    const timestamp = Math.floor(Date.now() / 1000);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 200 }), async (text) => {
        const body = JSON.stringify({ text });
        const secret = newSigningSecret();
        const headers = {
          "webhook-id": "dlv_s0_x1",
          "webhook-timestamp": String(timestamp),
          "webhook-signature": await signatureHeader([secret], { id: "dlv_s0_x1", timestamp, body }),
        };
        expect(new Webhook(secret).verify(body, headers)).toEqual({ text });
        expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow("No matching signature");
      }),
      { numRuns: 200 },
    );
  }, 30_000);

  it("stands for each secret in force, and for no other", async () => {
    const timestamp = Math.floor(Date.now() / 1000);
    const [fresh, old, foreign] = [newSigningSecret(), newSigningSecret(), newSigningSecret()];
    const headers = {
      "webhook-id": "a",
      "webhook-timestamp": String(timestamp),
      "webhook-signature": await signatureHeader([fresh, old], { id: "a", timestamp, body }),
    };
    for (const secret of [fresh, old]) new Webhook(secret).verify(body, headers);
    expect(() => new Webhook(foreign).verify(body, headers)).toThrow();
  });

  it("is too old after five minutes", async () => {
    for (const seconds of [-301, 301]) {
      const timestamp = Math.floor(Date.now() / 1000) + seconds;
      const headers = {
        "webhook-id": "a",
        "webhook-timestamp": String(timestamp),
        "webhook-signature": await signatureHeader([SECRET], { id: "a", timestamp, body }),
      };
      expect(() => new Webhook(SECRET).verify(body, headers)).toThrow(/too (old|new)/);
    }
  });
});
