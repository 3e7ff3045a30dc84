/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programming errors end the program; they are never input errors, and the
 * check is never compiled out.
 */
#ifndef TRUSTED_BASE_CHECK_H
#define TRUSTED_BASE_CHECK_H

/*
 * Ends the trusted application (TEE_Panic) or the process (abort). Each home
 * of the trusted sources supplies it; `where` is file:line and not secret.
 */
void vch_panic(const char *where) __attribute__((noreturn));

#define VCH_STR_(x) #x
#define VCH_STR(x) VCH_STR_(x)

#define VCH_CHECK(cond)                                                        \
	do {                                                                   \
		if (__builtin_expect(!(cond), 0))                              \
			vch_panic(__FILE__ ":" VCH_STR(__LINE__));             \
	} while (0)

#define VCH_ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
