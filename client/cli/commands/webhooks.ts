/** `msb webhooks`: addresses that are told what becomes of runs, and what they were told. */
import type { Delivery, Webhook, WebhookEvent } from "@myspinbot/contracts/types.ts";
import type { Command } from "commander";
import { allOf } from "../../src/pages.ts";
import { addCommand, addGroup, firstOf, type Host, LIMIT, printJson, printRows } from "../command.ts";
import type { Session } from "../surroundings.ts";
import { ago, facts, say } from "../text.ts";

const ID = "hook_01M8N2WKN0J4EFTZNHP29511MD";

export function addWebhooks(program: Command, host: Host): void {
  const webhooks = addGroup(
    program,
    "webhooks",
    "Webhooks: make, list, remove, enable, rotate their secrets, see and repeat deliveries.",
  );
  addManaging(webhooks, host);
  addSecrets(webhooks, host);
  addDeliveries(webhooks, host);
}

function addManaging(webhooks: Command, host: Host): void {
  addCommand<{ events?: WebhookEvent[]; description?: string }>(
    webhooks,
    host,
    {
      name: "create <address>",
      about: "Has an address told what becomes of all your runs; prints its secret this once.",
      examples: ["msb webhooks create https://example.org/hook --events run.succeeded run.failed"],
    },
    async ({ session, words: [url = ""], options: { events, description } }) => {
      const made = await session.client.webhooks.create(
        { url, ...(events && { events }), ...(description && { description }) },
        session,
      );
      if (session.json) return printJson(session, made);
      say(session.stdout, made.secret ?? "");
      say(
        session.stderr,
        `Webhook ${made.webhook_id}. The secret that signs its deliveries is shown this once: keep it.`,
      );
    },
  )
    .option("--events <event...>", "what it is told; the ends of runs by default")
    .option("--description <text>", "for people");
  addCommand(
    webhooks,
    host,
    { name: "ls", about: "Lists your webhooks, newest first.", examples: ["msb webhooks ls"] },
    async ({ session }) => {
      const found = await session.client.webhooks.list(session);
      printRows(session, found, { head: ["WEBHOOK", "STATUS", "ADDRESS", "EVENTS"], toCells: hookRow });
    },
  );
  addCommand(
    webhooks,
    host,
    {
      name: "rm <webhook>",
      about: "Removes a webhook; what waits for it is dropped.",
      examples: [`msb webhooks rm ${ID}`],
    },
    async ({ session, words: [id = ""] }) => {
      await session.client.webhooks.delete(id, session);
      say(session.stderr, `${id} is removed.`);
    },
  );
  addCommand(
    webhooks,
    host,
    {
      name: "enable <webhook>",
      about: "Delivers again to a webhook whose receiver had answered 410.",
      examples: [`msb webhooks enable ${ID}`],
    },
    async ({ session, words: [id = ""] }) => {
      const webhook = await session.client.webhooks.enable(id, session);
      if (session.json) return printJson(session, webhook);
      say(session.stderr, `${id} is ${webhook.status}.`);
    },
  );
}

function hookRow({ webhook_id, status, url, events }: Webhook): string[] {
  return [webhook_id, status, url, events.join(",")];
}

function addSecrets(webhooks: Command, host: Host): void {
  addCommand(
    webhooks,
    host,
    {
      name: "rotate [webhook]",
      about:
        "Prints a new secret, this once; for a day the one before signs, too. Without a webhook: that of the addresses that runs name.",
      examples: [`msb webhooks rotate ${ID}`, "msb webhooks rotate"],
    },
    async ({ session, words: [id] }) => {
      const made = await session.client.webhooks.rotate(id, session);
      if (session.json) return printJson(session, made);
      say(session.stdout, made.secret);
      if (made.previous_until !== undefined)
        say(session.stderr, `The one before signs, too, until ${made.previous_until}.`);
    },
  );
}

function addDeliveries(webhooks: Command, host: Host): void {
  addCommand<{ limit: number }>(
    webhooks,
    host,
    {
      name: "deliveries <webhook|run>",
      about: "Lists what a webhook was told, or what webhooks were told of a run; newest first.",
      examples: [`msb webhooks deliveries ${ID}`],
    },
    async ({ session, words: [id = ""], options: { limit } }) => {
      const found = await firstOf(deliveries(session, id), limit);
      printRows(session, found, {
        head: ["DELIVERY", "EVENT", "STATUS", "ATTEMPTS", "SINCE", "LAST ANSWER"],
        toCells: (delivery) => deliveryRow(delivery, session.now()),
      });
    },
  ).addOption(LIMIT());
  addCommand(
    webhooks,
    host,
    {
      name: "redeliver <delivery>",
      about: "Delivers once more, at once, under the same id.",
      examples: ["msb webhooks redeliver dlv_s0_01M825PKZJM4RT9PNW45SEMK851"],
    },
    async ({ session, words: [id = ""] }) => {
      const delivery = await session.client.webhooks.redeliver(id, session);
      if (session.json) return printJson(session, delivery);
      say(
        session.stdout,
        facts([
          ["delivery", delivery.delivery_id],
          ["status", delivery.status],
        ]),
      );
    },
  );
}

function deliveries({ client, signal }: Session, id: string): AsyncGenerator<Delivery> {
  const { webhooks } = client;
  return allOf(
    (cursor) => {
      const query = cursor === undefined ? {} : { cursor };
      return id.startsWith("run_")
        ? webhooks.deliveriesOfRun(id, query, { signal })
        : webhooks.deliveries(id, query, { signal });
    },
    (page) => page.deliveries,
  );
}

function deliveryRow({ delivery_id, event, status, attempts, created_at }: Delivery, now: number): string[] {
  const last = attempts.at(-1);
  const answer = last === undefined ? "" : (last.error ?? String(last.status ?? ""));
  return [delivery_id, event, status, String(attempts.length), ago(created_at, now) ?? "", answer];
}
