/* Unit tests of what version 2 of the protocol adds: attributes of a spawn, and steps that version 1 has no number for. */
#include "check.h"

#include "../effects.h"
#include "../reports.h"
#include "daemon.h"

static struct out one_spawn(uint16_t kind, uint64_t value, unsigned size) {
  struct spawning s = {.child = 1, .path = "/bin/true", .argv = {"true"}};
  struct out bytes = {0};
  if (size > 0) put(&bytes, value, size);
  spawn_attribute(&s, WITH_SESSION, &(struct out){0});
  spawn_attribute(&s, kind, &bytes);
  struct making *m = batch_new();
  batch_spawn(m, &s);
  free(s.attributes.at);
  free(bytes.at);
  return batch_frame(m);
}

/* 0 or the error; what is read counts for nothing when one attribute is wrong. */
static int attributes_of(uint16_t kind, uint64_t value, unsigned size, struct attributes *a) {
  struct out frame = one_spawn(kind, value, size);
  struct batch b;
  struct effect e;
  CHECK(batch_decode((struct span){frame.at + 6, (uint32_t)frame.n - 6}, &b));
  CHECK(effect_next(&b.effects, &e) == DECODED);
  int error = spawn_attributes(&e.spawn, a);
  CHECK_EQ(a->session, error == 0);
  free(frame.at);
  return error;
}

void attributes_are_in_their_ranges(void);
void attributes_are_in_their_ranges(void) {
  struct attributes a;
  const struct { uint16_t kind; uint64_t value; unsigned size; int error; } rows[] = {
    {WITH_NICE, 19, 4, 0}, {WITH_NICE, (uint32_t)-20, 4, 0}, {WITH_NICE, 20, 4, EINVAL}, {WITH_NICE, (uint32_t)-21, 4, EINVAL}, {WITH_NICE, 0, 3, EINVAL},
    {WITH_OOM_SCORE_ADJ, 1000, 4, 0}, {WITH_OOM_SCORE_ADJ, 1001, 4, EINVAL}, {WITH_OOM_SCORE_ADJ, (uint32_t)-1001, 4, EINVAL},
    {WITH_READY_FD, 3, 1, 0}, {WITH_READY_FD, 255, 1, 0}, {WITH_READY_FD, 2, 1, EINVAL}, {WITH_READY_FD, 3, 2, EINVAL},
    {WITH_NO_NEW_PRIVS, 0, 0, 0}, {WITH_NO_NEW_PRIVS, 0, 1, EINVAL}, {WITH_SUBREAPER, 0, 0, 0}, {WITH_CGROUP, 0, 4, EINVAL}, {WITH_NOTIFY, 0, 4, EINVAL},
    {WITH_RLIMITS, 0, 4, 0}, {WITH_RLIMITS, 1, 4, EINVAL}, {WITH_RLIMITS, 0xffffffff, 4, EINVAL}, {0, 0, 0, ENOTSUP}, {6, 0, 0, ENOTSUP}, {13, 0, 0, ENOTSUP},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) CHECK_EQ(attributes_of(rows[i].kind, rows[i].value, rows[i].size, &a), rows[i].error);
}

void steps_of_later_versions(void);
void steps_of_later_versions(void) {
  struct reports r = {.connected = true};
  CHECK(reports_promise(&r, 3));
  reports_add(&r, DURABLE, REPORT_SPAWN_FAILED, FIELDS(F4(1), F1(STEP_EXEC), F4(2)));
  reports_add(&r, DURABLE, REPORT_SPAWN_FAILED, FIELDS(F4(2), F1(STEP_NO_NEW_PRIVS), F4(2)));
  reports_add(&r, DURABLE, REPORT_EXITED, FIELDS(F4(255), F4(255), F4(255)));
  reports_as_in_version_1(&r);
  CHECK_EQ(r.first->small[18], STEP_EXEC);
  CHECK_EQ(r.first->next->small[18], STEP_RLIMIT);
  CHECK_EQ(r.last->small[18], 255);
  for (struct report *b; (b = r.first); free(b)) r.first = b->next;
}
