/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Constant time, measured: secrets are marked as undefined memory and valgrind
 * reports every branch and every address that depends on them. The program
 * starts itself under valgrind. It and the room must be built with
 * VCH_CTIME_CPPFLAGS (crypto.mk), which turn the code's own VCH_DECLASSIFY
 * and libsecp256k1's on.
 *
 * memcheck sees the x86-64 code. For the Armv8 assembly there are its
 * authors' proofs.
 */
#include <unistd.h>

#include <valgrind/memcheck.h>

#include "trusted/base/ct.h"
#include "trusted/crypto/aead.h"
#include "trusted/crypto/cpu.h"
#include "trusted/crypto/ed25519.h"
#include "trusted/crypto/hkdf.h"
#include "trusted/crypto/hmac.h"
#include "trusted/crypto/hpke.h"
#include "trusted/crypto/keccak256.h"
#include "trusted/crypto/secp256k1.h"
#include "trusted/crypto/test_vectors.h"
#include "trusted/crypto/x25519.h"

static unsigned long errors_before;

static void secret(void *ptr, size_t len)
{
	(void)VALGRIND_MAKE_MEM_UNDEFINED(ptr, len);
}

static void public(void *ptr, size_t len)
{
	(void)VALGRIND_MAKE_MEM_DEFINED(ptr, len);
}

static unsigned long errors_since_start(void)
{
	unsigned long now = VALGRIND_COUNT_ERRORS;

	return now - errors_before;
}

static int setup(void **state)
{
	(void)state;
	errors_before = VALGRIND_COUNT_ERRORS;
	return 0;
}

static int none_reported(void **state)
{
	(void)state;
	return errors_since_start() == 0 ? 0 : -1;
}

/* If this is not reported, nothing here means anything. */
static void test_control(void **state)
{
	volatile uint8_t table[256] = {0};
	volatile uint8_t key = 3;
	uint8_t k;

	(void)state;
	print_message("control: two reports of valgrind must follow\n");
	secret((void *)(uintptr_t)&key, sizeof(key));
	k = key;
	if (k & 1)
		table[0] = 1;
	table[0] = table[k];
	assert_true(errors_since_start() >= 2);
}

static void test_secp256k1(void **state)
{
	struct vch_secp256k1_sk sk;
	struct vch_secp256k1_pk pk;
	uint8_t in[32], digest[32], seed[32], sig[65];

	(void)state;
	for (int i = 0; i < 4; i++) {
		random_bytes(in, sizeof(in));
		random_bytes(digest, sizeof(digest));
		random_bytes(seed, sizeof(seed));
		secret(in, sizeof(in));
		secret(seed, sizeof(seed));
		if (i > 1)
			vch_secp256k1_blind(seed);
		assert_int_equal(vch_secp256k1_sk_parse(&sk, in), VCH_OK);
		vch_secp256k1_pk_from_sk(&pk, &sk);
		vch_secp256k1_sign(sig, &sk, digest);
		public(sig, sizeof(sig));
		assert_int_equal(vch_secp256k1_verify_var(&pk, digest, sig),
				 VCH_OK);
	}
}

static void test_ed25519(void **state)
{
	struct vch_ed25519_sk sk;
	uint8_t seed[32], msg[150], sig[64];

	(void)state;
	random_bytes(seed, sizeof(seed));
	random_bytes(msg, sizeof(msg));
	secret(seed, sizeof(seed));
	secret(msg, sizeof(msg));
	vch_ed25519_sk_from_seed(&sk, seed);
	vch_ed25519_sign(sig, &sk, vch_span(msg, sizeof(msg)));
	public(msg, sizeof(msg));
	public(sig, sizeof(sig));
	public(&sk.pk, sizeof(sk.pk));
	assert_int_equal(
		vch_ed25519_verify_var(&sk.pk, vch_span(msg, sizeof(msg)), sig),
		VCH_OK);
}

static void test_x25519(void **state)
{
	struct vch_x25519_sk a;
	struct vch_x25519_pk pk;
	struct vch_x25519_shared shared;

	(void)state;
	random_bytes(&a, sizeof(a));
	secret(&a, sizeof(a));
	vch_x25519_pk_from_sk(&pk, &a);
	assert_int_equal(vch_x25519(&shared, &a, &pk), VCH_OK);
	memset(&pk, 0, sizeof(pk));
	assert_int_equal(vch_x25519(&shared, &a, &pk), VCH_PUBLIC_KEY);
}

static void test_hpke(void **state)
{
	struct vch_x25519_sk sk, ephemeral;
	struct vch_x25519_pk pk;
	uint8_t enc[32], text[40], tag[16];
	struct vch_span t = vch_span(text, sizeof(text));
	struct vch_span none = vch_span(NULL, 0);

	(void)state;
	random_bytes(&sk, sizeof(sk));
	random_bytes(&ephemeral, sizeof(ephemeral));
	random_bytes(text, sizeof(text));
	vch_x25519_pk_from_sk(&pk, &sk);
	secret(&sk, sizeof(sk));
	secret(&ephemeral, sizeof(ephemeral));
	secret(text, sizeof(text));
	assert_int_equal(
		vch_hpke_seal(enc, text, tag, &pk, &ephemeral, none, none, t),
		VCH_OK);
	public(enc, sizeof(enc));
	assert_int_equal(vch_hpke_open(text, &sk, enc, none, none, t, tag),
			 VCH_OK);
}

static void test_aead(void **state)
{
	struct vch_aead_key key;
	uint8_t nonce[12], aad[33], data[133], tag[16];
	struct vch_span a = vch_span(aad, sizeof(aad));
	struct vch_span d = vch_span(data, sizeof(data));

	(void)state;
	random_bytes(&key, sizeof(key));
	random_bytes(nonce, sizeof(nonce));
	random_bytes(aad, sizeof(aad));
	random_bytes(data, sizeof(data));
	secret(&key, sizeof(key));
	secret(aad, sizeof(aad));
	secret(data, sizeof(data));
	vch_aead_seal(data, tag, &key, nonce, a, d);
	assert_int_equal(vch_aead_open(data, &key, nonce, a, d, tag), VCH_OK);
	assert_int_equal(vch_aead_open(data, &key, nonce, a, d, tag),
			 VCH_UNSEAL);
}

static void test_hashes(void **state)
{
	uint8_t key[32], msg[300], out[100];
	struct vch_span k = vch_span(key, sizeof(key));
	struct vch_span m = vch_span(msg, sizeof(msg));

	(void)state;
	random_bytes(key, sizeof(key));
	random_bytes(msg, sizeof(msg));
	secret(key, sizeof(key));
	secret(msg, sizeof(msg));
	vch_sha256_hash(out, m);
	vch_keccak256_hash(out, m);
	vch_hmac_sha256_mac(out, k, m);
	assert_int_equal(vch_hkdf_sha256(out, sizeof(out), k, k, m), VCH_OK);
}

/* What serves where the processor has no instructions for it. */
static void test_without_hardware(void **state)
{
	vch_cpu_hide(true);
	test_aead(state);
	test_hashes(state);
	vch_cpu_hide(false);
}

static void test_compare(void **state)
{
	uint8_t a[32], b[32];
	bool answers[3];

	(void)state;
	random_bytes(a, sizeof(a));
	memcpy(b, a, sizeof(b));
	secret(a, sizeof(a));
	secret(b, sizeof(b));
	answers[0] = vch_ct_equal(a, b, sizeof(a));
	b[7] ^= 1;
	answers[1] = vch_ct_equal(a, b, sizeof(a));
	answers[2] = vch_ct_is_zero(a, sizeof(a));
	public(answers, sizeof(answers));
	assert_true(answers[0] && !answers[1] && !answers[2]);
}

/* Returns only if valgrind could not be started. */
static void start_under_valgrind(char *self)
{
	char *const argv[] = {"valgrind", "-q", self, NULL};

	execvp(argv[0], argv);
	perror("valgrind");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_control, setup),
#define MEASURED(test)                                                         \
	cmocka_unit_test_setup_teardown(test, setup, none_reported)
		MEASURED(test_secp256k1),
		MEASURED(test_ed25519),
		MEASURED(test_x25519),
		MEASURED(test_aead),
		MEASURED(test_hpke),
		MEASURED(test_hashes),
		MEASURED(test_without_hardware),
		MEASURED(test_compare),
	};

	(void)argc;
#ifndef VCH_CTIME
	fprintf(stderr, "%s: not built with VCH_CTIME_CPPFLAGS\n", argv[0]);
	return EXIT_FAILURE;
#endif
	if (!RUNNING_ON_VALGRIND) {
		start_under_valgrind(argv[0]);
		return EXIT_FAILURE;
	}
	vch_secp256k1_init();
	return cmocka_run_group_tests_name("ctime", tests, random_setup, NULL);
}
