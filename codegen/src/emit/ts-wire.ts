/** wire.ts: groups, pools, fields, states, defaults and limits. */
import type { Source } from "../source.ts";
import { BANNER, tsLiteral } from "./text.ts";

export function emitWire({ wire, titled }: Source): string {
  const constants = {
    DEFAULT_PREFIX: wire.prefix,
    GROUPS: wire.groups,
    POOLS: wire.pools,
    OWNERS: wire.owners,
    FIELDS: wire.fields,
    PRIORITIES: wire.priorities,
    RUN_STATUSES: wire.runStatuses,
    TERMINAL_RUN_STATUSES: wire.terminalRunStatuses,
    NODE_STATUSES: wire.nodeStatuses,
    DEFAULTS: wire.defaults,
    EXECUTOR: wire.executor,
  };
  return `/** Names and numbers that both sides of Redis share. ${BANNER} */
${Object.entries(constants)
  .map(([name, value]) => `export const ${name} = ${tsLiteral(value)} as const;\n`)
  .join("")}
/** What an id of ours may look like. */
export const ID_PATTERN = /${String(titled.get("Identifier")?.schema.pattern)}/;
/** What a shard is called. */
export const SHARD_PATTERN = /${wire.shard.pattern}/;
`;
}
