/**
 * `holdfast/listener`: event listeners in JavaScript, what supervisor.childutils is in Python. Works under Supervisor as well: it is the protocol that
 * they have in common.
 */
export type { Answers, ProcessInfo, ResultRow } from "../plugin/answers.ts";
export { asctime } from "./asctime.ts";
export { communicate } from "./communication.ts";
export type {
  EventBase,
  ListenerEvent,
  OtherEvent,
  ProcessGroupEvent,
  ProcessOutputEvent,
  ProcessState,
  ProcessStateEvent,
  RemoteCommunicationEvent,
  SupervisorStateEvent,
  TickEvent,
} from "./events.ts";
export { type Headers, parseHeaders, splitPayload } from "./headers.ts";
export { EventListener, type ListenOptions, listen, type WaitingEvent } from "./listener.ts";
export { type CallAnswer, type CallData, connectToSupervisor, type Supervisor, SupervisorFault } from "./supervisor.ts";
