/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/base/bytes.h"

#include <string.h>

bool vch_span_equal(struct vch_span a, struct vch_span b)
{
	if (a.len != b.len)
		return false;
	return a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0;
}
