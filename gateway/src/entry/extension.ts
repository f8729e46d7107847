/** Loads the module that brings further node types, handlers and graphs: for tests, and for one's own node types. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Graph } from "@myspinbot/contracts/types.ts";
import type { NodeTypeExtension } from "../graphs/node-types.ts";
import type { Handlers } from "../handlers/handler.ts";

export interface Extension extends NodeTypeExtension {
  handlers?: Handlers;
  graphs?: Graph[];
}

/** @param path empty for none; relative to the working directory. */
export async function loadExtension(path: string): Promise<Extension> {
  if (path === "") return {};
  return (await import(pathToFileURL(resolve(path)).href)) as Extension;
}
