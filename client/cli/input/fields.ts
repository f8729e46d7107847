/** What a graph's input takes, as options of a command line. */
import { FILE_PARTS, FILE_TYPES } from "@myspinbot/contracts/node-types.ts";
import { Option } from "commander";

/** How the text of an option becomes a value. */
export type Kind = "file" | "voice" | "number" | "boolean" | "text" | "json";

export interface Field {
  readonly name: string;
  /** As it is typed, without dashes. */
  readonly option: string;
  /** The option that says that a voice's speaker agrees. */
  readonly consent: string;
  readonly kind: Kind;
  readonly isList: boolean;
  readonly isRequired: boolean;
  readonly help: string;
}

interface Property {
  description?: string;
  enum?: readonly unknown[];
  minimum?: number;
  maximum?: number;
  type?: string;
  $ref?: string;
  "x-type"?: string;
}

export interface InputSchema {
  $defs?: Readonly<Record<string, Property>>;
  description?: string;
  properties?: Readonly<Record<string, Property>>;
  required?: readonly string[];
}

const KINDS: Readonly<Record<string, Kind>> = { Text: "text", Number: "number", Boolean: "boolean" };

export function fieldsOf({ properties = {}, required = [], $defs = {} }: InputSchema): Field[] {
  return Object.entries(properties).map(([name, given]) => {
    const property = { ...$defs[given.$ref?.replace("#/$defs/", "") ?? ""], ...given };
    const type = property["x-type"] ?? "";
    const element = type.replace(/\[\]$/, "");
    const option = name.replaceAll("_", "-");
    return {
      name,
      option,
      consent: `${option}-consent`,
      kind: kindOf(element),
      isList: type.endsWith("[]"),
      isRequired: required.includes(name),
      help: helpOf(property, required.includes(name)),
    };
  });
}

function kindOf(element: string): Kind {
  if (FILE_TYPES.has(element)) return "file";
  if (FILE_PARTS.has(element)) return "voice";
  return KINDS[element] ?? "json";
}

function helpOf({ description = "", enum: among, minimum, maximum }: Property, isRequired: boolean): string {
  const range = minimum !== undefined && maximum !== undefined ? `${minimum} to ${maximum}` : undefined;
  const said = [among?.join(", ") ?? range, isRequired ? "needed" : undefined].filter(
    (part) => part !== undefined,
  );
  return `${description}${said.length === 0 ? "" : ` (${said.join("; ")})`}`.trim();
}

const PLACEHOLDERS: Readonly<Record<Kind, string>> = {
  file: "file",
  voice: "name|file",
  number: "number",
  boolean: "",
  text: "text",
  json: "json",
};

/** The options of a field: none for those whose name a command has for itself; these come by --input. */
export function optionsOf({ option, consent, kind, isList, help }: Field): Option[] {
  if (kind === "boolean" && !isList)
    return [new Option(`--${option}`, help), new Option(`--no-${option}`, `not ${option}`).hideHelp()];
  const placeholder = PLACEHOLDERS[kind] || "json";
  const taken = new Option(`--${option} <${placeholder}${isList ? "..." : ""}>`, help);
  if (kind !== "voice") return [taken];
  return [
    taken,
    new Option(`--${consent}`, `the speaker of the ${option}'s file agrees; needed with a file`),
  ];
}
