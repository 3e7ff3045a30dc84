/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/crypto/secp256k1.h"

#include <string.h>

#include <secp256k1.h>
#include <secp256k1_preallocated.h>
#include <secp256k1_recovery.h>

#include "trusted/base/check.h"
#include "trusted/crypto/ctime.h"
#include "trusted/crypto/keccak256.h"

#ifdef VCH_CTIME
#define CONTEXT_FLAGS SECP256K1_CONTEXT_DECLASSIFY
#else
#define CONTEXT_FLAGS SECP256K1_CONTEXT_NONE
#endif

/* What the context needs; the library gives the size only when it runs. */
enum { CONTEXT_MAX = 256 };

static _Alignas(16) uint8_t context_memory[CONTEXT_MAX];
static secp256k1_context *context;

static const secp256k1_context *ready(void)
{
	VCH_CHECK(context);
	return context;
}

/* The library calls these on broken contracts and broken memory. */
void secp256k1_default_illegal_callback_fn(const char *str, void *data);
void secp256k1_default_error_callback_fn(const char *str, void *data);

void secp256k1_default_illegal_callback_fn(const char *str, void *data)
{
	(void)data;
	vch_panic(str);
}

void secp256k1_default_error_callback_fn(const char *str, void *data)
{
	(void)data;
	vch_panic(str);
}

void vch_secp256k1_init(void)
{
	if (context)
		return;
	VCH_CHECK(secp256k1_context_preallocated_size(CONTEXT_FLAGS) <=
		  sizeof(context_memory));
	secp256k1_selftest();
	context = secp256k1_context_preallocated_create(context_memory,
							CONTEXT_FLAGS);
}

void vch_secp256k1_blind(const uint8_t seed[32])
{
	VCH_CHECK(ready());
	VCH_CHECK(secp256k1_context_randomize(context, seed) == 1);
}

enum vch_err vch_secp256k1_sk_parse(struct vch_secp256k1_sk *ret_sk,
				    const uint8_t in[32])
{
	int in_range = secp256k1_ec_seckey_verify(ready(), in);

	VCH_DECLASSIFY(&in_range, sizeof(in_range));
	if (!in_range)
		return VCH_FORMAT;
	memcpy(ret_sk->secret, in, sizeof(ret_sk->secret));
	return VCH_OK;
}

/* ret_pk from a key in the library's own form. */
static void store(struct vch_secp256k1_pk *ret_pk,
		  const secp256k1_pubkey *point)
{
	uint8_t out[65];
	size_t len = sizeof(out);

	secp256k1_ec_pubkey_serialize(ready(), out, &len, point,
				      SECP256K1_EC_UNCOMPRESSED);
	memcpy(ret_pk->xy, out + 1, sizeof(ret_pk->xy));
}

enum vch_err vch_secp256k1_pk_parse(struct vch_secp256k1_pk *ret_pk,
				    const uint8_t in65[65])
{
	secp256k1_pubkey point;

	/* the library also takes the hybrid forms 06 and 07 */
	if (in65[0] != 0x04)
		return VCH_PUBLIC_KEY;
	if (!secp256k1_ec_pubkey_parse(ready(), &point, in65, 65))
		return VCH_PUBLIC_KEY;
	memcpy(ret_pk->xy, in65 + 1, sizeof(ret_pk->xy));
	return VCH_OK;
}

void vch_secp256k1_pk_from_sk(struct vch_secp256k1_pk *ret_pk,
			      const struct vch_secp256k1_sk *sk)
{
	secp256k1_pubkey point;
	int made = secp256k1_ec_pubkey_create(ready(), &point, sk->secret);

	VCH_DECLASSIFY(&made, sizeof(made));
	VCH_DECLASSIFY(&point, sizeof(point));
	VCH_CHECK(made);
	store(ret_pk, &point);
}

void vch_secp256k1_sign(uint8_t ret_sig[65], const struct vch_secp256k1_sk *sk,
			const uint8_t digest[32])
{
	secp256k1_ecdsa_recoverable_signature sig;
	int recid = 0;
	/* NULL: the library's RFC 6979 nonce, with no extra input */
	int made = secp256k1_ecdsa_sign_recoverable(ready(), &sig, digest,
						    sk->secret, NULL, NULL);

	VCH_DECLASSIFY(&made, sizeof(made));
	VCH_DECLASSIFY(&sig, sizeof(sig));
	VCH_CHECK(made);
	secp256k1_ecdsa_recoverable_signature_serialize_compact(
		ready(), ret_sig, &recid, &sig);
	ret_sig[64] = (uint8_t)recid;
}

/* The library's form of a key that was checked before. */
static void load(secp256k1_pubkey *ret_point, const struct vch_secp256k1_pk *pk)
{
	uint8_t in[65] = {0x04};

	memcpy(in + 1, pk->xy, sizeof(pk->xy));
	VCH_CHECK(
		secp256k1_ec_pubkey_parse(ready(), ret_point, in, sizeof(in)));
}

enum vch_err vch_secp256k1_verify_var(const struct vch_secp256k1_pk *pk,
				      const uint8_t digest[32],
				      const uint8_t sig64[64])
{
	secp256k1_ecdsa_signature sig;
	secp256k1_pubkey point;

	load(&point, pk);
	if (!secp256k1_ecdsa_signature_parse_compact(ready(), &sig, sig64))
		return VCH_SIGNATURE;
	/* refuses an s in the upper half by itself */
	if (!secp256k1_ecdsa_verify(ready(), &sig, digest, &point))
		return VCH_SIGNATURE;
	return VCH_OK;
}

enum vch_err vch_secp256k1_recover_var(struct vch_secp256k1_pk *ret_pk,
				       const uint8_t digest[32],
				       const uint8_t sig65[65])
{
	secp256k1_ecdsa_recoverable_signature sig;
	secp256k1_pubkey point;

	/* the library panics over a bad id; here it is input */
	if (sig65[64] > 3)
		return VCH_SIGNATURE;
	if (!secp256k1_ecdsa_recoverable_signature_parse_compact(
		    ready(), &sig, sig65, sig65[64]))
		return VCH_SIGNATURE;
	if (!secp256k1_ecdsa_recover(ready(), &point, &sig, digest))
		return VCH_SIGNATURE;
	store(ret_pk, &point);
	return VCH_OK;
}

void vch_secp256k1_address(uint8_t ret_address[20],
			   const struct vch_secp256k1_pk *pk)
{
	uint8_t hash[VCH_KECCAK256_SIZE];

	vch_keccak256_hash(hash, vch_span(pk->xy, sizeof(pk->xy)));
	memcpy(ret_address, hash + 12, 20);
}
