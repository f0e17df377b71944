// `npm run sim`: the simulated daemon, over and over, each time from another seed, on all cores. Arguments are those of test/sim/cli.ts.
//   npm run sim -- --seeds 20000 --from 1000000 --keep-going    a night's work
//   npm run sim -- --hash                                       one hash over the histories of seeds 1 to 300
import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import { run } from "./command.mjs";
import { installIfNeeded } from "./install.mjs";
import { runMain } from "./progress.mjs";
import { simulation } from "./testfiles.mjs";

await runMain(async () => {
  await installIfNeeded();
  const parts = availableParallelism();
  const isHash = process.argv.includes("--hash");
  const ended = await Promise.all(
    Array.from({ length: parts }, async (_, part) => {
      const { file, args } = await simulation({ name: "", args: [...process.argv.slice(2), "--part", `${part + 1}/${parts}`] });
      return await run(file, args, isHash ? {} : { onText: (text) => process.stdout.write(text) });
    }),
  );
  if (isHash) process.stdout.write(hashOf(ended.map(({ output }) => output).join("")));
  return ended.some(({ code }) => code !== 0) ? 1 : 0;
});

/**
 * One hash of all histories, in the order of their seeds: the same however many parts there are. What is not a history's hash is shown as it is.
 * @param {string} output
 */
function hashOf(output) {
  const lines = output.split("\n").filter((line) => line !== "");
  const histories = lines.filter((line) => line.startsWith("history ")).sort((a, b) => Number(a.split(" ")[1]) - Number(b.split(" ")[1]));
  const others = lines.filter((line) => !line.startsWith("history "));
  const hash = createHash("sha256").update(histories.join("\n")).digest("hex");
  return [...others, `${hash}  ${histories.length} histories`, ""].join("\n");
}
