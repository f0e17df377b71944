/* What scenarios of upgrades have in common: see scenario.h. */
#include "scenario.h"

#include <linux/filter.h>
#include <linux/seccomp.h>

int stage_of(struct greeting g) {
  int stage = 0;
  for (uint32_t i = 0; i < g.states; i++) {
    struct message m = await(FRAME_STORED);
    struct span key = read_span(&m.r), value = read_span(&m.r);
    if (key.length == 5 && memcmp(key.at, "stage", 5) == 0) stage = value.at[0] - '0';
  }
  return stage;
}

static const char *link_of(const char *path) {
  static char to[2][512];
  static int next;
  char *at = to[next++ % 2];
  ssize_t n = readlink(path, at, sizeof to[0] - 1);
  at[n > 0 ? n : 0] = 0;
  return at;
}

/* The same keeper and the same daemon again, as a rule. */
const char *next_daemon;
void ask_for_upgrade(uint32_t token, const char *keeper, int stage) {
  char own[64];
  snprintf(own, sizeof own, "/proc/%d/exe", getppid());
  char value = (char)('0' + stage);
  struct out o = {0};
  put(&o, token, 4);
  put_text(&o, keeper ? keeper : link_of(own));
  put(&o, 3, 4);
  put_text(&o, next_daemon ? next_daemon : link_of("/proc/self/exe"));
  put_text(&o, "scenario");
  put_text(&o, getenv("KEEPER_SCENARIO"));
  put(&o, 2000, 4);
  struct making *b = batch_new();
  batch_put(b, "stage", &value, 1);
  batch_effect(b, EFFECT_UPGRADE, &o);
  batch_send(b);
}

void upgrade_by(const char *keeper, int stage) {
  ask_for_upgrade((uint32_t)stage, keeper, stage);
  struct message m = await(REPORT_UPGRADING);
  CHECK_EQ(read_u32(&m.r), stage);
  _exit(0);
}

void upgrade_to(int stage) { upgrade_by(NULL, stage); }

struct message await_upgrade(uint32_t token, int step) {
  struct message m = await(REPORT_UPGRADE);
  CHECK_EQ(read_u32(&m.r), token);
  uint8_t is = read_u8(&m.r);
  if (is != step) {
    (void)read_u32(&m.r);
    struct span text = read_span(&m.r);
    fprintf(stderr, "step %d instead of %d: %.*s\n", is, step, (int)text.length, (const char *)text.at);
  }
  CHECK_EQ(is, step);
  ack(m.number);
  return m;
}

void note_pid(const char *name, int32_t pid) {
  FILE *f = fopen(in_dir(name), "w");
  fprintf(f, "%d", pid);
  fclose(f);
}

/* What the kernel knows of the keeper, and must go on to know: all in one text, which the first daemon leaves to the others. */
void check_process(bool first) {
  static const char *const kept[] = {"Name:", "Umask:", "Uid:", "Gid:", "Groups:", "CapEff:", "CapPrm:", "NoNewPrivs:", "SigIgn:", "PPid:"};
  static char facts[1 << 14];
  char path[64];
  size_t n = (size_t)snprintf(facts, sizeof facts, "%d nice %d\n", getppid(), getpriority(PRIO_PROCESS, (id_t)getppid()));
  snprintf(path, sizeof path, "/proc/%d/status", getppid());
  char status[1 << 12];
  snprintf(status, sizeof status, "%s", slurp(path));
  /* But the two signals of the C library, which it blocks for a moment when it makes a thread. */
  const char *blocked = strstr(status, "SigBlk:");
  n += (size_t)snprintf(facts + n, sizeof facts - n, "blocked %llx\n", blocked ? strtoull(blocked + 7, NULL, 16) & ~(3ull << 31) : 0);
  for (char *line = strtok(status, "\n"); line; line = strtok(NULL, "\n")) {
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
      if (strncmp(line, kept[i], strlen(kept[i])) == 0) n += (size_t)snprintf(facts + n, sizeof facts - n, "%s\n", line);
    }
  }
  for (const char *const *file = (const char *const[]){"limits", "cgroup", "oom_score_adj", "cmdline", "sessionid", NULL}; *file; file++) {
    snprintf(path, sizeof path, "/proc/%d/%s", getppid(), *file);
    n += (size_t)snprintf(facts + n, sizeof facts - n, "%s\n", slurp(path));
  }
  snprintf(path, sizeof path, "/proc/%d/cwd", getppid());
  n += (size_t)snprintf(facts + n, sizeof facts - n, "%s %d %d\n", link_of(path), getpgid(getppid()), getsid(getppid()));
  if (first) {
    FILE *f = fopen(in_dir("process"), "w");
    CHECK_EQ(fwrite(facts, 1, n, f), n);
    fclose(f);
  } else if (strcmp(slurp(in_dir("process")), facts) != 0) {
    const char *before = slurp(in_dir("process"));
    size_t at = 0;
    while (before[at] == facts[at]) at++;
    fprintf(stderr, "the keeper was: %.60s; and is now: %.60s\n", before + at, facts + at);
    _exit(99);
  }
}

/* The call is refused to the process and all that come from it. */
static void forbid(uint32_t call) {
  struct sock_filter code[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof code / sizeof *code, code};
  CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

/* With processes of its own, of which the keeper is the first. */
static void become_first(const char *scenario, const char *keeper, const char *self) {
  if (system("unshare -pf --mount-proc true 2>/dev/null") == 0) {
    execlp("unshare", "unshare", "-pf", "--mount-proc", "--kill-child", keeper, self, "scenario", scenario, NULL);
  }
  fprintf(stderr, "%s: no process namespace here, nothing was tried\n", scenario);
  _exit(0);
}

void upgrade_prepare(const char *scenario, const char *keeper, const char *self) {
  if (strcmp(scenario, "upgrade_pid1") == 0) become_first(scenario, keeper, self);
  if (strcmp(scenario, "upgrade_forbidden") == 0) forbid(SYS_memfd_create);
  if (strcmp(scenario, "upgrade_allowed") == 0) forbid(SYS_execveat);
}

/* Keepers that look at a table as others do, and then do not take it up. */
void upgrade_name(const char *scenario, const char *self) {
  char path[512];
  setenv("KEEPER_SCENARIO", scenario, 1);
  snprintf(path, sizeof path, "%s-aborts", self);
  setenv("KEEPER_ABORTS", realpath(path, NULL), 1);
  snprintf(path, sizeof path, "%s-cannot", self);
  setenv("KEEPER_CANNOT", realpath(path, NULL), 1);
}
