/** Fills in what Lua scripts say of wire.json: `WIRE.groups.drivers`, `WIRE.timers.retry(run, node, attempt)`. */
import { parseTemplate } from "./template.ts";

export interface WireNames {
  groups: Record<string, string>;
  timers: Record<string, string>;
  terminalRunStatuses: string[];
  executor: Record<string, number>;
}

/** @throws Error for a name that wire.json does not know */
export function fillWireNames(text: string, wire: WireNames): string {
  const kinds = Object.keys(wire.timers).map((kind): [string, string] => [kind, kind]);
  const constants: Record<string, Record<string, string | number>> = {
    groups: wire.groups,
    timerKinds: Object.fromEntries(kinds),
    executor: wire.executor,
  };
  return text.replaceAll(
    /\bWIRE\b(?:\.(\w+))?(?:\.(\w+))?(?:\(([^()]*)\))?/g,
    (said, what = "", name = "", args) => {
      const template = what === "timers" ? wire.timers[name as string] : undefined;
      if (template !== undefined && args !== undefined) return member(template, args as string, said);
      if (what === "terminalRunStatuses" && name === "") return set(wire.terminalRunStatuses);
      const constant = constants[what as string]?.[name as string];
      if (constant === undefined || args !== undefined) throw new Error(`wire.json has no ${said}`);
      return typeof constant === "number" ? String(constant) : `'${constant}'`;
    },
  );
}

function set(names: readonly string[]): string {
  return `{ ${names.map((name) => `${name} = true`).join(", ")} }`;
}

/** An expression that joins the template's texts and the arguments. */
function member(template: string, args: string, said: string): string {
  const { parts, placeholders } = parseTemplate(template);
  const values = args.split(",").map((value) => value.trim());
  if (values.length !== placeholders.length) throw new Error(`${said} wants ${placeholders.join(", ")}`);
  return parts.map((part) => (typeof part === "string" ? `'${part}'` : values.shift()!)).join(" .. ");
}
