/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "host/base/hex.h"
#include "host/cli/abi.h"
#include "trusted/policy/calls.h"

/* Selectors that are public knowledge. */
static void selectors_are_those_of_ethereum(void **state)
{
	static const struct {
		const char *signature;
		uint8_t selector[4];
	} known[] = {
		{"transfer(address,uint256)", {0xa9, 0x05, 0x9c, 0xbb}},
		{"Error(string)", {0x08, 0xc3, 0x79, 0xa0}},
		{"execute(bytes32,bytes)", {0xe9, 0xae, 0x5c, 0x53}},
		{"FailedOp(uint256,string)", {0x22, 0x02, 0x66, 0xb6}},
		{"handleOps((address,uint256,bytes,bytes,bytes32,uint256,"
		 "bytes32,bytes,bytes)[],address)",
		 {0x76, 0x5e, 0x82, 0x7f}},
	};
	uint8_t got[4];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		vch_abi_selector(got, known[i].signature);
		assert_memory_equal(got, known[i].selector, 4);
	}
}

/* The signer's own strict decoder reads back what we wrote. */
static void execute_is_canonical(void **state)
{
	struct vch_payment payments[VCH_PAYMENTS_MAX];
	struct vch_calls calls;
	uint8_t buf[8192];
	size_t cnt, i;

	(void)state;
	for (cnt = 1; cnt <= VCH_PAYMENTS_MAX; cnt++) {
		struct vch_writer w = vch_writer(buf, sizeof(buf));

		for (i = 0; i < cnt; i++) {
			memset(payments[i].to, (int)(i + 1), 20);
			payments[i].wei = ((vch_u128)i << 64) + 7 * i;
		}
		vch_abi_write_execute(&w, payments, cnt);
		assert_false(w.bad);
		assert_int_equal(vch_calls_decode(&calls, vch_written(&w)),
				 VCH_OK);
		assert_int_equal(calls.cnt, cnt);
		for (i = 0; i < cnt; i++) {
			assert_memory_equal(calls.call[i].to, payments[i].to,
					    20);
			assert_true(calls.call[i].value == payments[i].wei);
			assert_int_equal(calls.call[i].data.len, 0);
		}
	}
}

static void too_small_a_buffer_is_marked(void **state)
{
	struct vch_payment payment = {.wei = 1};
	uint8_t buf[200];
	struct vch_writer w = vch_writer(buf, sizeof(buf));

	(void)state;
	vch_abi_write_execute(&w, &payment, 1);
	assert_true(w.bad);
}

static void reason(char *ret, size_t cap, const char *hex)
{
	uint8_t bytes[512];
	size_t len;

	assert_int_equal(vch_hex_read_some(bytes, &len, sizeof(bytes), hex),
			 VCH_OK);
	vch_abi_reason(ret, cap, vch_span(bytes, len));
}

#define W0 "0000000000000000000000000000000000000000000000000000000000000000"
#define W2 "0000000000000000000000000000000000000000000000000000000000000040"
#define W3 "0000000000000000000000000000000000000000000000000000000000000060"
#define W5 "00000000000000000000000000000000000000000000000000000000000000a0"

static void failed_op_is_told_in_words(void **state)
{
	char text[200];

	(void)state;
	/* FailedOp(0, "AA24 signature error") */
	reason(text, sizeof(text),
	       "0x220266b6" W0 W2 "00000000000000000000000000000000"
	       "00000000000000000000000000000014"
	       "41413234207369676e61747572652065"
	       "72726f72000000000000000000000000");
	assert_string_equal(text, "AA24 signature error");
	/* FailedOpWithRevert(0, "AA23 reverted", Error("no")) */
	reason(text, sizeof(text),
	       "0x65c8fd4d" W0 W3 W5 "00000000000000000000000000000000"
	       "0000000000000000000000000000000d"
	       "41413233207265766572746564000000"
	       "00000000000000000000000000000000"
	       "00000000000000000000000000000000"
	       "00000000000000000000000000000064"
	       "08c379a0"
	       "00000000000000000000000000000000"
	       "00000000000000000000000000000020"
	       "00000000000000000000000000000000"
	       "00000000000000000000000000000002"
	       "6e6f0000000000000000000000000000"
	       "00000000000000000000000000000000"
	       "00000000000000000000000000000000000000000000000000000000");
	assert_string_equal(text, "AA23 reverted: no");
}

/* Offsets and lengths that point anywhere: read nothing, crash nowhere. */
static void hostile_reverts_are_harmless(void **state)
{
	static const char *const hostile[] = {
		"0x",
		"0x22",
		"0x220266b6",
		"0x65c8fd4d",
		"0x08c379a0",
		"0x220266b6" W0 "ffffffffffffffffffffffffffffffff"
		"ffffffffffffffffffffffffffffffff",
		"0x220266b6" W0 W2 "00000000000000000000000000000000"
		"000000000000000000000000000fffff",
		"0x65c8fd4d" W0 W0 W0,
		"0xdeadbeef00",
	};
	char text[40];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		memset(text, 'x', sizeof(text));
		reason(text, sizeof(text), hostile[i]);
		assert_non_null(memchr(text, '\0', sizeof(text)));
	}
	assert_string_equal(text, "0xdeadbeef00");
}

static void text_from_a_contract_cannot_steer_the_terminal(void **state)
{
	char text[64];

	(void)state;
	/* Error("\x1b[2J") */
	reason(text, sizeof(text),
	       "0x08c379a0"
	       "00000000000000000000000000000000"
	       "00000000000000000000000000000020"
	       "00000000000000000000000000000000"
	       "00000000000000000000000000000004"
	       "1b5b324a000000000000000000000000"
	       "00000000000000000000000000000000");
	assert_string_equal(text, "?[2J");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(selectors_are_those_of_ethereum),
		cmocka_unit_test(execute_is_canonical),
		cmocka_unit_test(too_small_a_buffer_is_marked),
		cmocka_unit_test(failed_op_is_told_in_words),
		cmocka_unit_test(hostile_reverts_are_harmless),
		cmocka_unit_test(
			text_from_a_contract_cannot_steer_the_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
