/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/base/file.h"
#include "host/cli/wallet.h"
#include "trusted/crypto/p256.h"
#include "trusted/crypto/sha256.h"

static void new_passkey(struct vch_demo_passkey *ret, bool counts)
{
	assert_int_equal(vch_demo_passkey_create(ret, "localhost",
						 "http://localhost:3000",
						 counts),
			 VCH_OK);
}

/* What the authenticator's signature is over, WebAuthn 6.3.3. */
static void signed_digest(uint8_t ret[32], const struct vch_assertion *a)
{
	uint8_t msg[37 + 32];

	memcpy(msg, a->auth_data.ptr, 37);
	vch_sha256_hash(msg + 37, a->client_data);
	vch_sha256_hash(ret, vch_span(msg, sizeof(msg)));
}

/* OpenSSL from the public point alone. */
static bool openssl_verifies(const struct vch_demo_passkey *p,
			     const struct vch_assertion *a)
{
	uint8_t point[65] = {4}, digest[32], der[80], *at = der;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
						 (char[]){"P-256"}, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
						  point, sizeof(point)),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY_CTX *make = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	ECDSA_SIG *sig = ECDSA_SIG_new();
	EVP_PKEY *key = NULL;
	EVP_PKEY_CTX *ctx;
	bool ok;

	memcpy(point + 1, p->x, 32);
	memcpy(point + 33, p->y, 32);
	assert_int_equal(EVP_PKEY_fromdata_init(make), 1);
	assert_int_equal(
		EVP_PKEY_fromdata(make, &key, EVP_PKEY_PUBLIC_KEY, params), 1);
	ECDSA_SIG_set0(sig, BN_bin2bn(a->signature, 32, NULL),
		       BN_bin2bn(a->signature + 32, 32, NULL));
	i2d_ECDSA_SIG(sig, &at);
	signed_digest(digest, a);
	ctx = EVP_PKEY_CTX_new(key, NULL);
	ok = EVP_PKEY_verify_init(ctx) == 1 &&
	     EVP_PKEY_verify(ctx, der, (size_t)(at - der), digest, 32) == 1;
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_CTX_free(make);
	EVP_PKEY_free(key);
	ECDSA_SIG_free(sig);
	return ok;
}

static void assertions_verify(void **state)
{
	struct vch_demo_passkey p;
	struct vch_demo_assertion a;
	struct vch_p256_pk pk;
	uint8_t xy[64], digest[32];
	uint8_t challenge[32] = {1};
	int i;

	(void)state;
	new_passkey(&p, true);
	memcpy(xy, p.x, 32);
	memcpy(xy + 32, p.y, 32);
	assert_int_equal(vch_p256_pk_parse(&pk, xy), VCH_OK);
	for (i = 1; i <= 20; i++) {
		challenge[0] = (uint8_t)i;
		assert_int_equal(vch_demo_passkey_assert(&p, &a, challenge),
				 VCH_OK);
		signed_digest(digest, &a.assertion);
		assert_true(openssl_verifies(&p, &a.assertion));
		assert_int_equal(
			vch_p256_verify_var(&pk, digest, a.assertion.signature),
			VCH_OK);
		assert_int_equal(a.auth_data[32], 0x05);
		assert_int_equal(a.auth_data[36], i);
		/* low s: at most half of the order */
		assert_true(a.assertion.signature[32] <= 0x7f);
		a.assertion.signature[63] ^= 1;
		assert_false(openssl_verifies(&p, &a.assertion));
	}
}

static void client_data_is_as_the_standard_serialises_it(void **state)
{
	static const char want[] =
		"{\"type\":\"webauthn.get\",\"challenge\":"
		"\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\","
		"\"origin\":\"http://localhost:3000\",\"crossOrigin\":false}";
	struct vch_demo_passkey p;
	struct vch_demo_assertion a;
	uint8_t challenge[32];
	uint8_t i;

	(void)state;
	for (i = 0; i < 32; i++)
		challenge[i] = i;
	new_passkey(&p, false);
	assert_int_equal(vch_demo_passkey_assert(&p, &a, challenge), VCH_OK);
	assert_int_equal(a.assertion.client_data.len, sizeof(want) - 1);
	assert_memory_equal(a.assertion.client_data.ptr, want,
			    sizeof(want) - 1);
	assert_int_equal(p.sign_count, 0);
}

static void odd_names_are_refused(void **state)
{
	struct vch_demo_passkey p;
	char longest[200];

	(void)state;
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(vch_demo_passkey_create(&p, "", "http://x", true),
			 VCH_ARGUMENT);
	assert_int_equal(vch_demo_passkey_create(&p, "x", "a\"b", true),
			 VCH_ARGUMENT);
	assert_int_equal(vch_demo_passkey_create(&p, "x", "a\\b", true),
			 VCH_ARGUMENT);
	assert_int_equal(vch_demo_passkey_create(&p, longest, "http://x", true),
			 VCH_ARGUMENT);
	assert_int_equal(vch_demo_passkey_create(&p, "x", longest, true),
			 VCH_ARGUMENT);
}

struct files {
	char dir[64];
	char path[VCH_PATH_MAX];
};

static void files_make(struct files *f)
{
	strcpy(f->dir, "/tmp/vouch-wallet-test-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	assert_int_equal(vch_path_join(f->path, f->dir, "demo.json"), VCH_OK);
}

static void files_remove(const struct files *f)
{
	unlink(f->path);
	rmdir(f->dir);
}

static void wallet_comes_back_whole(void **state)
{
	static struct vch_wallet wallet, back;
	struct vch_wallet_account account = {.seq = 77};
	struct vch_intent *waits;
	struct files f;
	struct stat st;

	(void)state;
	files_make(&f);
	memset(&wallet, 0, sizeof(wallet));
	new_passkey(&wallet.passkey, true);
	wallet.passkey.sign_count = 5;
	memset(account.address, 0x12, 20);
	memset(account.log_key, 0x34, 32);
	account.at.chain_id = 31337;
	assert_int_equal(vch_wallet_add(&wallet, &account), VCH_OK);
	/* and one that has something waiting on chain */
	memset(account.address, 0x13, 20);
	assert_int_equal(vch_wallet_add(&wallet, &account), VCH_OK);
	waits = &wallet.account[1].waits;
	memset(waits->account, 0x13, 20);
	waits->chain_id = 31337;
	waits->number = 4;
	waits->settings_cnt = 2;
	waits->settings[0].value = 7;
	waits->settings[1].kind = VCH_SETTING_CALL;
	memset(waits->settings[1].target, 0x14, 20);
	memset(waits->settings[1].selector, 0x15, 4);
	assert_int_equal(vch_wallet_save(&wallet, f.path), VCH_OK);
	assert_int_equal(stat(f.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(vch_wallet_load(&back, f.path), VCH_OK);
	assert_memory_equal(&back, &wallet, sizeof(wallet));
	assert_non_null(vch_wallet_find(&back, account.address));
	account.address[0] ^= 1;
	assert_null(vch_wallet_find(&back, account.address));
	assert_int_equal(chmod(f.path, 0644), 0);
	assert_int_equal(vch_wallet_load(&back, f.path), VCH_FILE);
	files_remove(&f);
}

/* A key whose halves do not belong together would sign for nobody. */
static void a_mixed_up_key_is_refused(void **state)
{
	static struct vch_wallet wallet, back;
	struct files f;

	(void)state;
	files_make(&f);
	memset(&wallet, 0, sizeof(wallet));
	new_passkey(&wallet.passkey, true);
	wallet.passkey.secret_d[31] ^= 1;
	assert_int_equal(vch_wallet_save(&wallet, f.path), VCH_OK);
	assert_int_equal(vch_wallet_load(&back, f.path), VCH_PUBLIC_KEY);
	assert_int_equal(vch_file_write(f.path, vch_span("{}", 2), 0600),
			 VCH_OK);
	assert_int_equal(vch_wallet_load(&back, f.path), VCH_JSON);
	files_remove(&f);
	assert_int_equal(vch_wallet_load(&back, f.path), VCH_FILE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(assertions_verify),
		cmocka_unit_test(client_data_is_as_the_standard_serialises_it),
		cmocka_unit_test(odd_names_are_refused),
		cmocka_unit_test(wallet_comes_back_whole),
		cmocka_unit_test(a_mixed_up_key_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
