/* The children's stdin: bytes wait here until the pipe takes them, STDIN_MAX at most per child. */
#include "children.h"

static void fail(uint32_t child, int error, size_t not_taken) { report(VOLATILE, REPORT_STDIN_FAILED, F4(child), F4(error), F4(not_taken)); }

void stdin_end(struct child *c) {
  for (struct input *i; (i = c->input);) {
    c->input = i->next;
    free(i);
  }
  c->input_last = &c->input;
  c->input_bytes = 0;
  if (c->stdin_fd < 0) return;
  if (c->stdin_watched) unwatch(c->stdin_fd);
  sys_close(c->stdin_fd);
  c->stdin_fd = -1;
}

void stdin_ready(struct child *c) {
  while (c->input && c->stdin_fd >= 0) {
    struct input *i = c->input;
    ssize_t n = sys_write(c->stdin_fd, i->bytes + i->offset, i->length - i->offset);
    uint32_t number = (uint32_t)c->node.key;
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN && watch(WATCH_STDIN, number, c->stdin_fd, EPOLLOUT, c->stdin_watched)) {
      c->stdin_watched = true;
      return;
    }
    if (n < 0) {
      fail(number, errno, c->input_bytes);
      stdin_end(c);
      return;
    }
    i->offset += (size_t)n;
    c->input_bytes -= (size_t)n;
    if (i->offset < i->length) continue;
    c->input = i->next;
    if (!c->input) c->input_last = &c->input;
    free(i);
  }
  if (c->stdin_closing && !c->spawning) stdin_end(c);
}

bool stdin_add(struct child *c, struct span bytes) {
  struct input *i = sys_realloc(NULL, sizeof *i + bytes.length);
  if (!i) return false;
  *i = (struct input){NULL, bytes.length, 0};
  if (bytes.length > 0) memcpy(i->bytes, bytes.at, bytes.length);
  *c->input_last = i;
  c->input_last = &i->next;
  c->input_bytes += bytes.length;
  return true;
}

void stdin_write(uint32_t number, struct span bytes) {
  struct child *c = child_get(number);
  bool open = c && (c->spawning || c->stdin_fd >= 0) && !c->stdin_closing && !c->reaped;
  bool room = open && c->input_bytes + bytes.length <= STDIN_MAX, first = open && !c->input;
  if (!room || !stdin_add(c, bytes)) fail(number, !open ? EPIPE : !room ? ENOBUFS : ENOMEM, bytes.length);
  else if (!c->spawning && first) stdin_ready(c);
}

/* The child is spawned: what came for it meanwhile is written; when its stdin is no pipe it is refused. */
void stdin_begin(struct child *c) {
  if (c->input && c->stdin_fd < 0) {
    fail((uint32_t)c->node.key, EPIPE, c->input_bytes);
    stdin_end(c);
  }
  stdin_ready(c);
}

void stdin_close(uint32_t number) {
  struct child *c = child_get(number);
  if (!c) return;
  c->stdin_closing = true;
  if (!c->spawning) stdin_ready(c);
}
