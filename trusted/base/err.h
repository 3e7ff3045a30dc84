/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one result type. Codes, names and sentences are generated from
 * wire/errors.wire; VCH_OK is zero.
 */
#ifndef TRUSTED_BASE_ERR_H
#define TRUSTED_BASE_ERR_H

#include "wire/gen/errors.h"

/* The caller must look at the result. */
#define VCH_MUST __attribute__((warn_unused_result))

/* Hands the first failure to the caller. */
#define VCH_TRY(expr)                                                          \
	do {                                                                   \
		enum vch_err try_err_ = (expr);                                \
		if (try_err_ != VCH_OK)                                        \
			return try_err_;                                       \
	} while (0)

#endif
