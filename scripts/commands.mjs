/**
 * The commands of package.json: what each is for, what can be said to it, and what it needs installed.
 * Options: `value` names what follows an option that takes something; `many` lets it be said again or
 * followed by several words.
 */

import { FILM } from "./demo/film.mjs";

const TESTS = "Words choose tests of Vitest, paths of Python files (from gpu-node/) those of pytest.";

/**
 * @typedef {{help: string, value?: string, many?: boolean, short?: string}} Option
 * @typedef {{about: string, more?: string, options?: Record<string, Option>,
 *   words?: {name: string, help: string, most: number, least?: number, among?: string[]},
 *   needs?: "all" | "system", passesOn?: boolean}} Command
 *   words: arguments that are no options; needs: what set-up installs first, nothing if absent;
 *   passesOn: what was typed is judged by the command itself, and options only names what npm must not take
 */

/** @type {Record<string, Command>} */
export const COMMANDS = {
  demo: {
    about: "Makes a film of a talking face by the real system on this machine.",
    needs: "system",
    options: FILM,
  },
  "demo:tunnel": {
    about:
      "Makes such a film by a Worker, with everything else behind a tunnel and the gpu-node behind an edge.",
    more: "The runtime of Workers and the edge are local stand-ins; docs/edge.md says the rest.",
    needs: "all",
    options: FILM,
  },
  dev: {
    about: "Starts everything on fixed ports (gateway 8787, gpu-node 8788), again when code changes.",
    needs: "system",
  },
  start: {
    about: "Runs everything on this machine for everyday use; starts again what dies.",
    more: "docs/running.md shows it as a systemd unit. Ctrl-C or SIGTERM stops all in order.",
    needs: "system",
    options: {
      data: {
        value: "FOLDER",
        help: "where all data lies; .state by default, kept by npm run clean",
      },
      port: { value: "PORT", help: "of the gateway; 8787 by default" },
      "gpu-node-port": { value: "PORT", help: "of the executor's health; 8788 by default" },
      "all-addresses": { help: "listen for other machines, too, which makes keys required" },
      "public-url": { value: "URL", help: "where others find the gateway, as in https://jobs.example.org" },
    },
  },
  "dev:edge": {
    about: "Starts everything with the gateway as a Worker in the local runtime (8787), beside a driver.",
    more: "Prints an API key: at the edge nobody is served without one. docs/edge.md says the rest.",
    needs: "all",
  },
  check: {
    about: "Says everything that is wrong with code, types, arrows and docs; changes nothing.",
    needs: "all",
  },
  format: { about: "Fixes what can be fixed: format and lint of both languages.", needs: "all" },
  generate: {
    about: "Writes the code that comes from schemas/ and graphs/, in both languages.",
    needs: "all",
    options: { check: { help: "write nothing, only say which files are stale" } },
  },
  test: {
    about: "Runs the tests of both languages, or a part of them.",
    more: TESTS,
    needs: "all",
    words: { name: "WORD|PATH", help: "unit, int or e2e as the first: only that part", most: Infinity },
    options: {
      name: { value: "PATTERN", short: "t", help: "only tests whose name fits (-t of Vitest, -k of pytest)" },
    },
  },
  bench: {
    about: "Measures figures beside their peers in one run; bench/README.md says which.",
    needs: "all",
    words: {
      name: "NAME",
      help: "boxes, capacity, drive, edge, failover, media, memory, noop, page, pull, recovery, saver or submit",
      among: [
        "boxes",
        "capacity",
        "drive",
        "edge",
        "failover",
        "media",
        "memory",
        "noop",
        "page",
        "pull",
        "recovery",
        "saver",
        "submit",
      ],
      most: 1,
      least: 1,
    },
  },
  keys: {
    about: "Makes, lists and revokes API keys, straight in Redis: so the first one is made.",
    more: "Redis: of GATEWAY_REDIS_URL, .env, npm run start or npm run dev. With the first key all need one.",
    needs: "system",
    options: {
      owner: { value: "NAME", help: "whose runs and files it sees; letters, digits, _ and -" },
      scopes: { value: "LIST", help: "what it may do: runs:write, runs:read, operate; several with commas" },
      name: { value: "TEXT", help: "for people" },
      days: { value: "NUMBER", help: "how long it is valid; without it until it is revoked" },
      "runs-per-minute": { value: "NUMBER", help: "runs that it may start within any minute" },
      "live-runs": { value: "NUMBER", help: "its runs that have not ended" },
      "bytes-per-day": { value: "NUMBER", help: "bytes of files that it may bring within a day, UTC" },
      "event-streams": { value: "NUMBER", help: "event streams that it may have open at one gateway" },
      "highest-priority": { value: "LEVEL", help: "of its runs: high, normal or low; any without it" },
    },
    words: {
      name: "create|list|revoke [KEY]",
      help: "what to do; KEY is the id that list shows",
      most: 2,
      least: 1,
    },
  },
  share: {
    about: "Lets others in to the running gateway by a quick tunnel of cloudflared, with a key.",
    more: "Until Ctrl-C; then the key is revoked. With the first key everybody needs one. docs/tunnel.md.",
    needs: "system",
    options: {
      port: { value: "PORT", help: "of the gateway; 8787 by default" },
      owner: { value: "NAME", help: "whose runs and files the key sees; guest by default" },
    },
  },
  "tunnel:check": {
    about: "Judges configurations of cloudflared: by our rules, and by cloudflared where it is.",
    needs: "system",
    words: { name: "FILE", help: "those in tunnel/ without one", most: Infinity },
  },
  "setup:compose": {
    about: "Writes what docker-compose.yml needs: passwords, Redis users, folders; in .compose.",
    more: "Run again it keeps all that is there. `npm run clean` leaves it alone.",
  },
  msb: {
    about: "The command line: starts runs, watches them, looks after a gateway.",
    needs: "system",
    passesOn: true,
    options: {
      json: { help: "answers as JSON" },
      url: { value: "ADDRESS", help: "the gateway" },
      key: { value: "KEY", help: "the API key" },
      watch: { help: "follow a run" },
      out: { value: "FILE", help: "where the film is written" },
      input: { value: "FILE", help: "a run's input" },
    },
  },
  backup: {
    about: "Copies Redis and the object store into a new folder, as they are at one moment.",
    more: "Of GATEWAY_REDIS_URL and GATEWAY_S3_*, .env, or npm run start, running or not. docs/operations.md.",
    needs: "system",
    words: { name: "FOLDER", help: "where the copy lies; new, or empty", most: 1, least: 1 },
    options: {
      data: {
        value: "FOLDER",
        help: "of npm run start, in place of GATEWAY_REDIS_URL and .env; .state by default",
      },
      pause: { value: "SECONDS", help: "how long whoever writes to Redis may be kept waiting; 5 by default" },
    },
  },
  restore: {
    about: "Puts a backup back into a Redis and a bucket that are empty.",
    more: "Before gateways and executors are started. Places as for backup. docs/operations.md.",
    needs: "system",
    words: { name: "FOLDER", help: "the backup", most: 1, least: 1 },
    options: {
      data: {
        value: "FOLDER",
        help: "of npm run start, in place of GATEWAY_REDIS_URL and .env; .state by default",
      },
    },
  },
  sheet: {
    about: "Shows a film as one picture: rest, widest, rounded, teeth, closed, blink, turned, end.",
    needs: "system",
    words: {
      name: "FILM [PICTURE]",
      help: "without a picture's name it lies beside the film",
      most: 2,
      least: 1,
    },
  },
  voices: {
    about: "Makes a short sample of every voice, and a page to hear them.",
    needs: "system",
    options: {
      out: { value: "FOLDER", help: "where they are written; .data/voices by default" },
      text: { value: "TEXT", help: "what they say instead" },
      only: { value: "NAME", many: true, help: "some voices, by name" },
    },
  },
  bootstrap: { about: "Sets up everything that the other commands need.", needs: "all" },
  compact: {
    about: "Takes what was deleted off the disk: out of the data of dev and of the last demo.",
    needs: "system",
  },
  audit: {
    about: "Asks the registries for published weaknesses of what we pin; needs the network.",
    more: "Exit status 1: something is neither mended nor explained. 3: somebody could not be asked.",
    needs: "system",
  },
  sbom: {
    about: "Writes what is in each of our images as a document of CycloneDX (SBOM).",
    more: "By Dockerfiles and lock files, without a container engine. docs/running.md says where else it lies.",
    needs: "system",
    options: {
      out: { value: "FOLDER", help: "where they are written; .data/sbom by default" },
      only: { value: "IMAGE", help: "gateway, gpu-node-cpu, gpu-node-cuda or gpu-node-plain" },
      inside: {
        value: "FOLDER",
        help: "the file system of a stage of the image: packages of Debian in it, too",
      },
    },
  },
  clean: {
    about: "Removes the data of runs: films, Redis, object store, logs, reports.",
    options: { all: { help: "the installed packages and models too, as after cloning" } },
  },
};
