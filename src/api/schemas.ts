/** The types of types.ts as JSON schemas, each as a text: made from them by `npm run docs`, for the OpenAPI document. */
export const SCHEMAS = {
  StateName:
    '{"description":"As Supervisor names them.","enum":["STOPPED","STARTING","RUNNING","BACKOFF","STOPPING","EXITED","FATAL","UNKNOWN"]}',
  Answer:
    '{"description":"The answer of `call`: status 200, or 4xx and 5xx with an error. `code` and `name` are the fault\\u0027s of XML-RPC (10, BAD_NAME).","anyOf":[{"type":"object","properties":{"result":{}},"required":["result"]},{"type":"object","properties":{"error":{"$ref":"#/components/schemas/ApiError"}},"required":["error"]}]}',
  ApiError:
    '{"type":"object","properties":{"code":{"type":"number"},"name":{"type":"string"},"message":{"type":"string"}},"required":["code","name","message"]}',
  ExitReason:
    '{"type":"object","properties":{"at":{"type":"number"},"exitCode":{"description":"null: it was ended by a signal.","type":["number","null"]},"signal":{"type":["string","null"]},"expected":{"description":"Whether exitcodes names it.","type":"boolean"},"coreDumped":{"type":"boolean"}},"required":["at","exitCode","signal","expected","coreDumped"]}',
  ProcessRow:
    '{"type":"object","properties":{"group":{"type":"string"},"name":{"type":"string"},"namespec":{"description":"How commands call it: `group:name`, or the name alone.","type":"string"},"state":{"$ref":"#/components/schemas/StateName"},"description":{"description":"Supervisor\\u0027s own words: `pid 12, uptime 0:00:03`.","type":"string"},"pid":{"description":"0: none.","type":"number"},"startedAt":{"description":"null: not running.","type":["number","null"]},"stoppedAt":{"type":["number","null"]},"restarts":{"description":"How often it was started again by itself since this daemon knows it.","type":"number"},"spawnError":{"type":["string","null"]},"lastExit":{"anyOf":[{"$ref":"#/components/schemas/ExitReason"},{"type":"null"}]},"lastWords":{"description":"The last lines of stderr (else of stdout, when redirected), for what is BACKOFF, FATAL, or EXITED unexpectedly; else empty.","type":"array","items":{"type":"string"}},"retryAt":{"description":"BACKOFF: when it is tried again.","type":["number","null"]},"priority":{"type":"number"},"autostart":{"type":"boolean"},"stdoutLog":{"description":"Whether there is a log to be read.","type":"boolean"},"stderrLog":{"type":"boolean"},"lostBytes":{"description":"Lines of its logs that could not be written (a full disk), in bytes; 0 when all is well.","type":"number"}},"required":["group","name","namespec","state","description","pid","startedAt","stoppedAt","restarts","spawnError","lastExit","lastWords","retryAt","priority","autostart","stdoutLog","stderrLog","lostBytes"]}',
  GroupRow:
    '{"type":"object","properties":{"name":{"type":"string"},"priority":{"type":"number"},"processes":{"type":"array","items":{"$ref":"#/components/schemas/ProcessRow"}}},"required":["name","priority","processes"]}',
  DaemonRow:
    '{"type":"object","properties":{"identifier":{"type":"string"},"version":{"type":"string"},"supervisorVersion":{"type":"string"},"pid":{"type":"number"},"startedAt":{"type":"number"},"state":{"enum":["RUNNING","RESTARTING","SHUTDOWN","FATAL"]},"configFile":{"type":"string"},"hostName":{"type":"string"},"log":{"description":"Whether the activity log is a file that can be read.","type":"boolean"}},"required":["identifier","version","supervisorVersion","pid","startedAt","state","configFile","hostName","log"]}',
  Snapshot:
    '{"type":"object","properties":{"daemon":{"$ref":"#/components/schemas/DaemonRow"},"groups":{"type":"array","items":{"$ref":"#/components/schemas/GroupRow"}},"now":{"type":"number"}},"required":["daemon","groups","now"]}',
  Usage:
    '{"description":"CPU in percent of one core; memory is the resident set (PSS is too dear to ask for). `tree`: with all descendants.","type":"object","properties":{"cpu":{"type":"number"},"memory":{"type":"number"}},"required":["cpu","memory"]}',
  ProcessUsage:
    '{"type":"object","properties":{"namespec":{"type":"string"},"own":{"$ref":"#/components/schemas/Usage"},"tree":{"allOf":[{"$ref":"#/components/schemas/Usage"},{"type":"object","properties":{"processes":{"type":"number"}},"required":["processes"]}]}},"required":["namespec","own","tree"]}',
  StreamMessage:
    '{"description":"Server-sent events of `stream`: `event:` is the kind, `data:` the JSON of the rest. The first is always a snapshot.","anyOf":[{"type":"object","properties":{"kind":{"const":"snapshot"},"snapshot":{"$ref":"#/components/schemas/Snapshot"}},"required":["kind","snapshot"]},{"type":"object","properties":{"kind":{"const":"processes"},"processes":{"type":"array","items":{"$ref":"#/components/schemas/ProcessRow"}},"now":{"type":"number"}},"required":["kind","processes","now"]},{"type":"object","properties":{"kind":{"const":"daemon"},"daemon":{"$ref":"#/components/schemas/DaemonRow"}},"required":["kind","daemon"]},{"type":"object","properties":{"kind":{"const":"usage"},"usage":{"type":"array","items":{"$ref":"#/components/schemas/ProcessUsage"}},"daemon":{"$ref":"#/components/schemas/Usage"},"now":{"type":"number"}},"required":["kind","usage","daemon","now"]},{"type":"object","properties":{"kind":{"const":"event"},"event":{"$ref":"#/components/schemas/SupervisorEvent"}},"required":["kind","event"]},{"type":"object","properties":{"kind":{"const":"missed"},"count":{"type":"number"}},"required":["kind","count"]}]}',
  SupervisorEvent:
    '{"description":"What a listener would get. `payload` is its text, cut at 4 KiB.","type":"object","properties":{"serial":{"type":"number"},"at":{"type":"number"},"type":{"type":"string"},"payload":{"type":"string"}},"required":["serial","at","type","payload"]}',
  TimelineEntry:
    '{"type":"object","properties":{"at":{"type":"number"},"state":{"$ref":"#/components/schemas/StateName"},"from":{"$ref":"#/components/schemas/StateName"},"pid":{"type":"number"},"reason":{"description":"`exit 1`, `SIGKILL`, `spawn error: …`; empty when there is nothing to say.","type":"string"}},"required":["at","state","from","pid","reason"]}',
  OptionValue:
    '{"type":"object","properties":{"section":{"type":"string"},"option":{"type":"string"},"value":{"type":"string"},"file":{"description":"null: the default.","type":["string","null"]},"line":{"type":["number","null"]}},"required":["section","option","value","file","line"]}',
  LogPiece:
    '{"description":"A piece of a log. `text` is UTF-8 with replacement characters; offsets count bytes of the file.","type":"object","properties":{"from":{"type":"number"},"next":{"type":"number"},"size":{"type":"number"},"text":{"type":"string"}},"required":["from","next","size","text"]}',
  LogMessage:
    '{"description":"Server-sent events of a log that is followed.","anyOf":[{"allOf":[{"type":"object","properties":{"kind":{"const":"piece"}},"required":["kind"]},{"$ref":"#/components/schemas/LogPiece"}]},{"type":"object","properties":{"kind":{"const":"restarted"},"why":{"enum":["rotated","cleared"]}},"required":["kind","why"]}]}',
  LogsMessage:
    '{"description":"Server-sent events of several logs that are followed. `log` is what was asked for, without its `@FROM`.","anyOf":[{"allOf":[{"type":"object","properties":{"log":{"type":"string"}},"required":["log"]},{"$ref":"#/components/schemas/LogMessage"}]},{"type":"object","properties":{"kind":{"const":"missing"},"log":{"type":"string"}},"required":["kind","log"]}]}',
  UpdatePreview:
    '{"type":"object","properties":{"groups":{"type":"array","items":{"type":"object","properties":{"group":{"type":"string"},"change":{"enum":["added","changed","removed"]},"inPlace":{"type":"boolean"},"details":{"type":"array","items":{"type":"object","properties":{"process":{"type":"string"},"option":{"type":"string"},"from":{"type":"string"},"to":{"type":"string"}},"required":["process","option","from","to"]}}},"required":["group","change","inPlace","details"]}}},"required":["groups"]}',
  UpdateOutcome:
    '{"type":"object","properties":{"group":{"type":"string"},"done":{"enum":["added","updated","removed","failed"]},"message":{"type":"string"}},"required":["group","done","message"]}',
} as const;
