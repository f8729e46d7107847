/** Reports of the auditors as they look, and what the verdict makes of them. */
import { describe, expect, it } from "vitest";
import { type Answer, judge } from "./answer.ts";
import { readNpmAudit } from "./npm.ts";
import { readPipAudit } from "./python.ts";

const clean: Answer = { source: "x", findings: [] };
const found: Answer = { source: "y", findings: [{ package: "p", ids: ["PYSEC-1", "CVE-1"], title: "Bad." }] };
const silent: Answer = { source: "z", findings: [], unknown: "405" };
const row = { id: "CVE-1", package: "p", why: "We do not call it." };

describe("the verdict", () => {
  it.each<[string, Answer[], (typeof row)[], 0 | 1 | 3]>([
    ["clean", [clean], [], 0],
    ["found", [clean, found], [], 1],
    ["explained by any of its names", [found], [row], 0],
    ["explained for another package", [found], [{ ...row, package: "q" }], 1],
    ["explained for nothing", [clean], [row], 1],
    ["not known", [clean, silent], [], 3],
    ["not known, so no explanation is stale", [silent], [row], 3],
    ["found although not all is known", [found, silent], [], 1],
  ])("%s", (_, answers, explained, status) => {
    expect(judge(answers, explained).status).toBe(status);
  });

  it("says what nobody could be asked about", () => {
    expect(judge([silent], []).lines).toEqual(["z: NOT KNOWN. 405"]);
  });
});

describe("a report of npm audit", () => {
  it("names each weakness once, by its advisory", () => {
    const via = { name: "p", title: "Bad", url: "https://github.com/advisories/GHSA-1" };
    const text = JSON.stringify({
      vulnerabilities: { p: { via: [via] }, q: { via: ["p"] }, r: { via: [via] } },
    });
    expect(readNpmAudit(text).findings).toEqual([{ package: "p", title: "Bad", ids: ["GHSA-1"] }]);
  });

  it.each([
    ["that the registry refuses", '{"message":"405 Method Not Allowed","statusCode":405}', "405"],
    ["that is none", "", "no report"],
  ])("%s says nothing about the packages", (_, text, says) => {
    expect(readNpmAudit(text)).toMatchObject({
      findings: [],
      unknown: expect.stringContaining(says) as string,
    });
  });

  it("that is empty is clean", () => {
    expect(readNpmAudit('{"vulnerabilities":{}}').unknown).toBeUndefined();
  });
});

describe("a report of pip-audit", () => {
  const read = (dependencies: object[]): Answer => readPipAudit("l", JSON.stringify({ dependencies }), "");

  it("names each weakness by all its names", () => {
    const vulns = [{ id: "PYSEC-1", aliases: ["CVE-1"], description: "Bad.\nMore." }];
    expect(read([{ name: "p", version: "1", vulns }]).findings).toEqual(found.findings);
  });

  it("with packages that it left out is not clean", () => {
    const answer = read([
      { name: "p", version: "1", vulns: [] },
      { name: "q", skip_reason: "Dependency not found on PyPI" },
    ]);
    expect(answer.unknown).toBe("1 of 2 packages: Dependency not found on PyPI");
  });

  it("about nothing is not clean", () => {
    expect(read([]).unknown).toBeDefined();
  });

  it("that is none says what it said last", () => {
    expect(readPipAudit("l", "", "Traceback\nConnectionError: no\n").unknown).toContain(
      "ConnectionError: no",
    );
  });
});
