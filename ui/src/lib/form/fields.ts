/** The fields of a form, read from the schema of a graph's input: which widget, in which group, in which order. */
import { human } from "#lib/words.ts";
import { resolved, type Schema, type Hints } from "./schema.ts";

export type Widget =
  | (
      | "text"
      | "textarea"
      | "segments"
      | "select"
      | "tiles"
      | "switch"
      | "slider"
      | "number"
      | "color"
      | "json"
    )
  | ("image" | "audio" | "video" | "voice" | "files" | "list" | "object");

/** Widgets of one file. */
export type FileWidget = Extract<Widget, "image" | "audio" | "video">;

export interface Field {
  name: string;
  title: string;
  help: string | undefined;
  widget: Widget;
  required: boolean;
  schema: Schema;
  hints: Hints;
  /** What stands above it says its title already. */
  isTitled?: boolean;
  /** Of an element, when it is a list of them; its own, when it is a thing that has some. */
  fields?: Field[];
  /** What each is, when it is a list of files. */
  files?: FileWidget;
}

export interface FieldGroup {
  id: string;
  title: string;
  fields: Field[];
}

export interface Form {
  groups: FieldGroup[];
  advanced: Field[];
  /** Of these exactly one is shown; each leads to a form that is complete. */
  either: { field: string; title: string }[];
}

const FILES: Readonly<Record<string, FileWidget>> = { Image: "image", Audio: "audio", Video: "video" };
export const FILE_WIDGETS: ReadonlySet<Widget> = new Set(Object.values(FILES));
/** Things inside of things; what is deeper is written as JSON, since a schema may hold itself. */
const DEEPEST = 3;
const SEGMENTS_AT_MOST = 4;
/** From this length on a text is written in several lines. */
const LONG = 200;

/** The first row that fits decides. */
const ROWS: readonly [fits: (schema: Schema, hints: Hints) => boolean, widget: Widget][] = [
  [(schema) => schema["x-type"] === "Voice" || isVoice(schema), "voice"],
  [(schema, hints) => schema.enum !== undefined && hints.pictures !== undefined, "tiles"],
  [(schema) => schema.enum !== undefined && schema.enum.length <= SEGMENTS_AT_MOST, "segments"],
  [(schema) => schema.enum !== undefined, "select"],
  [(schema) => schema.type === "boolean", "switch"],
  [(schema, hints) => isNumber(schema) && hints.suggestions !== undefined, "segments"],
  [(schema) => isNumber(schema) && hasRange(schema), "slider"],
  [isNumber, "number"],
  [(schema) => schema.type === "string" && (schema.maxLength ?? 0) > LONG, "textarea"],
  [(schema) => schema.type === "string", "text"],
  [({ properties = {} }) => Object.keys(properties).length > 0, "object"],
];
const KNOWN: ReadonlySet<string> = new Set([
  ...ROWS.map(([, widget]) => widget),
  ...["color", "json", "image", "audio", "video", "files", "list"],
]);

export function formOf(root: Schema): Form {
  const fields = fieldsOf(root, { root, depth: 0 });
  const shown = fields.filter(({ hints }) => !hints.advanced);
  const named = root["x-ui-groups"] ?? [];
  const rest = shown.filter(({ hints }) => !named.some(({ id }) => id === hints.group));
  const groups = [
    ...named.map(({ id, title }) => ({ id, title, fields: shown.filter(({ hints }) => hints.group === id) })),
    { id: "rest", title: named.length === 0 ? "Input" : "More", fields: rest },
  ];
  return {
    groups: groups.filter((group) => group.fields.length > 0).map(withoutEchoes),
    advanced: fields.filter(({ hints }) => hints.advanced),
    either: root["x-ui-either"] ?? [],
  };
}

function withoutEchoes({ fields, ...group }: FieldGroup): FieldGroup {
  const [first, ...rest] = fields as [Field, ...Field[]];
  const isTitled = first.title.toLowerCase() === group.title.toLowerCase();
  return { ...group, fields: isTitled ? [{ ...first, isTitled }, ...rest] : fields };
}

/** Where a schema stands. */
interface Place {
  root: Schema;
  /** In so many others. */
  depth: number;
}

function fieldsOf(schema: Schema, place: Place): Field[] {
  const required = new Set(schema.required);
  const fields = Object.entries(schema.properties ?? {}).map(([name, own]) => ({
    ...fieldOf(name, own, place),
    required: required.has(name),
  }));
  return fields.sort((a, b) => (a.hints.order ?? 50) - (b.hints.order ?? 50));
}

function fieldOf(name: string, own: Schema, { root, depth }: Place): Omit<Field, "required"> {
  const schema = resolved(own, root);
  const hints = own["x-ui"] ?? {};
  const element = schema.items === undefined ? undefined : resolved(schema.items, root);
  const widget = widgetOf({ schema, element, hints, depth });
  const holder = { list: element, object: schema }[widget as string];
  return {
    name,
    // Never the title behind `$ref`: that is the name of a type.
    title: hints.title ?? own.title ?? human(name),
    help: hints.help ?? own.description ?? schema.description,
    ...{ widget, schema, hints },
    ...(holder === undefined ? {} : { fields: fieldsOf(holder, { root, depth: depth + 1 }) }),
    ...(widget === "files" ? { files: filesOf(schema, element) } : {}),
  };
}

interface Described {
  schema: Schema;
  /** Of a list. */
  element: Schema | undefined;
  hints: Hints;
  depth: number;
}

function widgetOf({ schema, element, hints, depth }: Described): Widget {
  if (hints.widget !== undefined && KNOWN.has(hints.widget)) return hints.widget as Widget;
  const file = FILES[schema["x-type"] ?? ""] ?? (isFile(schema) ? "image" : undefined);
  if (file !== undefined) return file;
  if (element !== undefined && (isFile(element) || (element["x-type"] ?? "") in FILES)) return "files";
  const widget = element?.properties === undefined ? ROWS.find(([fits]) => fits(schema, hints))?.[1] : "list";
  const isTooDeep = depth >= DEEPEST && (widget === "list" || widget === "object");
  return isTooDeep ? "json" : (widget ?? "json");
}

/** The list says it (`Audio[]`), or its element. */
function filesOf(list: Schema, element: Schema | undefined): FileWidget {
  const type = /^(\w+)\[\]$/.exec(list["x-type"] ?? "")?.[1] ?? element?.["x-type"];
  return FILES[type ?? ""] ?? "image";
}

/** The form in which clients name files. */
function isFile({ properties = {} }: Schema): boolean {
  return Object.keys(properties).join() === "file_id";
}

function isVoice({ properties }: Schema): boolean {
  return properties !== undefined && "consent" in properties && "name" in properties;
}

function isNumber({ type }: Schema): boolean {
  return type === "number" || type === "integer";
}

function hasRange({ minimum, maximum }: Schema): boolean {
  return minimum !== undefined && maximum !== undefined;
}
