/** What depends on what, as clients are told. */
import type { DependencyView, ProcessRef } from "../../rpc/control.ts";
import { conditionOf, lackOf, membersOf } from "../../supervisor/conditions.ts";
import { withDependants } from "../../supervisor/dependencies.ts";
import { targetsOf } from "../../supervisor/needs.ts";
import { allMembers, findMember, groupsInOrder, type World } from "../../supervisor/world.ts";

/** Each target of each process, by the order of groups. */
export function dependencies(world: World): readonly DependencyView[] {
  return groupsInOrder(world).flatMap((group) =>
    [...group.members.values()].flatMap(({ ref, config }) =>
      targetsOf(config).map((target): DependencyView => {
        const members = membersOf(world, target);
        const condition = target.condition ?? (members[0] === undefined ? "ready" : conditionOf(target, members[0]));
        return {
          from: ref,
          to: target.name,
          processes: members.map((member) => member.ref),
          condition,
          holds: lackOf(world, target) === null,
        };
      }),
    ),
  );
}

/** Directly or not; with itself left out. */
export function dependantsOf(world: World, ref: ProcessRef): readonly ProcessRef[] {
  const member = findMember(world, ref);
  if (member === undefined) return [];
  const all = new Set(withDependants(world, [member], "all"));
  return [...allMembers(world)].filter((one) => one !== member && all.has(one)).map((one) => one.ref);
}
