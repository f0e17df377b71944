/* See scenario.h. */
#include "scenario.h"

void finish(void) {
  struct out o = {0};
  put(&o, 0, 4);
  struct making *b = batch_new();
  batch_effect(b, EFFECT_EXIT, &o);
  batch_send(b);
  while (next_message(5000).bytes) {}
  _exit(0);
}

int32_t await_spawned(uint32_t child) {
  struct message m = await(REPORT_SPAWNED);
  CHECK_EQ(read_u32(&m.r), child);
  int32_t pid = read_i32(&m.r);
  CHECK(pid > 0);
  ack(m.number);
  return pid;
}

int await_exited(uint32_t child) {
  struct message m = await(REPORT_EXITED);
  CHECK_EQ(read_u32(&m.r), child);
  (void)read_i32(&m.r);
  int status = read_i32(&m.r);
  ack(m.number);
  return status;
}
