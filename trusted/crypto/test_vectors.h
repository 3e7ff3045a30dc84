/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the tests of this room: the files of test vectors, random input from a
 * printed seed, and a panic that cmocka can expect.
 *
 * A line of a file is an operation as vch-vectors takes it, " = ", and the
 * answer. The files are sought in $VCH_VECTORS, else in tests/vectors.
 */
#ifndef TRUSTED_CRYPTO_TEST_VECTORS_H
#define TRUSTED_CRYPTO_TEST_VECTORS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trusted/base/bytes.h"
#include "trusted/base/check.h"

enum { VECTOR_FIELD_MAX = 6, VECTOR_LINE_MAX = 1 << 16 };

struct vector {
	char line[VECTOR_LINE_MAX];
	const char *op;
	const char *word[VECTOR_FIELD_MAX];
	struct vch_span field[VECTOR_FIELD_MAX]; /* decoded; empty if no hex */
	struct vch_span want;			 /* the answer, if it is hex */
	bool bad;				 /* the answer is "bad" */
	uint8_t bytes[VECTOR_LINE_MAX];
	size_t bytes_len;
};

void vch_panic(const char *where)
{
	/* fails the test, unless it runs in expect_assert_failure() */
	mock_assert(0, "no panic", where, 0);
	abort();
}

static inline struct vch_span vector_decode(struct vector *v, const char *hex)
{
	uint8_t *start = v->bytes + v->bytes_len;
	size_t len = strlen(hex);

	for (size_t i = 0; i + 1 < len; i += 2) {
		char two[3] = {hex[i], hex[i + 1], 0};
		char *end = NULL;
		unsigned long byte = strtoul(two, &end, 16);

		if (end != two + 2)
			return vch_span(start, 0);
		start[i / 2] = (uint8_t)byte;
	}
	v->bytes_len += len / 2;
	return vch_span(start, len / 2);
}

static inline void vector_parse(struct vector *v)
{
	char *rest = NULL;
	char *answer = strstr(v->line, " = ");

	assert_non_null(answer);
	*answer = '\0';
	answer += 3;
	answer[strcspn(answer, "\n")] = '\0';
	v->bytes_len = 0;
	v->bad = strcmp(answer, "bad") == 0;
	v->want = vector_decode(v, answer);
	v->op = strtok_r(v->line, " ", &rest);
	for (size_t i = 0; i < VECTOR_FIELD_MAX; i++) {
		v->word[i] = strtok_r(NULL, " ", &rest);
		v->field[i] = vector_decode(v, v->word[i] ? v->word[i] : "");
	}
}

/* Hands each line of a file to check; there must be min of them or more. */
static inline void vectors_each(const char *name, size_t min,
				void (*check)(const struct vector *v))
{
	static struct vector v;
	const char *folder = getenv("VCH_VECTORS");
	char path[512];
	size_t cnt = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder ? folder : "tests/vectors",
		 name);
	file = fopen(path, "r");
	if (!file)
		fail_msg("%s: cannot open it", path);
	for (size_t no = 1; fgets(v.line, sizeof(v.line), file); no++) {
		if (v.line[0] == '#')
			continue;
		snprintf(path, sizeof(path), "vectors %s:%zu", name, no);
		vector_parse(&v);
		check(&v);
		cnt++;
	}
	fclose(file);
	if (cnt < min)
		fail_msg("%s has %zu lines, not %zu", name, cnt, min);
}

static inline void assert_span_is(struct vch_span want, const void *got,
				  size_t len)
{
	assert_int_equal(want.len, len);
	assert_memory_equal(want.ptr, got, len);
}

/* SplitMix64 from $VCH_SEED (1 unless told): a failure can be had again. */
static uint64_t random_state;

static int random_setup(void **state)
{
	const char *seed = getenv("VCH_SEED");

	(void)state;
	random_state = seed ? strtoull(seed, NULL, 10) : 1;
	print_message("VCH_SEED=%llu\n", (unsigned long long)random_state);
	return 0;
}

static inline uint64_t random_u64(void)
{
	uint64_t z = random_state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* 0 .. below-1 */
static inline size_t random_below(size_t below)
{
	return (size_t)(random_u64() % below);
}

static inline void random_bytes(void *out, size_t len)
{
	for (size_t i = 0; i < len; i++)
		((uint8_t *)out)[i] = (uint8_t)random_u64();
}

#endif
