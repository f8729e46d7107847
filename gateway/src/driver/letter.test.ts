import { describe, expect, it } from "vitest";
import { readLetter } from "./letter.ts";

const result = (node: string, outputs: string) =>
  `{"node_id":"${node}","attempt":1,"status":"succeeded","outputs":${outputs}}`;
const ending = (...results: string[]) =>
  `{"source":"default","entry":"1-0","task":"t","body":{"kind":"ending","outcome":"settled","reason":"","began":[],"results":[${results.join(",")}]}}`;

const verdicts = (text: string) => {
  const { body } = readLetter(text);
  const results = body.kind === "result" ? [body.result] : body.kind === "ending" ? body.results : [];
  return results.map(({ node_id, status, problem }) => [node_id, status, problem?.code, problem?.detail]);
};

describe("readLetter", () => {
  it("fails exactly the results whose numbers no reader would see alike", () => {
    const text = ending(
      result("a", '{"n":10000000000000000000000001}'),
      result("b", '{"n":9007199254740991,"x":0.1,"big":10000000000000000000000000}'),
      result("c", '{"json":{"deep":[1,{"n":9007199254740993}]}}'),
    );
    expect(verdicts(text)).toEqual([
      ["a", "failed", "invalid-output", "/n cannot be kept exactly"],
      ["b", "succeeded", undefined, undefined],
      ["c", "failed", "invalid-output", "/json/deep/1/n cannot be kept exactly"],
    ]);
  });

  it("looks at single results too, and leaves what only looks like one", () => {
    const one = (outputs: string) =>
      `{"source":"default","entry":"1-0","task":"t","body":{"kind":"result","result":${result("a", outputs)}}}`;
    expect(verdicts(one('{"n":1e400}'))).toEqual([
      ["a", "failed", "invalid-output", "/n cannot be kept exactly"],
    ]);
    expect(verdicts(one('{"text":"1e400"}'))).toEqual([["a", "succeeded", undefined, undefined]]);
  });

  it("believes nothing of a letter with more wrong numbers than it can name", () => {
    const many = `{"n":[${Array.from({ length: 200 }, () => "1e400").join(",")}]}`;
    const verdict = verdicts(ending(result("a", many), result("b", '{"n":1e400}')));
    expect(verdict.map(([node, status]) => [node, status])).toEqual([
      ["a", "failed"],
      ["b", "failed"],
    ]);
  });
});
