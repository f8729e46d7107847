/** What every widget of a form is given. */
import type { Component } from "svelte";
import type { Field } from "./fields.ts";
import type { FieldFault } from "./values.ts";

export interface WidgetProps {
  field: Field;
  value: unknown;
  /** Of the control that the label names. */
  id: string;
  pointer: string;
  /** Of the whole form: a list shows those of its elements. */
  faults: readonly FieldFault[];
  describedby: string | undefined;
  invalid: boolean;
  /** Undefined means that it is left to the box. */
  onchange: (value: unknown) => void;
  /** Shows one field: for widgets that have fields inside. */
  row: Component<RowProps>;
}

/** What shows one field is given. */
export interface RowProps {
  field: Field;
  value: unknown;
  pointer: string;
  faults: readonly FieldFault[];
  onchange: (value: unknown) => void;
  /** Itself. */
  row: Component<RowProps>;
}
