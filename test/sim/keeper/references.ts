/**
 * Effects of a batch that name what never was there: the real keeper lets them do nothing, in a simulation each is a daemon's mistake. Of a child
 * more is asked: once its exit was acknowledged the daemon knows that it is gone, and must not signal it.
 */
import type { UnknownEffect } from "../../../src/link/keepereffects.ts";
import type { KeeperEffect } from "../../../src/link/messages.ts";
import type { Children } from "./children.ts";
import type { Sinks } from "./sinks.ts";
import type { Sockets } from "./sockets.ts";
import type { Streams } from "./streams.ts";

type Parts = { readonly children: Children; readonly sinks: Sinks; readonly sockets: Sockets; readonly streams: Streams };

export function checkReferences(keeper: Parts, effects: readonly (KeeperEffect | UnknownEffect)[]): string[] {
  const wrong: string[] = [];
  const made = { child: new Set<number>(), sink: new Set<number>(), stream: new Set<number>(), socket: new Set<number>() };
  const check = (kind: keyof typeof made, number: number, there: boolean, type: string): void => {
    if (!there && !made[kind].has(number)) wrong.push(`${type} names ${kind} ${number}, which is not there`);
  };
  for (const effect of effects) {
    switch (effect.type) {
      case "spawn":
      case "spawn-with":
        made.child.add(effect.child);
        for (const spec of [effect.stdout, effect.stderr]) {
          if (spec.sink !== 0 && spec.open === null) check("sink", spec.sink, keeper.sinks.wasThere(spec.sink), effect.type);
          if (spec.open !== null) made.sink.add(spec.sink);
          made.stream.add(spec.stream);
        }
        if (effect.stdin !== 0) check("socket", effect.stdin, keeper.sockets.has(effect.stdin), effect.type);
        break;
      case "signal": {
        const child = keeper.children.all.get(effect.child);
        check("child", effect.child, child !== undefined, effect.type);
        break;
      }
      case "sink-open":
        made.sink.add(effect.sink);
        break;
      case "sink-reopen":
      case "sink-close":
      case "append":
        check("sink", effect.sink, keeper.sinks.wasThere(effect.sink), effect.type);
        break;
      case "stream":
        check("stream", effect.stream, keeper.streams.wasThere(effect.stream), effect.type);
        if (effect.sink !== 0) check("sink", effect.sink, keeper.sinks.wasThere(effect.sink), effect.type);
        break;
      case "verdict":
        check("stream", effect.stream, keeper.streams.wasThere(effect.stream), effect.type);
        break;
      case "listen":
        made.socket.add(effect.socket);
        break;
      case "unlisten":
        check("socket", effect.socket, keeper.sockets.has(effect.socket), effect.type);
        break;
      default:
        break;
    }
  }
  return wrong;
}
