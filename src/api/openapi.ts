/** The OpenAPI document: made of the method table, the table of addresses below, and the schemas of types.ts. */
import { FAULTS } from "../rpc/faults.ts";
import type { Calls, Param, PublishedMethod, ValueType } from "../rpc/method.ts";
import { HOLDFAST_VERSION } from "../version.ts";
import { FAULT_STATUS } from "./methodcalls.ts";
import { API_PREFIX } from "./reply.ts";
import { SCHEMAS } from "./schemas.ts";

type Schema = Readonly<Record<string, unknown>>;
type SchemaName = keyof typeof SCHEMAS;

type Address = {
  readonly path: string;
  readonly summary: string;
  /** What a GET answers; `events`: a stream of messages of this type. */
  readonly answers: { readonly json: Schema } | { readonly events: SchemaName } | { readonly text: string };
  readonly query?: readonly { readonly name: string; readonly type: "integer" | "string"; readonly help: string }[];
};

const FROM = { name: "from", type: "integer", help: "The first byte; below zero: so many from the end" } as const;
const LENGTH = { name: "length", type: "integer", help: "At most so many bytes" } as const;

const PROCESS = "processes/{group}/{name}";
/** All that is read. */
const ADDRESSES: readonly Address[] = [
  { path: "state", summary: "Everything that is shown, once", answers: { json: ref("Snapshot") } },
  {
    path: "stream",
    summary: "A snapshot, then every change; usage every 2 seconds",
    answers: { events: "StreamMessage" },
    query: [{ name: "events", type: "integer", help: "1: also what event listeners get" }],
  },
  { path: `${PROCESS}/timeline`, summary: "The last state changes of a process", answers: { json: list("TimelineEntry") } },
  { path: `${PROCESS}/exits`, summary: "How the last runs of a process ended", answers: { json: list("ExitRow") } },
  { path: `${PROCESS}/config`, summary: "The options of a process with their places", answers: { json: list("OptionValue") } },
  ...logAddresses(`${PROCESS}/log/{channel}`, "a process's log"),
  ...logAddresses("log", "the activity log"),
  {
    path: "logs/follow",
    summary: "What is added to several logs",
    answers: { events: "LogsMessage" },
    query: [{ name: "log", type: "string", help: "GROUP/NAME/stdout@FROM, or activity@FROM; may be repeated" }],
  },
  { path: "dependencies", summary: "What each process depends on, and whether that holds", answers: { json: list("DependencyRow") } },
  { path: "update", summary: "What an update would do; nothing is kept", answers: { json: ref("UpdatePreview") } },
];

/** `calls`: the methods that the server offers which was asked. */
export function openApi(calls: Calls): Schema {
  const methods = [...calls.methods].map(([name, method]) => [`${API_PREFIX}call/${name}`, { post: methodOperation(name, method) }]);
  const paths = new Map<string, Schema>(ADDRESSES.map((address) => [`${API_PREFIX}${address.path}`, { get: readOperation(address) }]));
  const update = `${API_PREFIX}update`;
  paths.set(update, { ...paths.get(update), post: updateOperation() });
  return {
    openapi: "3.1.0",
    info: { title: "Holdfast", version: HOLDFAST_VERSION, summary: "Processes under supervision: state, logs, orders" },
    paths: { ...Object.fromEntries(paths), ...Object.fromEntries(methods) },
    components: {
      schemas: Object.fromEntries(Object.entries(SCHEMAS).map(([name, text]) => [name, JSON.parse(text) as Schema])),
      securitySchemes: { basic: { type: "http", scheme: "basic" } },
    },
    security: [{}, { basic: [] }],
  };
}

function logAddresses(path: string, what: string): readonly Address[] {
  return [
    { path, summary: `A piece of ${what}`, answers: { json: ref("LogPiece") }, query: [FROM, LENGTH] },
    { path: `${path}/follow`, summary: `What is added to ${what}`, answers: { events: "LogMessage" }, query: [FROM] },
    { path: `${path}/download`, summary: `The whole of ${what}`, answers: { text: "text/plain" } },
  ];
}

function readOperation({ path, summary, answers, query = [] }: Address): Schema {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    schema: name === "channel" ? { enum: ["stdout", "stderr"] } : { type: "string" },
  }));
  const fields = query.map(({ name, type, help }) => ({ name, in: "query", description: help, schema: { type } }));
  return { summary, parameters: [...names, ...fields], responses: { "200": good(contentOf(answers)), default: error() } };
}

function contentOf(answers: Address["answers"]): Schema {
  if ("json" in answers) return { "application/json": { schema: answers.json } };
  if ("text" in answers) return { [answers.text]: { schema: { type: "string" } } };
  return { "text/event-stream": { schema: { type: "string", description: `Each event's data is the rest of a ${answers.events}` } } };
}

function methodOperation(name: string, method: PublishedMethod): Schema {
  const { params, returns, help, faults } = method;
  const result = returns === null ? {} : { ...schemaOf(returns.type), description: returns.help };
  const answer = { type: "object", properties: { result }, required: ["result"] };
  const statuses = [...new Set(faults.map((fault) => FAULT_STATUS[fault]))].sort((a, b) => a - b);
  const described = statuses.map((status) => {
    const names = faults.filter((fault) => FAULT_STATUS[fault] === status).map((fault) => `${fault} (${FAULTS[fault]})`);
    return [String(status), error(names.join(", "))];
  });
  return {
    operationId: name,
    summary: help ?? name,
    requestBody: {
      required: (params ?? []).some(({ optional }) => optional !== true),
      content: { "application/json": { schema: bodyOf(params) } },
    },
    responses: { "200": good({ "application/json": { schema: answer } }), ...Object.fromEntries(described), default: error() },
  };
}

function bodyOf(params: readonly Param[] | null): Schema {
  if (params === null) return { type: "array" };
  const properties = params.map(({ name, type, help }) => [name, { ...schemaOf(type), description: help }] as const);
  const required = params.filter(({ optional }) => optional !== true).map(({ name }) => name);
  const byName = { type: "object", properties: Object.fromEntries(properties), required, additionalProperties: false };
  const asList = { type: "array", prefixItems: properties.map(([, schema]) => schema), minItems: required.length, maxItems: params.length };
  return { oneOf: [byName, asList] };
}

function updateOperation(): Schema {
  const groups = { type: "array", items: { type: "string" }, description: "Only these; all that differ when it is left out" };
  return {
    summary: "Reread the configuration and apply what differs",
    requestBody: { required: false, content: { "application/json": { schema: { type: "object", properties: { groups } } } } },
    responses: { "200": good({ "application/json": { schema: list("UpdateOutcome") } }), default: error() },
  };
}

function good(content: Schema): Schema {
  return { description: "It is done, or here it is", content };
}

function error(description = "It was refused"): Schema {
  const schema = { type: "object", properties: { error: ref("ApiError") }, required: ["error"] };
  return { description, content: { "application/json": { schema } } };
}

function schemaOf(type: ValueType): Schema {
  const NAMES = { int: "integer", double: "number", struct: "object" } as const;
  return { type: type === "int" || type === "double" || type === "struct" ? NAMES[type] : type };
}

function ref(name: SchemaName): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

function list(name: SchemaName): Schema {
  return { type: "array", items: ref(name) };
}
