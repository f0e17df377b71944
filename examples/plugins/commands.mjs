/**
 * Commands for supervisorctl: `oldest` and `oldest 3`.
 *
 *     [ctlplugin:age]
 *     supervisor.ctl_factory = ./commands.mjs:makeCommands
 *
 * @type {import("holdfast/plugin").CtlPluginFactory}
 */
export function makeCommands(controller) {
  return {
    async do_oldest(argument) {
      if (!(await controller.upcheck())) return;
      const infos = await controller.call("supervisor.getAllProcessInfo");
      const oldest = infos.filter((info) => info.pid !== 0).sort((a, b) => a.start - b.start);
      for (const info of oldest.slice(0, Number(argument || 1))) controller.output(`${info.group}:${info.name} ${info.description}`);
      if (oldest.length === 0) controller.exitstatus = 1;
    },
    help_oldest: "oldest [count]\tTell which processes have been up the longest",
  };
}
