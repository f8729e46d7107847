/** `msb keys`: who may ask the gateway for what. Needs the scope `operate`. */
import type { ApiKey, ApiKeyCreate, Priority, Scope } from "@myspinbot/contracts/types.ts";
import { PRIORITIES } from "@myspinbot/contracts/wire.ts";
import { type Command, InvalidArgumentError, Option } from "commander";
import { allOf } from "../../src/pages.ts";
import {
  addCommand,
  addGroup,
  firstOf,
  type Host,
  LIMIT,
  printJson,
  printRows,
  wholeNumber,
} from "../command.ts";
import { ago, say } from "../text.ts";

const ID = "01M8N2WKN0J4EFTZNHP29511MD";
const DAY_MS = 86_400_000;
const SCOPES: readonly Scope[] = ["runs:write", "runs:read", "operate"];
/** With spaces or commas between them. */
const SCOPES_OPTION = (): Option =>
  new Option("--scopes <scope...>", `what it may do: ${SCOPES.join(", ")}`)
    .argParser((text: string, before: Scope[] | undefined) => {
      const given = text.split(",").filter((scope) => scope !== "");
      const wrong = given.find((scope) => !SCOPES.includes(scope as Scope));
      if (wrong !== undefined)
        throw new InvalidArgumentError(`There is no ${wrong}; allowed are ${SCOPES.join(", ")}.`);
      return [...(before ?? []), ...(given as Scope[])];
    })
    .makeOptionMandatory();

interface CreateOptions {
  owner: string;
  scopes: Scope[];
  name?: string;
  days?: number;
  runsPerMinute?: number;
  liveRuns?: number;
  bytesPerDay?: number;
  eventStreams?: number;
  highestPriority?: Priority;
}

export function addKeys(program: Command, host: Host): void {
  const keys = addGroup(
    program,
    "keys",
    "API keys: make, list, revoke. The first one is made by `npm run keys`.",
  );
  addCreate(keys, host);
  addListAndRevoke(keys, host);
}

function addCreate(keys: Command, host: Host): void {
  const number = (flags: string, about: string): Option => new Option(flags, about).argParser(wholeNumber);
  addCommand<CreateOptions>(
    keys,
    host,
    {
      name: "create",
      about: "Makes a key, and prints it this once.",
      examples: [
        "msb keys create --owner ann --scopes runs:write runs:read --live-runs 4",
        "msb keys create --owner ops --scopes operate --days 90 > ops.key",
      ],
    },
    async ({ session, options }) => {
      const made = await session.client.keys.create(toCreate(options, session.now()), session);
      if (session.json) return printJson(session, made);
      say(session.stdout, made.api_key);
      say(
        session.stderr,
        `Key ${made.key.key_id} of ${made.key.owner} for ${made.key.scopes.join(", ")}. It is shown this once: keep it.`,
      );
    },
  )
    .requiredOption("--owner <name>", "whose runs and files it sees; letters, digits, _ and -")
    .addOption(SCOPES_OPTION())
    .option("--name <text>", "for people")
    .addOption(
      new Option("--days <number>", "how long it is valid; without it until it is revoked").argParser(toDays),
    )
    .addOption(number("--runs-per-minute <number>", "runs that it may start within any minute"))
    .addOption(number("--live-runs <number>", "its runs that have not ended"))
    .addOption(
      number("--bytes-per-day <number>", "bytes that it may bring and its runs may make within a day, UTC"),
    )
    .addOption(number("--event-streams <number>", "event streams that it may have open at one gateway"))
    .addOption(
      new Option("--highest-priority <level>", "of its runs; without it they may have any").choices([
        ...PRIORITIES,
      ]),
    );
}

function addListAndRevoke(keys: Command, host: Host): void {
  addCommand<{ limit: number }>(
    keys,
    host,
    {
      name: "ls",
      about: "Lists keys of all owners, newest first, without their texts.",
      examples: ["msb keys ls", "msb keys ls --json"],
    },
    async ({ session, options: { limit } }) => {
      const pages = allOf(
        (cursor) => session.client.keys.list(cursor === undefined ? {} : { cursor }, session),
        (page) => page.keys,
      );
      const found = await firstOf(pages, limit);
      printRows(session, found, {
        head: ["KEY", "OWNER", "SCOPES", "MADE", "USED", "UNTIL", "LIMITS", "NAME"],
        toCells: (key) => [
          ...[key.key_id, key.owner, key.scopes.join(","), ago(key.created_at, session.now())],
          ...[ago(key.last_used_at, session.now()) ?? "never", key.expires_at, limitsOf(key), key.name],
        ],
      });
    },
  ).addOption(LIMIT());
  addCommand(
    keys,
    host,
    {
      name: "revoke <key>",
      about: "Revokes a key by its id; within 5 s nobody takes it.",
      examples: [`msb keys revoke ${ID}`],
    },
    async ({ session, words: [word = ""] }) => {
      // Whoever holds a key's text need not know which part of it is the id, and no text belongs in an address.
      const id = /^msb_([^_]+)_/.exec(word)?.[1] ?? word;
      await session.client.keys.revoke(id, session);
      say(session.stderr, `${id} is revoked.`);
    },
  );
}

function limitsOf({ limits }: ApiKey): string {
  return Object.entries(limits)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}

const MOST_DAYS = 36_500;

function toDays(text: string): number {
  const days = wholeNumber(text);
  if (days > MOST_DAYS) throw new InvalidArgumentError(`It must be at most ${MOST_DAYS}.`);
  return days;
}

function toCreate({ owner, scopes, name, days, ...given }: CreateOptions, now: number): ApiKeyCreate {
  const limits = {
    runs_per_minute: given.runsPerMinute,
    live_runs: given.liveRuns,
    upload_bytes_per_day: given.bytesPerDay,
    event_streams: given.eventStreams,
    highest_priority: given.highestPriority,
  };
  const set = Object.entries(limits).filter(([, value]) => value !== undefined);
  return {
    owner,
    scopes,
    limits: Object.fromEntries(set),
    ...(name === undefined ? {} : { name }),
    ...(days === undefined ? {} : { expires_at: new Date(now + days * DAY_MS).toISOString() }),
  };
}
