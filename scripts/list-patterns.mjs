/** Prints the regular expressions of TypeScript and JavaScript files, and the patterns of schemas, as JSON. */
import { readFileSync } from "node:fs";
import ts from "typescript";

const found = [];
for (const file of process.argv.slice(2)) {
  const text = readFileSync(file, "utf8");
  if (file.endsWith(".json")) patternsOf(JSON.parse(text), file);
  else literalsOf(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true), file);
}
console.log(JSON.stringify(found));

function literalsOf(source, file) {
  const visit = (node) => {
    const [written] =
      ts.isNewExpression(node) && node.expression.getText() === "RegExp" ? node.arguments : [];
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf("/");
      keep(node, node.text.slice(1, end), node.text.slice(end + 1));
    } else if (written !== undefined && ts.isStringLiteralLike(written)) keep(written, written.text, "");
    ts.forEachChild(node, visit);
  };
  const keep = (node, pattern, flags) => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    found.push({ at: `${file}:${line + 1}`, pattern, flags });
  };
  visit(source);
}

function patternsOf(value, file) {
  if (typeof value !== "object" || value === null) return;
  if (typeof value.pattern === "string") found.push({ at: file, pattern: value.pattern, flags: "u" });
  for (const inner of Object.values(value)) patternsOf(inner, file);
}
