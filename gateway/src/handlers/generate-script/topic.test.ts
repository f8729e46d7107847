import { expect, it } from "vitest";
import { readTopic } from "./topic.ts";

it.each([
  ["black holes", "phrase", "black holes", "Black holes"],
  ["The history of coffee", "phrase", "the history of coffee", "The history of coffee"],
  ["Marie Curie", "phrase", "Marie Curie", "Marie Curie"],
  ["why the sky is blue", "phrase", "why the sky is blue", "Why the sky is blue"],
  ["to bake bread", "phrase", "how to bake bread", "To bake bread"],
  ["What is photosynthesis?", "phrase", "photosynthesis", "What is photosynthesis?"],
  ["Explain quantum computing to me, please", "phrase", "quantum computing", "Quantum computing"],
  ["Please write a short script about electric cars.", "phrase", "electric cars", "Electric cars"],
  ["why is the sky blue", "sentence", "Why is the sky blue?", "Why is the sky blue"],
  ["How do bridges stand?", "sentence", "How do bridges stand?", "How do bridges stand?"],
  ["We launch a new app today", "sentence", "We launch a new app today.", "We launch a new app today"],
  ["Our shop opens! Come by.", "sentence", "Our shop opens!", "Our shop opens"],
])("%j is a %s", (typed, kind, text, title) => {
  expect(readTopic(typed)).toEqual({ kind, text, title });
});
