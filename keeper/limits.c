/* What the system allows us: resource limits and the control group's, told when the daemon cannot even begin, and asked before anything is held in reserve. */
#include "host.h"

enum { MIB_SHIFT = 20, TEXT_MAX = 1024 };

static uint64_t number_in(const char *file) {
  char text[32];
  int fd = open(file, O_RDONLY | O_CLOEXEC);
  ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
  if (fd >= 0) close(fd);
  if (n <= 0) return UINT64_MAX;
  text[n] = 0;
  char *end;
  uint64_t number = strtoull(text, &end, 10);
  return end > text && number < 1ull << 60 ? number : UINT64_MAX;
}

/* The least of what stands in `file`, from the group `path` up to the root; what of it is not visible here (in a container) is passed over. */
static uint64_t least_above(const char *root, char *path, const char *file) {
  uint64_t least = UINT64_MAX;
  for (char *slash = path + strlen(path); slash; slash = strrchr(path, '/')) {
    char name[TEXT_MAX];
    *slash = 0;
    bool whole = (size_t)snprintf(name, sizeof name, "%s%s/%s", root, path, file) < sizeof name;
    uint64_t number = whole ? number_in(name) : UINT64_MAX;
    if (number < least) least = number;
  }
  return least;
}

/* A limit of the control group, by either version; UINT64_MAX: none. */
static uint64_t group_limit(const char *controller, const char *old_file, const char *new_file) {
  uint64_t least = UINT64_MAX;
  char line[TEXT_MAX], root[64];
  FILE *groups = fopen("/proc/self/cgroup", "re");
  while (groups && fgets(line, sizeof line, groups)) {
    line[strcspn(line, "\n")] = 0;
    char *names = strchr(line, ':'), *path = names ? strchr(names + 1, ':') : NULL;
    if (!path) continue;
    *path++ = 0;
    bool is_new = names[1] == 0;
    if (!is_new && strcmp(names + 1, controller) != 0) continue;
    snprintf(root, sizeof root, "/sys/fs/cgroup%s%s", is_new ? "" : "/", is_new ? "" : controller);
    uint64_t number = least_above(root, path, is_new ? new_file : old_file);
    if (number < least) least = number;
  }
  if (groups) fclose(groups);
  return least;
}

static uint64_t own_limit(resource_number resource) {
  struct rlimit limit;
  return sys_getrlimit(resource, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY ? limit.rlim_cur : UINT64_MAX;
}

uint64_t limits_tasks(void) {
  uint64_t own = geteuid() == 0 ? UINT64_MAX : own_limit(RLIMIT_NPROC), group = group_limit("pids", "pids.max", "pids.max");
  return own < group ? own : group;
}

void limits_explain(const char *what) {
  const struct { uint64_t is, wanted; unsigned shift; const char *name; } rows[] = {
    {own_limit(RLIMIT_AS), 1536ull << MIB_SHIFT, MIB_SHIFT, "MiB of address space (ulimit -v)"},
    {own_limit(RLIMIT_DATA), 1024ull << MIB_SHIFT, MIB_SHIFT, "MiB of data (ulimit -d)"},
    {group_limit("memory", "memory.limit_in_bytes", "memory.max"), 64ull << MIB_SHIFT, MIB_SHIFT, "MiB of memory in the control group"},
    {own_limit(RLIMIT_NPROC), 4096, 0, "processes and threads of this user (ulimit -u)"},
    {group_limit("pids", "pids.max", "pids.max"), 4096, 0, "processes and threads in the control group"},
    {host.limits[0].rlim_cur, 64, 0, "open files (ulimit -n)"},
  };
  char text[TEXT_MAX];
  int n = snprintf(text, sizeof text, "supervisord: %s", what);
  const char *before = "; it may need more than the limits here allow: ";
  for (size_t i = 0; i < sizeof rows / sizeof rows[0] && n < TEXT_MAX; i++) {
    if (rows[i].is >= rows[i].wanted) continue;
    n += snprintf(text + n, sizeof text - (size_t)n, "%s%llu %s", before, (unsigned long long)(rows[i].is >> rows[i].shift), rows[i].name);
    before = ", ";
  }
  if (n > TEXT_MAX - 2) n = TEXT_MAX - 2;
  text[n++] = '\n';
  (void)!write(2, text, (size_t)n);
}
