import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import svelte from "eslint-plugin-svelte";
import tseslint from "typescript-eslint";

const readonly = (names) => Object.fromEntries(names.map((name) => [name, "readonly"]));
const nodeGlobals = readonly(["AbortSignal", "URL", "console", "fetch", "process"]);

/** Tests and what only they use may look at the clock of the machine. */
const TESTS = ["**/*.test.ts", "**/test/**"];
const PASSED_IN = "time, randomness and environment are passed in: take a Clock, or random(), as an argument";
const CODE = "*.{ts,mts,cts,js,mjs,cjs}";
/** Without a property: all that it has. */
const no = (object, property) => ({ object, property, message: PASSED_IN });
/** As a function's own, and where only its type is written: in interfaces, overloads and abstract methods. */
const MOST_PARAMETERS = 4;
const LONG_SIGNATURES =
  "TSMethodSignature TSCallSignatureDeclaration TSConstructSignatureDeclaration TSConstructorType"
    .concat(" TSEmptyBodyFunctionExpression")
    .split(" ")
    .map((node) => ({
      selector: `${node}[params.length>${MOST_PARAMETERS}]`,
      message: `more than ${MOST_PARAMETERS} parameters: take an object`,
    }));
const TIMERS = ["setTimeout", "setInterval", "setImmediate", "scheduler"].map((name) => ({
  name,
  message: PASSED_IN,
}));

/** What is there in one of Node, browsers and Workers only. */
const FOREIGN_GLOBALS =
  "Buffer process global require module __dirname __filename setImmediate window document".split(" ");
const EVERYWHERE = "the client runs in Node, browsers and Workers";

/** Nothing but the entry and the modules made for it reads the machine's clock, or asks for chance. */
const CLOCK_RULES = {
  "no-restricted-properties": [
    "error",
    no("Date", "now"),
    no("performance"),
    ...["hrtime", "uptime", "env"].map((property) => no("process", property)),
    no("Math", "random"),
    no("crypto", "randomUUID"),
    no("crypto", "getRandomValues"),
    no("AbortSignal", "timeout"),
    ...["globalThis", "self"].flatMap((object) => TIMERS.map(({ name }) => no(object, name))),
  ],
  "no-restricted-globals": ["error", ...TIMERS, { name: "Temporal", message: PASSED_IN }],
  "no-restricted-syntax": [
    "error",
    ...LONG_SIGNATURES,
    // By another way, or under another name.
    {
      selector:
        "MemberExpression[object.name=/^(globalThis|self)$/][property.name=/^(Date|Math|performance|process|crypto|AbortSignal)$/]",
      message: PASSED_IN,
    },
    {
      selector:
        "VariableDeclarator[id.type='Identifier'][init.name=/^(Date|Math|performance|process|crypto)$/]",
      message: PASSED_IN,
    },
    { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: PASSED_IN },
    { selector: "CallExpression[callee.name='Date']", message: PASSED_IN },
    // Formats the moment at which it is asked.
    {
      selector:
        "CallExpression[arguments.length=0][callee.property.name=/^format(ToParts)?$/][callee.object.callee.property.name='DateTimeFormat']",
      message: PASSED_IN,
    },
  ],
  "no-restricted-imports": [
    "error",
    {
      paths: [{ name: "ulid", message: "ids are made by ids.ts" }],
      patterns: [
        { group: ["**/clock.ts"], importNames: ["systemClock", "systemRandom"], message: PASSED_IN },
      ],
    },
  ],
};

export default defineConfig(
  globalIgnores([
    ...["**/node_modules", "**/dist", ".data", "codegen/generated", "e2e/api-clients", "**/.venv"],
    ...["ui/build", "**/.svelte-kit"],
  ]),
  js.configs.recommended,
  { files: ["**/*.{js,mjs,cjs}"], languageOptions: { globals: nodeGlobals } },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      // Async functions that await nothing yet still fulfil an async interface.
      "@typescript-eslint/require-await": "off",
      // Factories return plain objects whose functions use no "this".
      "@typescript-eslint/unbound-method": "off",
      "no-console": "error",
      "max-lines": ["error", { max: 200, skipBlankLines: true, skipComments: true }],
      "max-lines-per-function": ["error", { max: 80, skipBlankLines: true, skipComments: true }],
      "@typescript-eslint/max-params": ["error", { max: MOST_PARAMETERS }],
      "no-restricted-syntax": ["error", ...LONG_SIGNATURES],
    },
  },
  { files: ["**/*.{js,mjs,cjs}"], rules: { "max-params": ["error", MOST_PARAMETERS] } },
  {
    files: ["**/*.test.ts", "**/test/**/*.ts", "e2e/**/*.ts", "bench/**/*.ts"],
    rules: {
      "max-lines-per-function": "off",
      "max-lines": "off",
      "@typescript-eslint/max-params": "off",
      // Answers are read as JSON and then asserted on, field by field.
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
    },
  },
  {
    files: [`gateway/src/**/${CODE}`],
    ignores: [...TESTS, "gateway/src/entry/**", "gateway/src/{clock,ids}.ts"],
    rules: CLOCK_RULES,
  },
  // Tests make connections by the dozen, so these have defaults.
  { files: ["gateway/src/redis/client.ts"], rules: { "no-restricted-imports": "off" } },
  {
    files: [`client/**/${CODE}`],
    ignores: [...TESTS, "client/src/runtime.ts", "client/cli/main.ts"],
    rules: CLOCK_RULES,
  },
  // It is drawn again now and then, whatever the time is.
  { files: ["client/cli/progress/progress-view.ts"], rules: { "no-restricted-globals": "off" } },
  {
    files: [`client/src/**/${CODE}`],
    ignores: TESTS,
    rules: {
      "no-restricted-globals": ["error", ...FOREIGN_GLOBALS.map((name) => ({ name, message: EVERYWHERE }))],
    },
  },
  {
    files: [`client/src/**/${CODE}`],
    ignores: [...TESTS, "client/src/runtime.ts"],
    rules: {
      "no-restricted-globals": [
        "error",
        ...FOREIGN_GLOBALS.map((name) => ({ name, message: EVERYWHERE })),
        ...TIMERS,
        { name: "fetch", message: PASSED_IN },
      ],
    },
  },
  svelte.configs.recommended,
  {
    files: ["ui/**/*.svelte", "ui/**/*.svelte.ts"],
    languageOptions: {
      parserOptions: { projectService: true, extraFileExtensions: [".svelte"], parser: tseslint.parser },
    },
    rules: {
      // What TypeScript knows better.
      "no-undef": "off",
      "no-unused-vars": "off",
      // Maps that nobody watches, and values that are gone at the end of their function.
      "svelte/prefer-svelte-reactivity": "off",
      "max-lines": ["error", { max: 200, skipBlankLines: true }],
      "max-params": ["error", MOST_PARAMETERS],
      // Addresses of this page have no base before them: the gateway serves it at its root.
      "svelte/no-navigation-without-resolve": "off",
    },
  },
  {
    files: ["ui/src/**/*.{ts,svelte}"],
    ignores: [...TESTS, "ui/src/lib/clock.svelte.ts"],
    // Timers of a page end with the component that has set them.
    rules: { ...CLOCK_RULES, "no-restricted-globals": "off", "no-restricted-imports": "off" },
  },
  // Runs in browsers, before anything else.
  {
    files: ["ui/static/*.js"],
    languageOptions: { globals: { localStorage: "readonly", matchMedia: "readonly", document: "readonly" } },
  },
  // Commands talk to a person on a terminal.
  { files: ["scripts/**", "codegen/**", "bench/**", "e2e/**"], rules: { "no-console": "off" } },
);
