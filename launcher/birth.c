/*
 * What node is told of the user's words and environment, and what it is not. Node reads variables of its own: NODE_OPTIONS can open a debugger's port in a
 * daemon that runs as root, or keep it from starting. They are meant for the programs, so node gets them in writing: HOLDFAST_BIRTH_0, _1 and so on are one
 * text, cut into pieces. It is a list of items, each ended by %00: the number of words, the words, then the entries of the environment that node must not
 * see as they are. What is not ASCII, and `%`, is written as %XX, so bytes that are not UTF-8 arrive as well. src/birth.ts reads it.
 *
 * Variables of the C library and of the dynamic linker (LD_PRELOAD, MALLOC_ARENA_MAX, TZ, LANG) and of OpenSSL's certificates stay as they are: they are
 * the user's choice for every process.
 */
#include "launcher.h"

/* Ours, Node's, libuv's (UV_THREADPOOL_SIZE), OpenSSL's configuration (node ends when OPENSSL_CONF names no file), and ICU's data. */
static const char *const HIDDEN[] = {"HOLDFAST_", "NODE_", "UV_", "OPENSSL_", "ICU_"};

/* The kernel takes 128 KiB in one entry of an environment. */
enum { PIECE_MAX = 100000 };

struct written {
  char *bytes;
  size_t length, size;
};

static void put(struct written *w, char byte) {
  if (w->length == w->size) {
    w->size = w->size * 2 + 4096;
    w->bytes = realloc(w->bytes, w->size);
    if (!w->bytes) stop("no memory to begin with");
  }
  w->bytes[w->length++] = byte;
}

static void put_escaped(struct written *w, unsigned char byte) {
  static const char digits[] = "0123456789abcdef";
  put(w, '%');
  put(w, digits[byte >> 4]);
  put(w, digits[byte & 15]);
}

static void put_item(struct written *w, const char *item) {
  for (; *item; item++) {
    unsigned char byte = (unsigned char)*item;
    if (byte >= 0x80 || byte == '%') put_escaped(w, byte);
    else put(w, *item);
  }
  put_escaped(w, 0);
}

/* The length of the character that begins here, as UTF-8 has it (no surrogates, nothing longer than needed); 0: there is none. */
static int character(const unsigned char *s) {
  if (s[0] < 0x80) return 1;
  int length = s[0] >= 0xf0 && s[0] <= 0xf4 ? 4 : s[0] >= 0xe0 && s[0] < 0xf0 ? 3 : s[0] >= 0xc2 && s[0] < 0xe0 ? 2 : 0;
  for (int i = 1; i < length; i++) {
    if ((s[i] & 0xc0) != 0x80) return 0;
  }
  bool bad = (s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f);
  return length > 0 && bad ? 0 : length;
}

static bool is_utf8(const char *s) {
  for (int length = 1; *s; s += length) {
    if ((length = character((const unsigned char *)s)) == 0) return false;
  }
  return true;
}

/* Entries without a name or without '=' are nothing that node could hold. */
static bool is_plain(const char *entry) {
  for (size_t i = 0; i < sizeof HIDDEN / sizeof HIDDEN[0]; i++) {
    if (strncmp(entry, HIDDEN[i], strlen(HIDDEN[i])) == 0) return false;
  }
  return entry[0] != '=' && is_utf8(entry);
}

/* Of several entries with one name the first counts. */
static bool is_first(char **entry) {
  size_t length = strcspn(*entry, "=") + 1;
  for (char **before = environ; before < entry; before++) {
    if (strncmp(*before, *entry, length) == 0) return false;
  }
  return true;
}

/* Cuts what was written into entries, and returns where the next one goes. */
static char **cut(const struct written *w, char **to) {
  for (size_t at = 0, piece = 0; at < w->length; at += PIECE_MAX, piece++) {
    size_t left = w->length - at;
    *to++ = text("HOLDFAST_BIRTH_%zu=%.*s", piece, (int)(left < PIECE_MAX ? left : PIECE_MAX), w->bytes + at);
  }
  return to;
}

char **environment_for_node(char **words, char **more) {
  struct written w = {NULL, 0, 0};
  size_t n = 0, entries = 0, added = 0;
  while (words[n]) n++;
  while (environ && environ[entries]) entries++;
  while (more[added]) added++;
  put_item(&w, text("%zu", n));
  for (size_t i = 0; i < n; i++) put_item(&w, words[i]);
  for (size_t i = 0; i < entries; i++) {
    if (strchr(environ[i], '=') && !is_plain(environ[i]) && is_first(environ + i)) put_item(&w, environ[i]);
  }
  char **made = room((entries + added + w.length / PIECE_MAX + 2) * sizeof *made), **to = made;
  for (size_t i = 0; i < entries; i++) {
    if (strchr(environ[i], '=') && is_plain(environ[i])) *to++ = environ[i];
  }
  to = cut(&w, to);
  for (size_t i = 0; i < added; i++) *to++ = more[i];
  return made;
}
