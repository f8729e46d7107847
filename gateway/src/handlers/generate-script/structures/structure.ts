/**
 * The ways a narration can be built. Nothing here claims a fact about the topic, because nobody here knows any: each
 * structure helps the viewer to a first step. `{t}` = the topic, `{count}` = number of points, `{nth}` = a point's
 * place. Only hooks name the topic, so points need not agree with it in number.
 */

export interface Point {
  lead: string;
  /** Sentences that may follow the lead, in this order. */
  more: readonly string[];
}

export interface Structure {
  /** First sentences with the topic in them. */
  hooks: readonly string[];
  /** First sentences for a topic that stands in a sentence of its own before them. */
  bareHooks: readonly string[];
  /** In the order in which they are told. */
  points: readonly Point[];
  closes: readonly string[];
}
