/**
 * Sends what is called within one turn of the event loop as one call, of steps that take several: for Redis and its
 * client a call costs as much as several in it. Nobody waits for company.
 */
import type { Step } from "@myspinbot/contracts/steps.ts";
import type { Connection } from "./connection.ts";

/** So that the server has other things to do between them: a step of submit takes it 0.1 ms. */
const MOST = 32;
/** Of arguments, in characters. */
const MOST_CHARACTERS = 262_144;

interface Group {
  readonly steps: Step<unknown>[];
  readonly sent: (() => void)[];
  characters: number;
  readonly answers: Promise<unknown[]>;
}

/** Sends calls of one step as one. */
type Send = (steps: readonly Step<unknown>[], sent: () => void) => Promise<unknown[]>;

/** What has not been sent yet. */
const open = new WeakMap<Connection, Group>();

/** @param sent called when it was sent */
export function runTogether<Answer>(
  server: Connection,
  step: Step<Answer>,
  { send, sent }: { send: Send; sent: (() => void) | undefined },
): Promise<Answer> {
  const characters = lengthOf(step);
  let group = open.get(server);
  if (!group || group.steps.length >= MOST || group.characters + characters > MOST_CHARACTERS) {
    group = begin(server, send);
    open.set(server, group);
  }
  group.characters += characters;
  const nth = group.steps.push(step) - 1;
  if (sent) group.sent.push(sent);
  return group.answers.then((answers) => [answers[nth]] as Answer);
}

function begin(server: Connection, send: Send): Group {
  const { promise, resolve } = Promise.withResolvers<unknown[]>();
  const group: Group = { steps: [], sent: [], characters: 0, answers: promise };
  server.beforeSending(() => {
    if (open.get(server) === group) open.delete(server);
    resolve(
      send(group.steps, () => {
        for (const sent of group.sent) sent();
      }),
    );
  });
  return group;
}

function lengthOf({ args }: Step<unknown>): number {
  let length = 0;
  for (const arg of args) if (typeof arg === "string") length += arg.length;
  return length;
}
