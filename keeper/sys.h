/*
 * The system calls and allocations that can fail while the keeper runs, as inline wrappers; what is called once at the start, or cannot fail, is called as
 * it is. Built with -DSYS_FAULTS each wrapper first asks sys_fault(), so that the tests can let the nth call fail and look at what is left behind. Must be
 * the first header of every file (_GNU_SOURCE).
 *
 * RAW_CALLS are for the child between clone and exec: it shares the worker's memory, and the C library's setuid family would signal the keeper's threads.
 */
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef SYS_FAULTS
/* True: this call is to fail, errno is set. */
bool sys_fault(const char *call);
#else
#define sys_fault(call) false
#endif
#ifndef IMPOSSIBLE
#define IMPOSSIBLE() ((void)0) /* the tests' is abort() */
#endif

/* Numbers that are newer than some C libraries; the same on every architecture. */
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef F_ADD_SEALS
#define F_ADD_SEALS 1033
#endif
#ifndef SYS_epoll_pwait2
#define SYS_epoll_pwait2 441
#endif

static inline void *sys_alloc(size_t size) { return sys_fault("alloc") ? NULL : calloc(1, size); }
static inline void *sys_realloc(void *old, size_t size) { return sys_fault("alloc") ? NULL : realloc(old, size); }

/* Whole pages that go back to the kernel at once: for what is large, short-lived and many at a time, which would leave holes between what stays. */
static inline void *sys_pages(size_t size) {
  void *at = sys_fault("alloc") ? MAP_FAILED : mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return at == MAP_FAILED ? NULL : at;
}

static inline int sys_open(const char *path, int flags, mode_t mode) { return sys_fault("open") ? -1 : open(path, flags, mode); }
static inline int sys_close(int fd) { return close(fd); }
static inline ssize_t sys_read(int fd, void *to, size_t n) { return sys_fault("read") ? -1 : read(fd, to, n); }
static inline ssize_t sys_write(int fd, const void *from, size_t n) { return sys_fault("write") ? -1 : write(fd, from, n); }
static inline ssize_t sys_pwrite(int fd, const void *from, size_t n, off_t at) { return sys_fault("write") ? -1 : pwrite(fd, from, n, at); }
static inline ssize_t sys_writev(int fd, const struct iovec *v, int n) { return sys_fault("writev") ? -1 : writev(fd, v, n); }
static inline ssize_t sys_send(int fd, const void *from, size_t n) { return sys_fault("send") ? -1 : send(fd, from, n, MSG_DONTWAIT | MSG_NOSIGNAL); }
static inline int sys_fstat(int fd, struct stat *st) { return sys_fault("fstat") ? -1 : fstat(fd, st); }
static inline int sys_lstat(const char *path, struct stat *st) { return sys_fault("lstat") ? -1 : lstat(path, st); }
static inline int sys_fcntl(int fd, int command, int value) { return sys_fault("fcntl") ? -1 : fcntl(fd, command, value); }
static inline int sys_fchown(int fd, uid_t uid, gid_t gid) { return sys_fault("fchown") ? -1 : fchown(fd, uid, gid); }
static inline int sys_pipe(int fds[2]) { return sys_fault("pipe") ? -1 : pipe2(fds, O_CLOEXEC); }
static inline int sys_dup2(int from, int to) { return sys_fault("dup2") ? -1 : dup2(from, to); }
static inline int sys_poll(struct pollfd *fds, nfds_t n) { return sys_fault("poll") ? -1 : poll(fds, n, 0); }

static inline int sys_socket(int domain, int type) { return sys_fault("socket") ? -1 : socket(domain, type | SOCK_CLOEXEC, 0); }
static inline int sys_socketpair(int fds[2]) { return sys_fault("socketpair") ? -1 : socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds); }
static inline int sys_bind(int fd, const void *to, socklen_t n) { return sys_fault("bind") ? -1 : bind(fd, to, n); }
static inline int sys_connect(int fd, const void *to, socklen_t n) { return sys_fault("connect") ? -1 : connect(fd, to, n); }
static inline int sys_listen(int fd, int backlog) { return sys_fault("listen") ? -1 : listen(fd, backlog); }
static inline int sys_setsockopt(int fd, int level, int name, int on) {
  return sys_fault("setsockopt") ? -1 : setsockopt(fd, level, name, &on, sizeof on);
}
static inline ssize_t sys_sendto(int fd, const void *from, size_t n, const void *to, socklen_t length) {
  return sys_fault("sendto") ? -1 : sendto(fd, from, n, MSG_DONTWAIT | MSG_NOSIGNAL, to, length);
}
static inline int sys_chmod(const char *path, mode_t mode) { return sys_fault("chmod") ? -1 : chmod(path, mode); }
static inline int sys_chown_open(int fd, uid_t uid, gid_t gid) { return sys_fault("chown") ? -1 : fchownat(fd, "", uid, gid, AT_EMPTY_PATH); }
static inline int sys_link(const char *from, const char *to) { return sys_fault("link") ? -1 : link(from, to); }
static inline int sys_rename(const char *from, const char *to) { return sys_fault("rename") ? -1 : rename(from, to); }
static inline int sys_unlink(const char *path) { return unlink(path); }

static inline int sys_epoll_ctl(int epoll, int op, int fd, struct epoll_event *e) { return sys_fault("epoll_ctl") ? -1 : epoll_ctl(epoll, op, fd, e); }
static inline int sys_kill(pid_t pid, int signal) { return sys_fault("kill") ? -1 : kill(pid, signal); }
static inline pid_t sys_wait(int *status, struct rusage *usage) {
  pid_t pid;
  while ((pid = wait4(-1, status, WNOHANG, usage)) < 0 && errno == EINTR) {}
  return pid;
}
#ifdef __SANITIZE_THREAD__
int __clone(int (*child)(void *), void *stack_top, int flags, void *argument, ...);
#define clone __clone /* the sanitizer takes clone for a fork */
#endif
static inline int sys_clone(int (*child)(void *), void *stack_top, void *argument, pid_t *pid) {
  /* The kernel stores the pid before the child runs: the reaper knows it even if the child is gone before this returns. */
  return sys_fault("clone") ? -1 : clone(child, stack_top, CLONE_VM | CLONE_VFORK | CLONE_PARENT_SETTID | SIGCHLD, argument, pid);
}
/* The C library's own type of a resource's number: some make it an enumeration. */
#ifdef __GLIBC__
typedef __rlimit_resource_t resource_number;
#else
typedef int resource_number;
#endif
static inline int sys_setrlimit(resource_number resource, const struct rlimit *limit) {
  return sys_fault("setrlimit") ? -1 : setrlimit(resource, limit);
}
static inline int sys_getrlimit(resource_number resource, struct rlimit *limit) { return getrlimit(resource, limit); }
/* The three below change every thread of the keeper, which is what `become` wants and a child must not do. */
static inline int sys_setgroups(size_t n, const gid_t *groups) { return sys_fault("setgroups") ? -1 : setgroups(n, groups); }
static inline int sys_setresgid(gid_t gid) { return sys_fault("setresgid") ? -1 : setresgid(gid, gid, gid); }
static inline int sys_setresuid(uid_t uid) { return sys_fault("setresuid") ? -1 : setresuid(uid, uid, uid); }

static inline ssize_t sys_recvmsg(int fd, struct msghdr *m) { return sys_fault("recvmsg") ? -1 : recvmsg(fd, m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC); }

/* To be sealed with F_ADD_SEALS. */
static inline int sys_memfd(const char *name) { return sys_fault("memfd") ? -1 : (int)syscall(SYS_memfd_create, name, 3 /* close-on-exec, may be sealed */); }
static inline void *sys_map(int fd, size_t size) {
  void *at = sys_fault("mmap") ? MAP_FAILED : mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
  return at == MAP_FAILED ? NULL : at;
}
/* The program behind an open descriptor. Where the call is forbidden or not known, by the descriptor's name. */
static inline int sys_execveat(int fd, char **argv, char **environment) {
  char name[32];
  if (sys_fault("exec")) return -1;
  (void)syscall(SYS_execveat, fd, "", argv, environment, AT_EMPTY_PATH);
  if (errno != ENOSYS && errno != EPERM) return -1;
  snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
  return execve(name, argv, environment);
}

#define RAW(name, number, ...) (sys_fault(name) ? -1L : syscall(number, __VA_ARGS__))

/* The thing that a member lies in. */
#define owner_of(pointer, type, member) ((type *)(void *)((char *)(pointer) - offsetof(type, member)))

static inline uint64_t clock_ns(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}
static inline uint64_t now_mono(void) { return clock_ns(CLOCK_MONOTONIC); }
static inline uint64_t now_wall(void) { return clock_ns(CLOCK_REALTIME); }
