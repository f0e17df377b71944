/*
 * Fuzzing of what the daemon may send: any bytes as the body of frames, after a good hello. The main thread's code runs as it is; the kernel is kept out: every
 * system call fails (sys_fault), except that pipes and descriptors may be had as the input says, and jobs are run here, one after the other. So nothing is
 * ever opened, spawned or killed. Built as a libFuzzer target, or with a driver of its own that makes random frames (-DOWN_DRIVER: bytes SECONDS).
 *
 * What is looked for: reads and writes outside (the sanitizers), jobs that never end, promises that do not add up.
 */
#include "../daemon.h"
#include "../host.h"
#include "../link.h"
#include "../sinks.h"
#include "check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t luck;         /* which calls succeed; from the input */

bool sys_fault(const char *call) {
  static const char *const harmless[] = {"alloc", "fcntl", "pipe", "epoll_ctl", "poll", "read", "socket", "setsockopt", "recvmsg"};
  luck = luck * 1664525 + 1013904223;
  for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++) {
    if (strcmp(call, harmless[i]) == 0 && luck >> 27 != i) return false;
  }
  errno = luck >> 16 & 1 ? ENOMEM : EAGAIN;
  return true;
}

/* Runs what was submitted, as a worker would. */
static void run_jobs(void) {
  static struct worker worker;
  static uint8_t buffer[READ_MAX];
  worker.buffer = buffer;
  for (int i = 0; i < 1000 && K.workers.queued > 0; i++) {
    struct job *job = workers_take(&K.workers);
    job->run(job, &worker);
    workers_finished(&K.workers, job);
    job->next = NULL;
    K.workers.results = job;
    workers_collect(&K.workers);
  }
  CHECK(K.workers.queued == 0 && K.workers.inflight == 0);
}

static void deliver(void) {
  struct iovec v[64];
  for (int n; (n = reports_gather(&K.reports, v, 64)) > 0;) {
    size_t bytes = 0;
    for (int i = 0; i < n; i++) bytes += v[i].iov_len;
    reports_written(&K.reports, bytes);
  }
}

static void nothing(struct timer *timer) { (void)timer; }

/* A table as at the start. What an input leaves is there for the next one: longer histories than one input can tell. */
static void begin(void) {
  static bool begun;
  if (begun) return;
  begun = true;
  reserve_init();
  K.null = open("/dev/null", O_RDWR);
  K.epoll = epoll_create1(0);
  for (unsigned i = 0; i < 2 * LANES; i++) K.workers.lanes[i].last = &K.workers.lanes[i].first;
  K.workers.timers = &K.timers;
  K.workers.patience.ring = nothing;
  K.workers.count = 1; /* it is believed to have a worker */
  K.workers.event = K.null;
  pthread_mutex_init(&K.workers.lock, NULL);
  pthread_cond_init(&K.workers.wake, NULL);
  for (luck = 3; !sinks_init();) luck++;
  while (!reports_promise(&K.reports, 5) || !timers_join(&K.timers, 4)) luck++;
  K.reports.connected = true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  begin();
  luck = size > 0 ? data[0] : 0;
  for (size_t at = 1; at + 3 < size;) {
    size_t length = data[at] | (size_t)data[at + 1] << 8;
    at += 2;
    if (length < 2 || length > size - at) length = size - at;
    if (length < 2) break;
    /* A copy of its own, so that one byte too far is seen. */
    uint8_t *frame = malloc(length);
    memcpy(frame, data + at, length);
    frame_received((struct span){frame, (uint32_t)length});
    free(frame);
    at += length;
    run_jobs();
    deliver();
    K.ending = RUNNING;
    host.daemonize.wanted = false;
  }
  for (int i = 0; i < 100 && timers_ring(&K.timers, UINT64_MAX); i++) run_jobs();
  CHECK(K.reports.spare_count >= K.reports.promised || K.reports.failed);
  return 0;
}

#ifdef OWN_DRIVER
#include "daemon.h"

static uint32_t seed;
static uint32_t rnd(uint32_t n) {
  seed = seed * 1103515245 + 12345;
  return (seed >> 8) % n;
}

/* Mostly of a kind that is known, mostly with a value of the right size. */
static void random_attribute(struct spawning *s) {
  static const uint8_t sizes[] = {0, 0, 0, 4, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0};
  struct out value = {0};
  uint16_t kind = (uint16_t)rnd(14);
  if (kind == WITH_CGROUP || kind == WITH_NOTIFY) put_text(&value, rnd(4) ? "/none" : "");
  if (kind == WITH_RLIMITS) {
    uint32_t n = rnd(4);
    put(&value, n, 4);
    for (; n > 0; n--) put(&value, rnd(18), 1), put(&value, rnd(9), 8), put(&value, rnd(9), 8);
  }
  if (sizes[kind] > 0) put(&value, rnd(4) ? rnd(20) : rnd(0xffffff), sizes[kind]);
  if (rnd(20) == 0) put(&value, rnd(256), 1);
  spawn_attribute(s, kind, &value);
  free(value.at);
}

/* A batch of a few effects with small numbers, then some of its bytes changed. */
static void random_input(struct out *o) {
  put(o, rnd(256), 1);
  for (uint32_t frames = 1 + rnd(4); frames > 0; frames--) {
    struct making *m = batch_new();
    for (uint32_t i = rnd(4); i > 0; i--) batch_ack(m, rnd(100));
    if (rnd(2)) batch_put(m, "key", "value", rnd(6));
    if (rnd(4) == 0) batch_delete(m, "key");
    for (uint32_t effects = rnd(5); effects > 0; effects--) {
      struct out body = {0};
      uint16_t tag = (uint16_t)rnd(28);
      if (tag == EFFECT_SPAWN || tag == EFFECT_SPAWN_WITH) {
        struct spawning s = shell(1 + rnd(200), "true", rnd(2) ? "/nonexistent/log" : NULL);
        s.out.mode = (uint8_t)rnd(2);
        s.stdin_socket = rnd(3);
        for (uint32_t n = tag == EFFECT_SPAWN_WITH ? rnd(5) : 0; n > 0; n--) random_attribute(&s);
        batch_spawn(m, &s);
        free(s.attributes.at);
        continue;
      }
      put(&body, 1 + rnd(200), 4);
      for (uint32_t i = rnd(8); i > 0; i--) put(&body, rnd(3) ? 0 : rnd(256), 1 + rnd(4));
      batch_effect(m, tag, &body);
    }
    struct out frame = batch_frame(m);
    for (uint32_t i = rnd(3); i > 0 && rnd(2); i--) frame.at[4 + rnd((uint32_t)frame.n - 4)] ^= (uint8_t)(1u << rnd(8));
    put(o, frame.n - 4, 2);
    for (size_t i = 4; i < frame.n; i++) put(o, frame.at[i], 1);
    free(frame.at);
  }
}

int main(int argc, char **argv) {
  uint64_t end = now_mono() + (uint64_t)(argc > 1 ? atoi(argv[1]) : 5) * 1000 * MS, inputs = 0;
  seed = (uint32_t)now_mono();
  fprintf(stderr, "fuzz: own driver, seed %u\n", seed);
  for (; now_mono() < end; inputs++) {
    struct out o = {0};
    random_input(&o);
    LLVMFuzzerTestOneInput(o.at, o.n);
    free(o.at);
  }
  printf("ok     fuzz: %llu inputs\n", (unsigned long long)inputs);
  return 0;
}
#endif
