/* SPDX-License-Identifier: Apache-2.0 */
/* Comparisons whose time does not depend on what is compared. */
#ifndef TRUSTED_BASE_CT_H
#define TRUSTED_BASE_CT_H

#include <stdbool.h>
#include <stddef.h>

/* True if the len bytes are equal. Reads all of both, always. */
bool vch_ct_equal(const void *a, const void *b, size_t len);

/* True if all len bytes are zero. Reads all, always. */
bool vch_ct_is_zero(const void *a, size_t len);

#endif
