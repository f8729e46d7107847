/** Puts the limits of a test in the place of those of wire.json, before the gateway reads one; sitecustomize.py is its twin. */
import { EXECUTOR } from "@myspinbot/contracts/wire.ts";

Object.assign(EXECUTOR, JSON.parse(process.env.TWINS_LIMITS ?? "{}"));
