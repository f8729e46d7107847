/**
 * In place of LangSmith's client, which sends traces of runs to a service elsewhere: a tenth of the bundle. Nothing is
 * traced here, so nothing is a part of a trace; a tracer that somebody asks for by a variable has nobody to tell.
 */

export class Client {}

export class RunTree {
  constructor(config: object = {}) {
    Object.assign(this, config);
  }

  async postRun(): Promise<void> {}
  async patchRun(): Promise<void> {}
}

export const isRunTree = (): boolean => false;
export const isTraceableFunction = (): boolean => false;
export const getCurrentRunTree = (): undefined => undefined;
export const convertToDottedOrderFormat = (): object => ({
  dottedOrder: "",
  microsecondPrecisionDatestring: "",
});
