/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/base/ct.h"

#include <stdint.h>

bool vch_ct_equal(const void *a, const void *b, size_t len)
{
	const volatile uint8_t *x = a;
	const volatile uint8_t *y = b;
	uint8_t diff = 0;

	for (size_t i = 0; i < len; i++)
		diff |= (uint8_t)(x[i] ^ y[i]);
	return diff == 0;
}

bool vch_ct_is_zero(const void *a, size_t len)
{
	const volatile uint8_t *x = a;
	uint8_t any = 0;

	for (size_t i = 0; i < len; i++)
		any |= x[i];
	return any == 0;
}
