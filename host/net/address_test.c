/* SPDX-License-Identifier: Apache-2.0 */
#include "host/net/address.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "trusted/base/check.h"

static void test_parse(void **state)
{
	static const struct {
		const char *text;
		const char *printed;
		bool loopback;
	} good[] = {
		{"127.0.0.1:3000", "127.0.0.1:3000", true},
		{"localhost:0", "127.0.0.1:0", true},
		{"127.1.2.3:65535", "127.1.2.3:65535", true},
		{"0.0.0.0:80", "0.0.0.0:80", false},
		{"10.0.0.1:080", "10.0.0.1:80", false},
		{"[::1]:3000", "[::1]:3000", true},
		{"[::]:3000", "[::]:3000", false},
		{"[::ffff:127.0.0.1]:1", "[::ffff:127.0.0.1]:1", false},
	};
	static const char *const bad[] = {
		"",
		"3000",
		":3000",
		"127.0.0.1",
		"127.0.0.1:",
		"127.0.0.1:-1",
		"127.0.0.1:+1",
		"127.1:80",
		"127.0.0.1:65536",
		"127.0.0.1:1x",
		"127.0.0.1: 1",
		"::1:80",
		"[::1]",
		"[::1:80",
		"name.example:80",
		"[]:80",
		"127.0.0.1:100000",
		"256.0.0.1:80",
	};
	char text[VCH_ADDRESS_TEXT_MAX];
	struct vch_address address;

	(void)state;
	for (size_t i = 0; i < VCH_ARRAY_LEN(good); i++) {
		assert_int_equal(vch_address_parse(&address, good[i].text),
				 VCH_OK);
		vch_address_print(text, &address);
		assert_string_equal(text, good[i].printed);
		assert_int_equal(vch_address_is_loopback(&address),
				 good[i].loopback);
	}
	for (size_t i = 0; i < VCH_ARRAY_LEN(bad); i++)
		assert_int_equal(vch_address_parse(&address, bad[i]),
				 VCH_FORMAT);
}

static void test_bind(void **state)
{
	struct vch_address address;
	struct vch_address same;
	int first;
	int second;

	(void)state;
	assert_int_equal(vch_address_parse(&address, "127.0.0.1:0"), VCH_OK);
	assert_int_equal(vch_address_bind(&address, &first), VCH_OK);
	assert_int_not_equal(address.port, 0);
	assert_int_equal(listen(first, 1), 0);
	same = address;
	errno = 0;
	assert_int_equal(vch_address_bind(&same, &second), VCH_SOCKET);
	assert_int_equal(errno, EADDRINUSE);
	close(first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_bind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
