/** What the rules need of TypeScript's parser: calls and names that are banned, functions and their lengths, imports. */
import ts from "typescript";
import { text } from "./tree.ts";

export type Place = { readonly line: number; readonly what: string };

/**
 * Uses of global names: `Date.now`, `process.env`, `setTimeout()`, `new Date()` without arguments, `eval()`. Names in strings and comments,
 * properties of other objects (`clock.setTimeout`), types, and a name that the file declares itself (a parameter `process`) do not count.
 */
export function worldNames(file: string): Place[] {
  const source = parse(file);
  const found: Place[] = [];
  const note = (node: ts.Node, what: string): void => {
    found.push({ line: source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1, what });
  };
  visit(source, (node) => {
    if (!ts.isPropertyAccessExpression(node) && !ts.isCallExpression(node) && !ts.isNewExpression(node)) return;
    if (!ts.isIdentifier(node.expression) || isDeclared(node, node.expression.text)) return;
    const name = node.expression.text;
    if (ts.isPropertyAccessExpression(node)) note(node, `${name}.${node.name.text}`);
    else if (ts.isCallExpression(node)) note(node, `${name}()`);
    else note(node, `new ${name}(${(node.arguments?.length ?? 0) === 0 ? "" : "…"})`);
  });
  return found;
}

export type FunctionLength = { readonly name: string; readonly line: number; readonly lines: number };

/** Every function with a body, named by itself or by what it is assigned to; those inside another count on their own, too. */
export function functions(file: string): FunctionLength[] {
  const source = parse(file);
  const found: FunctionLength[] = [];
  visit(source, (node) => {
    if (!ts.isFunctionLike(node) || !("body" in node) || node.body === undefined) return;
    const from = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
    const to = source.getLineAndCharacterOfPosition(node.end).line;
    found.push({ name: nameOf(node), line: from + 1, lines: to - from + 1 });
  });
  return found;
}

/** What a file imports or exports from elsewhere, `import()` and type imports included, as written. */
export function imports(file: string): string[] {
  return ts.preProcessFile(text(file), true, true).importedFiles.map((each) => each.fileName);
}

/** The lines, counted from 0, that begin inside a text in backticks: a page or a program written out, which is wrapped by its own rules. */
export function linesOfTexts(file: string): ReadonlySet<number> {
  const source = parse(file);
  const found = new Set<number>();
  visit(source, (node) => {
    if (!ts.isNoSubstitutionTemplateLiteral(node) && !ts.isTemplateExpression(node)) return;
    const first = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
    const last = source.getLineAndCharacterOfPosition(node.end).line;
    for (let line = first + 1; line <= last; line++) found.add(line);
  });
  return found;
}

/** Whether a scope around the node declares the name. */
function isDeclared(node: ts.Node, name: string): boolean {
  for (let scope = node; ; scope = scope.parent) {
    if (ts.isFunctionLike(scope) && scope.parameters.some((parameter) => binds(parameter.name, name))) return true;
    if (ts.isForOfStatement(scope) && ts.isVariableDeclarationList(scope.initializer) && listBinds(scope.initializer, name)) return true;
    if (
      (ts.isBlock(scope) || ts.isSourceFile(scope) || ts.isCaseClause(scope)) &&
      scope.statements.some((each) => statementBinds(each, name))
    )
      return true;
    if (ts.isSourceFile(scope)) return false;
  }
}

function statementBinds(statement: ts.Statement, name: string): boolean {
  if (ts.isVariableStatement(statement)) return listBinds(statement.declarationList, name);
  return ts.isFunctionDeclaration(statement) && statement.name?.text === name;
}

function listBinds(list: ts.VariableDeclarationList, name: string): boolean {
  return list.declarations.some((declaration) => binds(declaration.name, name));
}

function binds(bound: ts.BindingName, name: string): boolean {
  return ts.isIdentifier(bound) ? bound.text === name : bound.elements.some((each) => ts.isBindingElement(each) && binds(each.name, name));
}

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, text(file), ts.ScriptTarget.Latest, true);
}

function visit(node: ts.Node, use: (node: ts.Node) => void): void {
  use(node);
  ts.forEachChild(node, (child) => {
    visit(child, use);
  });
}

function nameOf(node: ts.SignatureDeclaration): string {
  if (node.name !== undefined && ts.isIdentifier(node.name)) return node.name.text;
  const { parent } = node;
  return (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) && ts.isIdentifier(parent.name)
    ? parent.name.text
    : "(unnamed)";
}
