/** What options of the life of a program must have to do with each other: values that are right alone and wrong together. */
import type { ProcessConfig } from "./model.ts";
import type { SectionReader } from "./reader.ts";

export function checkLife(reader: SectionReader, process: ProcessConfig): void {
  checkRestarts(reader, process);
  if (process.reloadSignal !== null && process.reloadCommand !== null) {
    reader.fail("reload_command", "reload_signal and reload_command cannot be used together", "take one of them out");
  }
  if (process.memoryMax !== null && process.memoryMax <= 0)
    reader.fail("memory_max", "memory_max leaves no memory", "give a size such as 512MB");
}

function checkRestarts(reader: SectionReader, { restartDelay, restartBackoff, restartDelayMax }: ProcessConfig): void {
  if (restartBackoff > 1 && restartDelay === 0) {
    reader.fail("restart_backoff", "restart_backoff needs restart_delay", "add restart_delay=1s, or take restart_backoff out");
  }
  if (restartDelay > restartDelayMax && reader.written("restart_delay_max") !== null) {
    reader.fail("restart_delay", "restart_delay is above restart_delay_max", "lower restart_delay, or raise restart_delay_max");
  }
}
