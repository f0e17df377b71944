// The flags of node under which the daemon runs: bin/supervisord is compiled with them, and the code of its bundle is made under them.
//   --max-semi-space-size=1    a small young generation: memory
//   --v8-pool-size=1           one helper thread for the engine
//   --expose-gc                garbage is collected when the daemon says so (src/daemon/doors/memory.ts)
//   --no-memory-reducer        and never by the engine while the daemon is idle
export const DAEMON_FLAGS = ["--max-semi-space-size=1", "--v8-pool-size=1", "--expose-gc", "--no-memory-reducer"];
