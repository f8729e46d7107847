/**
 * The stand-in edge as a program, for tests in other languages. Arguments: a folder, then JSON of its routes and token.
 * Says its ports as one line of JSON, then takes one command as JSON on each line of its input and answers each.
 */
import { createInterface } from "node:readline";
import type { Pipe } from "./pipe.ts";
import { startStandIn, type StandInOptions } from "./stand-in.ts";

/** `manners` are changed, `suffer` befalls all connections of this moment; the answer counts. */
interface Command {
  manners?: Record<string, unknown>;
  suffer?: keyof Pipe;
}

const [dir = "", given = "{}"] = process.argv.slice(2);
const standIn = await startStandIn({ ...(JSON.parse(given) as Omit<StandInOptions, "dir">), dir });
const say = (what: object): void => void process.stdout.write(`${JSON.stringify(what)}\n`);
say({ ports: standIn.ports, host: standIn.host, certificate: standIn.certificate });

for await (const line of createInterface(process.stdin)) {
  const { manners, suffer } = JSON.parse(line) as Command;
  Object.assign(standIn.manners, manners);
  if (suffer) standIn.suffer(suffer);
  say({ ...standIn.counts, open: standIn.open });
}
await standIn.stop();
process.exit();
