/** What the doctor says of one thing. */
export interface Finding {
  readonly what: string;
  /** `note`: no fault, and good to know. */
  readonly state: "ok" | "wrong" | "note";
  readonly found: string;
  /** What would help, and what it would enable. */
  readonly hint?: string;
}
