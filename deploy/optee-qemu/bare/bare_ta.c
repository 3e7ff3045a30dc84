/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bare trusted application: what `make bench` compares vouch's with on a
 * board. The same crypto room, the same libraries, the same flags; no policy,
 * no log, no state. Never part of what a board serves with.
 */
#include "deploy/optee-qemu/bare/bare.h"

#include <tee_internal_api.h>
#include <tee_ta_api.h>

#include "trusted/base/check.h"
#include "trusted/crypto/p256.h"
#include "trusted/crypto/secp256k1.h"

static const struct vch_secp256k1_sk key = {{1, 2, 3}};

void vch_panic(const char *where)
{
	(void)where;
	TEE_Panic(TEE_ERROR_BAD_STATE);
	for (;;)
		;
}

static TEE_Result sign(uint8_t *out, const uint8_t *digest, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++)
		vch_secp256k1_sign(out + i * BARE_SIGNATURE_LEN, &key,
				   digest + i * BARE_DIGEST_LEN);
	return TEE_SUCCESS;
}

static TEE_Result cosign(uint8_t *out, const struct bare_passkey *passkey,
			 size_t cnt)
{
	const struct bare_assertion *op = (const void *)(passkey + 1);
	struct vch_p256_pk pk;

	if (vch_p256_pk_parse(&pk, passkey->xy) != VCH_OK)
		return TEE_ERROR_SECURITY;
	for (size_t i = 0; i < cnt; i++) {
		if (vch_p256_verify_var(&pk, op[i].asserted, op[i].signature) !=
		    VCH_OK)
			return TEE_ERROR_SECURITY;
		vch_secp256k1_sign(out + i * BARE_SIGNATURE_LEN, &key,
				   op[i].digest);
	}
	return TEE_SUCCESS;
}

TEE_Result TA_InvokeCommandEntryPoint(void *session, uint32_t command,
				      uint32_t types, TEE_Param params[4])
{
	const void *in = params[0].memref.buffer;
	size_t len = params[0].memref.size, cnt = len / BARE_DIGEST_LEN;

	(void)session;
	if (types != TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT,
				     TEE_PARAM_TYPE_MEMREF_OUTPUT,
				     TEE_PARAM_TYPE_NONE, TEE_PARAM_TYPE_NONE))
		return TEE_ERROR_BAD_PARAMETERS;
	if (command == BARE_EMPTY)
		return TEE_SUCCESS;
	if (command == BARE_COSIGN) {
		if (len < sizeof(struct bare_passkey))
			return TEE_ERROR_BAD_PARAMETERS;
		cnt = (len - sizeof(struct bare_passkey)) /
		      sizeof(struct bare_assertion);
	}
	if (params[1].memref.size < cnt * BARE_SIGNATURE_LEN)
		return TEE_ERROR_BAD_PARAMETERS;
	params[1].memref.size = cnt * BARE_SIGNATURE_LEN;
	return command == BARE_COSIGN ? cosign(params[1].memref.buffer, in, cnt)
				      : sign(params[1].memref.buffer, in, cnt);
}

TEE_Result TA_CreateEntryPoint(void)
{
	vch_secp256k1_init();
	return TEE_SUCCESS;
}

void TA_DestroyEntryPoint(void)
{
}

TEE_Result TA_OpenSessionEntryPoint(uint32_t types, TEE_Param params[4],
				    void **session)
{
	(void)types;
	(void)params;
	*session = NULL;
	return TEE_SUCCESS;
}

void TA_CloseSessionEntryPoint(void *session)
{
	(void)session;
}
