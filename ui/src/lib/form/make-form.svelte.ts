/** The form of one graph while somebody fills it: what is shown, what is wrong, and sending it once. */
import type { GraphDetail, Run } from "@myspinbot/contracts/types.ts";
import { capabilities, graphDetail } from "#lib/api/catalogue.svelte.ts";
import { client } from "#lib/api/client.ts";
import { type Fault, faultOf } from "#lib/api/faults.ts";
import { availabilityOf } from "./availability.ts";
import { type Draft, keepDraft, loadDraft, newKey } from "./draft.ts";
import { type Field, type Form, formOf } from "./fields.ts";
import { changesOf, fromInput } from "./from-run.ts";
import { keepLastGraph } from "./last-graph.ts";
import { shownOf, type Values } from "./shown.ts";
import { onTheWay } from "./upload.svelte.ts";
import { faultsOf, type FieldFault, toInput } from "./values.ts";

export class MakeForm {
  readonly name: string;
  /** A run whose input fills the form. */
  readonly from: string | undefined;
  /** The node of that run from which on it is run again; without one a new run is made. */
  readonly node: string | undefined;
  /** What the form would send of that run's input, unchanged. */
  #before: Values = {};
  detail = $state.raw<GraphDetail | undefined>();
  form = $state.raw<Form | undefined>();
  draft = $state.raw<Draft>({ values: {}, key: "" });
  /** Why there is no form. */
  missing = $state.raw<Fault | undefined>();
  /** What does not fit, field by field. */
  faults = $state.raw<readonly FieldFault[]>([]);
  /** Why the gateway did not take it. */
  refused = $state.raw<Fault | undefined>();
  busy = $state(false);
  /** Whether what is written would still be there after a reload. */
  isKept = $state(true);
  #loading = false;

  readonly either = $derived(this.form?.either.map(({ field }) => field) ?? []);
  readonly chosen = $derived(this.draft.chosen ?? this.either[0] ?? "");
  readonly all = $derived([
    ...(this.form?.groups.flatMap(({ fields }) => fields) ?? []),
    ...(this.form?.advanced ?? []),
  ]);
  readonly shown = $derived(
    shownOf(this.all, this.draft.values, { fields: this.either, chosen: this.chosen }),
  );
  readonly #needed = $derived(
    this.shown.map((field) => (field.name === this.chosen ? { ...field, required: true } : field)),
  );
  /** Whether something in it may have been asked of a box already. */
  readonly hasAsides = $derived(this.all.some(mayAskABox));
  readonly availability = $derived(this.detail && availabilityOf(this.detail.graph, capabilities.known));

  constructor(name: string, from: string | undefined, node: string | undefined) {
    this.name = name;
    this.from = from;
    this.node = from === undefined ? undefined : node;
  }

  async load(): Promise<void> {
    if (this.#loading) return;
    this.#loading = true;
    try {
      this.detail = await graphDetail(this.name);
      const form = formOf(this.detail.input_schema);
      this.draft = loadDraft(this.name);
      if (this.from !== undefined) {
        const { input } = await client.runs.get(this.from);
        this.draft = { ...fromInput(input, form), key: newKey() };
      }
      this.form = form;
      this.#before = toInput(this.shown, this.draft.values);
      this.missing = undefined;
      keepLastGraph(this.name);
    } catch (error) {
      this.missing = faultOf(error);
    }
    this.#loading = false;
  }

  choose(field: string): void {
    this.#keep({ ...this.draft, chosen: field });
    this.faults = [];
  }

  set(name: string, value: unknown): void {
    this.#keep({ ...this.draft, values: { ...this.draft.values, [name]: value } });
    // What is mended or hidden is not wrong any more; what is not yet typed is not wrong while it is typed.
    const still = new Set(faultsOf(this.#needed, this.draft.values).map(({ pointer }) => pointer));
    const hidden = new Set(
      this.all.filter((field) => !this.shown.includes(field)).map((field) => field.name),
    );
    this.faults = this.faults.filter(({ pointer }) => {
      const [, at = ""] = pointer.split("/");
      return !hidden.has(at) && (at !== name || still.has(pointer));
    });
  }

  /** @returns the run's id, unless something is wrong: then that is shown */
  async send(): Promise<string | undefined> {
    if (this.busy || onTheWay.count > 0 || this.form === undefined) return undefined;
    this.refused = undefined;
    this.faults = faultsOf(this.#needed, this.draft.values);
    if (this.faults.length > 0) return undefined;
    this.busy = true;
    try {
      const { run_id } = await this.#post(toInput(this.shown, this.draft.values));
      keepDraft(this.name, undefined);
      return run_id;
    } catch (error) {
      this.refused = faultOf(error);
      this.faults = this.refused.errors.map(({ pointer, detail }) => ({
        pointer: pointer.replace(/^(?:\/patch)?\/input/, ""),
        detail,
      }));
      return undefined;
    } finally {
      this.busy = false;
    }
  }

  #post(input: Values): Promise<Run> {
    const once = { idempotencyKey: this.draft.key };
    if (this.from === undefined || this.node === undefined)
      return client.runs.submit({ graph: this.name, input }, once);
    const patch = { input: changesOf(this.#before, input) };
    return client.runs.fork(this.from, { from_node: this.node, patch }, once);
  }

  /** Another text is another run, so it gets another key. */
  #keep(draft: Draft): void {
    this.draft = { ...draft, key: newKey() };
    this.isKept = keepDraft(this.name, this.draft);
  }
}

/** Before anything is sent: what it thinks of a photo, how it speaks. */
function mayAskABox({ hints, widget, fields = [] }: Field): boolean {
  return hints.tried_by !== undefined || widget === "voice" || fields.some(mayAskABox);
}
