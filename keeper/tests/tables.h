/* Tables of tests: see tables.c. */
#ifndef TEST_TABLES_H
#define TEST_TABLES_H
#include "../table.h"

void table_example(struct table *t);
/* The size; 0: it could not be written. */
size_t table_to_bytes(void (*records)(struct table *), uint8_t *to, size_t room);
/* Makes length and checksum right again. */
void table_seal(uint8_t *table, size_t size);

void tables_are_read_as_written(void);
void tables_of_other_versions(void);
void tables_cannot_be_written(void);
void tables_of_every_release(void);
int record_table(const char *file);
#endif
