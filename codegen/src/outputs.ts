/** Every generated file: its path in the repository and its text. */
import { emitEnvExample } from "./emit/env-example.ts";
import { emitPyKeys } from "./emit/py-keys.ts";
import { emitModels } from "./emit/py-models.ts";
import { emitPySchemaFiles, emitPySchemaIndex } from "./emit/py-schemas.ts";
import { emitPySteps } from "./emit/py-steps.ts";
import {
  emitPyConfig,
  emitPyNodeTypes,
  emitPyProblemTypes,
  emitPyScripts,
  emitPyWire,
} from "./emit/py-tables.ts";
import { emitConfig } from "./emit/ts-config.ts";
import { emitGraphs } from "./emit/ts-graphs.ts";
import { emitKeys } from "./emit/ts-keys.ts";
import { emitNodeTypes } from "./emit/ts-node-types.ts";
import { emitOpenApi } from "./emit/ts-openapi.ts";
import { emitProblemTypes } from "./emit/ts-problem-types.ts";
import { emitRoutes } from "./emit/ts-routes.ts";
import { emitScripts } from "./emit/ts-scripts.ts";
import { emitSteps } from "./emit/ts-steps.ts";
import { emitTypes } from "./emit/ts-types.ts";
import { emitValidators, emitValidatorTypes } from "./emit/ts-validators.ts";
import { emitWire } from "./emit/ts-wire.ts";
import { readExamples } from "./examples.ts";
import { readSource } from "./source.ts";

export const TS_FOLDER = "codegen/generated/ts";
export const PY_FOLDER = "gpu-node/src/gpu_node/contracts";

/** Files in the generated folders that are written by hand. */
export const HAND_WRITTEN = [`${TS_FOLDER}/package.json`];

/** @param root folder of the repository. @returns path -> text */
export async function outputs(root: string): Promise<Map<string, string>> {
  const source = readSource(root);
  const ts: Record<string, string> = {
    "types.ts": emitTypes(source),
    "validators.js": await emitValidators(source),
    "validators.d.ts": emitValidatorTypes(source),
    "keys.ts": emitKeys(source),
    "wire.ts": emitWire(source),
    "scripts.ts": emitScripts(source),
    "steps.ts": emitSteps(source),
    "problem-types.ts": emitProblemTypes(source),
    "node-types.ts": emitNodeTypes(source),
    "graphs.ts": emitGraphs(source),
    "config.ts": emitConfig(source),
    "openapi.ts": emitOpenApi(source, readExamples(root, [...source.titled.keys()])),
    "routes.ts": emitRoutes(source),
  };
  const py: Record<string, string> = {
    "__init__.py": "",
    "models.py": emitModels(source),
    "keys.py": emitPyKeys(source),
    "wire.py": emitPyWire(source),
    "scripts.py": emitPyScripts(source),
    "steps.py": emitPySteps(source),
    "problem_types.py": emitPyProblemTypes(source),
    "node_types.py": emitPyNodeTypes(source),
    "config.py": emitPyConfig(source),
    "schema_index.py": emitPySchemaIndex(source),
  };
  return new Map([
    ...Object.entries(ts).map(([name, text]): [string, string] => [`${TS_FOLDER}/${name}`, text]),
    ...Object.entries(py).map(([name, text]): [string, string] => [`${PY_FOLDER}/${name}`, text]),
    ...[...emitPySchemaFiles(source)].map(([name, text]): [string, string] => [
      `${PY_FOLDER}/schemas/${name}`,
      text,
    ]),
    [".env.example", emitEnvExample(source)],
  ]);
}
