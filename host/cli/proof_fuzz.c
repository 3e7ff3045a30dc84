/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: what a node hands a client. The first byte chooses: a
 * receipt, a record, or evidence (signature first). The log key is one that
 * signed nothing, so no receipt may pass; and whatever is decoded from bytes
 * views into those bytes.
 */
#include "host/cli/proof.h"

#include <string.h>

#include "trusted/base/check.h"
#include "trusted/crypto/ed25519.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void inside(struct vch_span part, const void *whole, size_t len)
{
	const uint8_t *from = whole;

	VCH_CHECK(part.len == 0 ||
		  (part.ptr >= from && part.ptr + part.len <= from + len));
}

static void receipt(struct vch_span in)
{
	static struct vch_proof proof;
	static struct vch_ed25519_sk key;
	static const uint8_t seed[32] = {9};

	if (in.len > sizeof(proof.bytes))
		return;
	vch_ed25519_sk_from_seed(&key, seed);
	if (in.len > 0)
		memcpy(proof.bytes, in.ptr, in.len);
	proof.len = in.len;
	VCH_CHECK(vch_proof_check_var(&proof, key.pk.b) == VCH_RECEIPT);
	VCH_CHECK(proof.why);
}

static void record(struct vch_span in)
{
	static struct vch_proof proof;

	if (vch_record_decode(&proof, in) != VCH_OK)
		return;
	if (proof.head.kind == VCH_RECORD_ACCOUNT)
		inside(proof.account.config, in.ptr, in.len);
	if (proof.head.kind == VCH_RECORD_DECISION)
		inside(proof.decision.counters, in.ptr, in.len);
}

static void evidence(struct vch_span in)
{
	static struct vch_attested att;
	static const uint8_t challenge[32] = {1};

	if (in.len < 64 || in.len - 64 > sizeof(att.claims))
		return;
	memcpy(att.signature, in.ptr, 64);
	memcpy(att.claims, in.ptr + 64, in.len - 64);
	att.claims_len = in.len - 64;
	if (vch_attested_check_var(&att, challenge) == VCH_OK)
		inside(att.evidence.platform, att.claims, att.claims_len);
	else
		VCH_CHECK(att.why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const each[])(struct vch_span in) = {receipt, record,
							   evidence};

	if (size > 0)
		each[data[0] % 3](vch_span(data + 1, size - 1));
	return 0;
}
