/*
 * The daemon of the contract suite: joins the keeper's socket (HOLDFAST_KEEPER_FD) with the test process, over two connections to the unix socket
 * argv[1]: data ("D", pid) and control ("C", pid). Control: 'X' n ends with code n; 'F' _ passes on all data that is there and answers 'F';
 * 'S' n stops reading from the keeper (1) or goes on (0). Ends with 1 when the keeper's socket is at its end, like the real daemon.
 */
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int join(const char *path, char kind) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0) _exit(99);
  char head[5] = {kind};
  uint32_t pid = (uint32_t)getpid();
  memcpy(head + 1, &pid, 4);
  if (write(fd, head, sizeof head) != sizeof head) _exit(99);
  return fd;
}

/* False: the end, or nothing there now. */
static int copy(int from, int to, int flags) {
  static char buffer[65536];
  ssize_t got = recv(from, buffer, sizeof buffer, flags);
  if (got <= 0) return 0;
  for (ssize_t at = 0; at < got;) {
    ssize_t put = send(to, buffer + at, (size_t)(got - at), MSG_NOSIGNAL);
    if (put <= 0) _exit(1);
    at += put;
  }
  return 1;
}

int main(int argc, char **argv) {
  const char *number = getenv("HOLDFAST_KEEPER_FD");
  if (argc < 2 || number == NULL) return 99;
  int keeper = atoi(number), data = join(argv[1], 'D'), control = join(argv[1], 'C'), stopped = 0;
  for (;;) {
    struct pollfd fds[3] = {{stopped ? -1 : keeper, POLLIN, 0}, {data, POLLIN, 0}, {control, POLLIN, 0}};
    if (poll(fds, 3, -1) < 0) continue;
    if (fds[0].revents && !copy(keeper, data, 0)) return 1;
    if (fds[1].revents && !copy(data, keeper, 0)) return 1;
    if (!fds[2].revents) continue;
    unsigned char command[2];
    if (read(control, command, 2) != 2) return 1;
    if (command[0] == 'X') _exit(command[1]);
    if (command[0] == 'S') stopped = command[1];
    if (command[0] != 'F') continue;
    while (copy(data, keeper, MSG_DONTWAIT)) {}
    if (write(control, "F", 1) != 1) return 1;
  }
}
