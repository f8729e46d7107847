/** Writes what an image holds as a document of CycloneDX; the same parts give the same bytes. */

/** What CycloneDX says of one thing; https://cyclonedx.org/docs/1.7/json. */
export interface Component {
  type: "library" | "container" | "platform" | "machine-learning-model" | "file";
  group?: string;
  name: string;
  version?: string;
  purl?: string;
  hashes?: { alg: string; content: string }[];
  licenses?: ({ expression: string } | { license: { name: string } })[];
  /** Where a package may be had in several files: the digest of each. */
  externalReferences?: { type: "distribution"; url: string; hashes: { alg: string; content: string }[] }[];
  pedigree?: { ancestors: Component[] };
}

/** An expression of SPDX, as far as can be seen without the list of its names. */
const SPDX = /^\(?[A-Za-z0-9.+-]+(\)? (AND|OR|WITH) \(?[A-Za-z0-9.+-]+)*\)?$/;

export function licenseOf(said: string | undefined): Pick<Component, "licenses"> {
  if (!said) return {};
  return { licenses: [SPDX.test(said) ? { expression: said } : { license: { name: said } }] };
}

export interface Described {
  image: string;
  version: string;
  components: readonly Component[];
  /** Of SOURCE_DATE_EPOCH; without it no time is said, so that the same parts give the same bytes. */
  epochS?: number | undefined;
}

export function documentOf({ image, version, components, epochS }: Described): string {
  const whole = { "bom-ref": image, type: "container", name: image, version };
  const rows = components.map((each) => ({ "bom-ref": refOf(each), ...each })).toSorted(byRef);
  const refs = rows.map((row) => row["bom-ref"]);
  const document = {
    $schema: "http://cyclonedx.org/schema/bom-1.7.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.7",
    version: 1,
    metadata: {
      ...(epochS === undefined ? {} : { timestamp: new Date(epochS * 1000).toISOString() }),
      lifecycles: [{ phase: "build" }],
      component: { ...whole, ...licenseOf("Apache-2.0") },
    },
    components: rows,
    dependencies: [{ ref: image, dependsOn: refs }, ...refs.map((ref) => ({ ref }))],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Each once, however many ways it came. */
export function distinct(components: readonly Component[]): Component[] {
  return [...new Map(components.map((each) => [refOf(each), each])).values()];
}

function byRef(one: { "bom-ref": string }, other: { "bom-ref": string }): number {
  return one["bom-ref"] < other["bom-ref"] ? -1 : 1;
}

const refOf = ({ purl, type, name }: Component): string => purl ?? `${type}:${name}`;
