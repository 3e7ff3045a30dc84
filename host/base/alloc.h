/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory for host programs. Sizes are bounded before they get here, so want
 * of memory is no input error: it ends the program (vch_panic), and the log
 * is what it comes back from.
 */
#ifndef HOST_BASE_ALLOC_H
#define HOST_BASE_ALLOC_H

#include <stddef.h>

/* cnt * size zeroed bytes; free() them. Panics on overflow or no memory. */
void *vch_alloc(size_t cnt, size_t size) __attribute__((returns_nonnull));

/* Grows or shrinks ptr (NULL: allocates) to size bytes, size > 0. */
void *vch_realloc(void *ptr, size_t size) __attribute__((returns_nonnull));

/* A copy of the text. */
char *vch_strdup(const char *text) __attribute__((returns_nonnull));

#endif
