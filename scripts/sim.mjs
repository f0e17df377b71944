// `npm run sim`: the simulated daemon, over and over, each time from another seed, on all cores. Arguments are those of test/sim/cli.ts.
//   npm run sim -- --seeds 20000 --from 1000000 --keep-going    a night's work
import { availableParallelism } from "node:os";
import { run } from "./command.mjs";
import { installIfNeeded } from "./install.mjs";
import { runMain } from "./progress.mjs";
import { simulation } from "./testfiles.mjs";

await runMain(async () => {
  await installIfNeeded();
  const parts = availableParallelism();
  const ended = await Promise.all(
    Array.from({ length: parts }, async (_, part) => {
      const { file, args } = await simulation({ name: "", args: [...process.argv.slice(2), "--part", `${part + 1}/${parts}`] });
      return await run(file, args, { onText: (text) => process.stdout.write(text) });
    }),
  );
  return ended.some(({ code }) => code !== 0) ? 1 : 0;
});
