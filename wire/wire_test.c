/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The codecs against a second reading of the spec: the shape of each struct
 * (wire/gen/each.h) is walked here to make encodings, without the code that
 * is tested. Then a few encodings written by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trusted/base/check.h"
#include "trusted/base/ct.h"
#include "wire/gen/each.h"
#include "wire/gen/errors.h"
#include "wire/gen/ta.h"

/* Decodes `in` and encodes what came of it. A refusal leaves only zeros. */
#define AGAIN(name, most, shape)                                               \
	static enum vch_err again_##name(struct vch_writer *w,                 \
					 struct vch_span in)                   \
	{                                                                      \
		static struct vch_##name it;                                   \
		enum vch_err err;                                              \
                                                                               \
		memset(&it, 0xa5, sizeof(it));                                 \
		err = vch_##name##_decode(&it, in);                            \
		if (err == VCH_OK)                                             \
			return vch_##name##_encode(w, &it);                    \
		assert_true(vch_ct_is_zero(&it, sizeof(it)));                  \
		return err;                                                    \
	}
VCH_WIRE_EACH(AGAIN)

struct kind {
	size_t most;
	const char *shape;
	enum vch_err (*again)(struct vch_writer *w, struct vch_span in);
};

#define KIND(name, most, shape) {most, shape, again_##name},
static const struct kind kinds[] = {VCH_WIRE_EACH(KIND)};

enum fill {
	FILL_NONE,  /* all lists and bytes empty */
	FILL_FEW,   /* one or two of each: everything occurs, and stays short */
	FILL_ANY,   /* from nothing to the bound */
	FILL_BOUND, /* all at their bounds */
};

#define BREAK_NONE SIZE_MAX
#define MAKER_CAP ((size_t)32 << 20)

/* Writes encodings by a shape. */
struct maker {
	enum fill fill;
	uint64_t seed;
	size_t break_idx; /* which length or count is one over its bound */
	size_t bound_cnt; /* lengths and counts written so far */
	uint8_t *out;
	size_t len;
};

/* xorshift64*: the same on every run */
static uint64_t draw(struct maker *m)
{
	m->seed ^= m->seed >> 12;
	m->seed ^= m->seed << 25;
	m->seed ^= m->seed >> 27;
	return m->seed * 0x2545f4914f6cdd1dU;
}

static void put_any(struct maker *m, size_t len)
{
	VCH_CHECK(len <= MAKER_CAP - m->len);
	for (size_t i = 0; i < len; i++)
		m->out[m->len++] = (uint8_t)(draw(m) >> 56);
}

static void put_be(struct maker *m, uint64_t v, size_t len)
{
	VCH_CHECK(len <= MAKER_CAP - m->len);
	for (size_t i = len; i > 0; i--)
		m->out[m->len++] = (uint8_t)(v >> 8 * (i - 1));
}

static size_t choose(struct maker *m, size_t most)
{
	if (m->bound_cnt++ == m->break_idx)
		return most + 1;
	if (m->fill == FILL_NONE)
		return 0;
	if (m->fill == FILL_BOUND)
		return most;
	if (m->fill == FILL_FEW)
		return 1 + (size_t)(draw(m) % (most < 2 ? most : 2));
	if (draw(m) % 4 == 0)
		return most;
	return (size_t)(draw(m) % (most < 12 ? most + 1 : 12));
}

/* Past the bracket that closes here. */
static const char *skip_list(const char *at)
{
	for (int depth = 1; depth > 0; at++)
		depth += (*at == '(') - (*at == ')');
	return at;
}

/* Walks a shape up to its end or its closing bracket. */
static void make(struct maker *m, const char *at)
{
	while (*at && *at != ')') {
		char what = *at;
		char *end;
		size_t n = strtoul(at + (what == '*' || what == '<'), &end, 10);
		size_t len_size = n > 65535 ? 4 : 2;

		at = end + 1; /* past the ; or ( */
		if (what == '*') {
			n = choose(m, n);
			put_be(m, n, 1);
			for (size_t i = 0; i < n; i++)
				make(m, at);
			at = skip_list(at);
			continue;
		}
		if (what == '<') {
			n = choose(m, n);
			put_be(m, n, len_size);
		}
		put_any(m, n);
	}
}

static struct maker make_new(const struct kind *kind, enum fill fill,
			     uint64_t seed, size_t break_idx)
{
	struct maker m = {
		.fill = fill,
		.seed = seed,
		.break_idx = break_idx,
		.out = malloc(MAKER_CAP),
	};

	assert_non_null(m.out);
	make(&m, kind->shape);
	return m;
}

static void check_same(const struct kind *kind, const struct maker *m)
{
	uint8_t *out = malloc(m->len + 1);
	struct vch_writer w = vch_writer(out, m->len + 1);

	assert_non_null(out);
	assert_int_equal(kind->again(&w, vch_span(m->out, m->len)), VCH_OK);
	assert_int_equal(w.len, m->len);
	assert_memory_equal(out, m->out, m->len);
	free(out);
}

/* From memory of exactly that length, so that a sanitizer sees a step over. */
static void check_refused(const struct kind *kind, const uint8_t *in,
			  size_t len)
{
	uint8_t *copy = malloc(len + (len == 0));
	struct vch_writer w = vch_writer(NULL, 0);

	assert_non_null(copy);
	memcpy(copy, in, len);
	assert_int_equal(kind->again(&w, vch_span(copy, len)), VCH_FORMAT);
	free(copy);
}

static void test_round_trip(void **state)
{
	static const enum fill fills[] = {FILL_NONE, FILL_FEW, FILL_ANY,
					  FILL_ANY,  FILL_ANY, FILL_BOUND};

	(void)state;
	for (size_t i = 0; i < 6 * VCH_ARRAY_LEN(kinds); i++) {
		const struct kind *kind = &kinds[i / 6];
		struct maker m =
			make_new(kind, fills[i % 6], i + 1, BREAK_NONE);

		check_same(kind, &m);
		if (fills[i % 6] == FILL_BOUND)
			assert_int_equal(m.len, kind->most);
		free(m.out);
	}
}

static void test_every_truncation(void **state)
{
	(void)state;
	for (size_t k = 0; k < VCH_ARRAY_LEN(kinds); k++) {
		struct maker m =
			make_new(&kinds[k], FILL_FEW, k + 1, BREAK_NONE);

		for (size_t len = 0; len < m.len; len++)
			check_refused(&kinds[k], m.out, len);
		free(m.out);
	}
}

static void test_extra_byte(void **state)
{
	(void)state;
	for (size_t k = 0; k < VCH_ARRAY_LEN(kinds); k++) {
		struct maker m =
			make_new(&kinds[k], FILL_FEW, k + 1, BREAK_NONE);

		put_be(&m, 0, 1);
		check_refused(&kinds[k], m.out, m.len);
		free(m.out);
	}
}

/* Each length and each count in turn is one too large, all else in order. */
static void test_every_bound(void **state)
{
	size_t broken_cnt = 0;

	(void)state;
	for (size_t k = 0; k < VCH_ARRAY_LEN(kinds); k++) {
		for (size_t idx = 0;; idx++) {
			struct maker m =
				make_new(&kinds[k], FILL_FEW, k + 1, idx);
			bool broken = m.bound_cnt > idx;

			if (broken)
				check_refused(&kinds[k], m.out, m.len);
			free(m.out);
			if (!broken)
				break;
			broken_cnt++;
		}
	}
	assert_true(broken_cnt > 50);
}

/* A writer that is too short by any number of bytes says so and stays bad. */
static void test_short_writer(void **state)
{
	(void)state;
	for (size_t k = 0; k < VCH_ARRAY_LEN(kinds); k++) {
		struct maker m =
			make_new(&kinds[k], FILL_FEW, k + 1, BREAK_NONE);
		struct vch_span in = vch_span(m.out, m.len);

		for (size_t cap = 0; cap < m.len; cap++) {
			uint8_t *out = malloc(cap + (cap == 0));
			struct vch_writer w = vch_writer(out, cap);

			assert_non_null(out);
			assert_int_equal(kinds[k].again(&w, in), VCH_SIZE);
			assert_true(w.bad && w.len <= cap);
			assert_int_equal(vch_written(&w).len, 0);
			free(out);
		}
		free(m.out);
	}
}

static void test_writer_stays_bad(void **state)
{
	struct vch_network network = {.chain_id = 1};
	uint8_t out[64] = {0};
	struct vch_writer w = vch_writer(out, VCH_NETWORK_ENC_MAX - 1);

	(void)state;
	assert_int_equal(vch_network_encode(&w, &network), VCH_SIZE);
	w.cap = sizeof(out); /* room does not heal it */
	assert_int_equal(vch_network_encode(&w, &network), VCH_SIZE);
	assert_int_equal(vch_written(&w).len, 0);
}

/* What is over its bound in a struct is not written. */
static void test_bounds_of_writing(void **state)
{
	static uint8_t out[VCH_REQUEST_MAX * 2];
	static struct vch_config config;
	static struct vch_replay_request replay;
	struct vch_writer w = vch_writer(out, sizeof(out));

	(void)state;
	config.passkeys_cnt = VCH_CONFIG_PASSKEYS_MAX + 1;
	assert_int_equal(vch_config_encode(&w, &config), VCH_SIZE);

	config.passkeys_cnt = VCH_CONFIG_PASSKEYS_MAX;
	config.origins_cnt = 1;
	config.origins[0] = vch_span(out, VCH_CONFIG_ORIGINS_LEN_MAX + 1);
	w = vch_writer(out, sizeof(out));
	assert_int_equal(vch_config_encode(&w, &config), VCH_SIZE);

	config.origins[0].len = VCH_CONFIG_ORIGINS_LEN_MAX;
	w = vch_writer(out, sizeof(out));
	assert_int_equal(vch_config_encode(&w, &config), VCH_OK);

	replay.batches = vch_span(out, VCH_REPLAY_REQUEST_BATCHES_MAX + 1);
	w = vch_writer(out, sizeof(out));
	assert_int_equal(vch_replay_request_encode(&w, &replay), VCH_SIZE);
}

/* Order of fields and of bytes, by hand. */
static void test_known_counters(void **state)
{
	/* clang-format off */
	static const uint8_t expected[] = {
		0x12, 0x34,				/* day */
		2,					/* spent */
		0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3,
		0,					/* lanes */
		1, 0xde, 0xad, 0xbe, 0xef,		/* sign_counts */
	};
	/* clang-format on */
	struct vch_counters in = {
		.day = 0x1234,
		.spent_cnt = 2,
		.spent = {(vch_u128)1 << 64 | 2, 3},
		.sign_counts_cnt = 1,
		.sign_counts = {0xdeadbeef},
	};
	struct vch_counters ret;
	uint8_t out[VCH_COUNTERS_MAX];
	struct vch_writer w = vch_writer(out, sizeof(out));

	(void)state;
	assert_int_equal(vch_counters_encode(&w, &in), VCH_OK);
	assert_int_equal(w.len, sizeof(expected));
	assert_memory_equal(out, expected, sizeof(expected));
	assert_int_equal(vch_counters_decode(&ret, vch_written(&w)), VCH_OK);
	assert_int_equal(ret.day, 0x1234);
	assert_int_equal(ret.spent_cnt, 2);
	assert_true(ret.spent[0] == in.spent[0] && ret.spent[1] == 3);
	assert_int_equal(ret.lanes_cnt, 0);
	assert_int_equal(ret.sign_counts[0], 0xdeadbeef);
}

static void test_known_replay(void **state)
{
	static const uint8_t in[] = {0, 0, 0, 3, 'a', 'b', 'c'};
	struct vch_replay_request ret;

	(void)state;
	assert_int_equal(
		vch_replay_request_decode(&ret, vch_span(in, sizeof(in))),
		VCH_OK);
	assert_ptr_equal(ret.batches.ptr, in + 4); /* a view, not a copy */
	assert_int_equal(ret.batches.len, 3);
}

static void test_commands(void **state)
{
	const struct vch_command_info *info;

	(void)state;
	for (size_t i = 0; i < VCH_COMMAND_CNT; i++) {
		info = &vch_commands[i];
		assert_ptr_equal(vch_command_find(info->number), info);
		assert_in_range(info->phases, VCH_PHASE_BOOT, VCH_PHASE_ANY);
		assert_true(info->request_max <= VCH_REQUEST_MAX);
		assert_true(info->answer_max <= VCH_ANSWER_MAX);
	}
	info = vch_command_find(VCH_CMD_START);
	assert_non_null(info);
	assert_string_equal(info->name, "START");
	assert_int_equal(info->phases, VCH_PHASE_BOOT);
	assert_int_equal(info->request_max, VCH_START_REQUEST_ENC_MAX);
	assert_int_equal(info->answer_max, VCH_START_ANSWER_ENC_MAX);
	info = vch_command_find(VCH_CMD_COSIGN_BATCH);
	assert_non_null(info);
	assert_int_equal(info->phases, VCH_PHASE_SERVE);
	assert_int_equal(info->request_max, VCH_REQUEST_MAX);
	assert_null(vch_command_find(31));
	assert_null(vch_command_find(UINT32_MAX));
}

static void test_errors(void **state)
{
	(void)state;
	for (size_t i = 0; i < VCH_ERR_CNT; i++) {
		enum vch_err err = vch_err_all[i];
		const char *sentence = vch_err_sentence(err);

		assert_true(i == 0 || err > vch_err_all[i - 1]);
		assert_true(vch_err_known((uint16_t)err));
		assert_string_not_equal(vch_err_name(err), "UNKNOWN");
		assert_true(strlen(sentence) > 1);
		assert_int_equal(sentence[strlen(sentence) - 1], '.');
	}
	assert_int_equal(VCH_OK, 0);
	assert_string_equal(vch_err_name(VCH_ROLLBACK), "ROLLBACK");
	assert_string_equal(vch_err_sentence(VCH_OK), "Done.");
	assert_false(vch_err_known(9));
	assert_false(vch_err_known(UINT16_MAX));
	assert_string_equal(vch_err_name((enum vch_err)9), "UNKNOWN");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_every_truncation),
		cmocka_unit_test(test_extra_byte),
		cmocka_unit_test(test_every_bound),
		cmocka_unit_test(test_short_writer),
		cmocka_unit_test(test_writer_stays_bad),
		cmocka_unit_test(test_bounds_of_writing),
		cmocka_unit_test(test_known_counters),
		cmocka_unit_test(test_known_replay),
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
