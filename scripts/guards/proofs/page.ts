/** Proves the guard of the page's components: their types, and what people who do not see or point need. */
import { named, type Prover } from "../proof.ts";

const FILE = "src/lib/seeded.svelte";
const COMPONENT = `<script lang="ts">
  const width: number = "wide";
</script>

<img src="/mark.svg" {width} />
`;

export const page: Prover = {
  steps: ["types of the page (svelte-check)"],
  plant(copy) {
    // What the page's framework has made of its routes; they lie beside no source.
    for (const made of ["node_modules/$app", ".svelte-kit"]) copy.bring(`ui/${made}`);
    copy.write(`ui/${FILE}`, COMPONENT);
  },
  judge: (copy) =>
    named(
      "svelte-check",
      copy.tool("svelte-check", ["--tsconfig", "./tsconfig.json", "--fail-on-warnings"], "ui"),
      [FILE, "is not assignable to type 'number'", "a11y"],
    ),
};
