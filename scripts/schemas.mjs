// The types of the JSON API as JSON schemas, for its OpenAPI document: src/api/schemas.ts is made from src/api/types.ts. It knows the few forms of
// types that are used there, and stops at any other.
import { readFileSync } from "node:fs";
import { inRoot } from "./places.mjs";
import { Stop } from "./progress.mjs";

const SOURCE = "src/api/types.ts";
const COLUMNS = 140;

/** The text of src/api/schemas.ts. */
export async function schemasSource() {
  const { default: ts } = await import("typescript");
  const source = ts.createSourceFile(SOURCE, readFileSync(inRoot(SOURCE), "utf8"), ts.ScriptTarget.Latest, true);
  const lines = source.statements.filter(ts.isTypeAliasDeclaration).map((alias) => {
    const parameters = new Set((alias.typeParameters ?? []).map(({ name }) => name.text));
    const schema = { ...described(ts, alias), ...schemaOf(ts, alias.type, parameters) };
    const [name, text] = [`  ${alias.name.text}:`, quoted(JSON.stringify(schema))];
    // As the formatter breaks it: never behind a short name.
    return `${name}${alias.name.text.length > 4 && name.length + text.length + 2 > COLUMNS ? "\n    " : " "}${text},\n`;
  });
  const head =
    "/** The types of types.ts as JSON schemas, each as a text: made from them by `npm run docs`, for the OpenAPI document. */\n";
  return `${head}export const SCHEMAS = {\n${lines.join("")}} as const;\n`;
}

/**
 * @param {typeof import("typescript")} ts
 * @param {import("typescript").TypeNode} node
 * @param {ReadonlySet<string>} parameters names of type parameters: anything
 * @returns {Record<string, unknown>}
 */
function schemaOf(ts, node, parameters) {
  const inner = (/** @type {import("typescript").TypeNode} */ one) => schemaOf(ts, one, parameters);
  if (ts.isParenthesizedTypeNode(node) || ts.isTypeOperatorNode(node)) return inner(node.type);
  if (ts.isArrayTypeNode(node)) return { type: "array", items: inner(node.elementType) };
  if (ts.isTypeLiteralNode(node)) return objectOf(ts, node, parameters);
  if (ts.isIntersectionTypeNode(node)) return { allOf: node.types.map(inner) };
  if (ts.isUnionTypeNode(node)) return unionOf(node.types.map(inner));
  if (ts.isTypeReferenceNode(node)) {
    const name = node.typeName.getText();
    return parameters.has(name) ? {} : { $ref: `#/components/schemas/${name}` };
  }
  if (ts.isLiteralTypeNode(node)) return literalOf(ts, node);
  switch (node.kind) {
    case ts.SyntaxKind.StringKeyword:
      return { type: "string" };
    case ts.SyntaxKind.NumberKeyword:
      return { type: "number" };
    case ts.SyntaxKind.BooleanKeyword:
      return { type: "boolean" };
    case ts.SyntaxKind.UnknownKeyword:
      return {};
    default:
      throw new Stop(`${SOURCE}: scripts/schemas.mjs does not know the type ${node.getText()}`);
  }
}

/** @param {typeof import("typescript")} ts @param {import("typescript").LiteralTypeNode} node */
function literalOf(ts, { literal }) {
  if (literal.kind === ts.SyntaxKind.NullKeyword) return { type: "null" };
  if (ts.isStringLiteral(literal)) return { const: literal.text };
  throw new Stop(`${SOURCE}: scripts/schemas.mjs does not know the literal ${literal.getText()}`);
}

/** @param {Record<string, unknown>[]} members */
function unionOf(members) {
  if (members.every((one) => "const" in one)) return { enum: members.map((one) => one["const"]) };
  const isPlain = members.every((one) => typeof one["type"] === "string" && Object.keys(one).length === 1);
  return isPlain ? { type: members.map((one) => one["type"]) } : { anyOf: members };
}

/** @param {typeof import("typescript")} ts @param {import("typescript").TypeLiteralNode} node @param {ReadonlySet<string>} parameters */
function objectOf(ts, node, parameters) {
  const fields = node.members.filter(ts.isPropertySignature).map((field) => {
    if (field.type === undefined) throw new Stop(`${SOURCE}: ${field.getText()} has no type`);
    const schema = { ...described(ts, field), ...schemaOf(ts, field.type, parameters) };
    return { name: field.name.getText(), isRequired: field.questionToken === undefined, schema };
  });
  const required = fields.filter(({ isRequired }) => isRequired).map(({ name }) => name);
  return { type: "object", properties: Object.fromEntries(fields.map(({ name, schema }) => [name, schema])), required };
}

/** @param {typeof import("typescript")} ts @param {import("typescript").Node} node */
function described(ts, node) {
  const [comment] = ts.getJSDocCommentsAndTags(node);
  const text = comment !== undefined && ts.isJSDoc(comment) && typeof comment.comment === "string" ? comment.comment : "";
  return text === "" ? {} : { description: text.replace(/\s+/g, " ") };
}

/**
 * JSON as a text between single quotes, with none inside.
 * @param {string} json
 */
function quoted(json) {
  return `'${json.replaceAll("'", "\\u0027").replaceAll("\\", "\\\\")}'`;
}
