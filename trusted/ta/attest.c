/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence: what this instance is and where its log stands, bound to the
 * caller's challenge. The words are the platform's own. Where the platform has
 * a key of its own, it endorses the evidence: so whoever knows the device's
 * factory knows which code said this.
 */
#include <string.h>

#include "trusted/crypto/sha256.h"
#include "trusted/ta/release_keys.h"
#include "trusted/ta/state.h"

static const char label[] = "vouch evidence v1";

static struct vch_span word(const char *text)
{
	return vch_span(text, strlen(text));
}

static void heads_hash(uint8_t ret[32], const struct vch_ta *ta)
{
	struct vch_sha256 s;

	vch_sha256_init(&s);
	for (size_t i = 0; i < VCH_SHARDS; i++)
		vch_sha256_update(&s, ta->shard[i].head, 32);
	vch_sha256_final(&s, ret);
}

/* The platform's name is cut to 32 bytes. */
static void write_claims(struct vch_writer *w, const struct vch_ta *ta,
			 const uint8_t challenge[32])
{
	const bool counts = ta->window_s != VCH_WINDOW_NEVER;
	struct vch_platform_claims is;
	char name[64];
	struct vch_evidence e = {
		.platform = vch_platform_name(name, sizeof(name)),
		.version = VCH_TA_VERSION,
		.generation = ta->keys.generation,
		.erase = vch_platform_erase(),
		.detect = word("client"),
		.signer = word(VCH_RELEASE_SIGNER),
		.window_s = ta->window_s,
		.window_records = ta->window_records,
	};

	vch_platform_claims(&is);
	e.protect = word(counts ? is.protect : "none");
	e.counter = word(counts ? is.counter : "none");
	e.seal = word(is.seal);
	if (e.platform.len > 32)
		e.platform.len = 32;
	memcpy(e.measurement, is.measurement, 32);
	memcpy(e.challenge, challenge, 32);
	memcpy(e.incarnation, ta->incarnation, 16);
	memcpy(e.log_key, ta->keys.log_sk.pk.b, 32);
	memcpy(e.device_key, ta->keys.device_sk.pk.b, 32);
	heads_hash(e.heads_hash, ta);
	memcpy(e.import_key, ta->import.pk.b, 32);
	vch_evidence_write(w, &e);
}

struct vch_span vch_evidence_make(uint8_t buf[VCH_EVIDENCE_ENC_MAX],
				  uint8_t ret_signature[64],
				  const struct vch_ta *ta,
				  const uint8_t challenge[32])
{
	uint8_t signed_bytes[sizeof(label) - 1 + VCH_EVIDENCE_ENC_MAX];
	struct vch_writer w = vch_writer(signed_bytes, sizeof(signed_bytes));
	size_t len;

	vch_write_bytes(&w, label, sizeof(label) - 1);
	write_claims(&w, ta, challenge);
	vch_ed25519_sign(ret_signature, &ta->keys.device_sk, vch_written(&w));
	len = w.len - (sizeof(label) - 1);
	memcpy(buf, signed_bytes + sizeof(label) - 1, len);
	return vch_span(buf, len);
}

static void evidence_hash(uint8_t ret[32], struct vch_span claims)
{
	struct vch_sha256 s;

	vch_sha256_init(&s);
	vch_sha256_update(&s, label, sizeof(label) - 1);
	vch_sha256_update(&s, claims.ptr, claims.len);
	vch_sha256_final(&s, ret);
}

enum vch_err vch_handle_attest(struct vch_ta *ta, const struct vch_time *time,
			       struct vch_span request,
			       struct vch_writer *answer)
{
	uint8_t claims[VCH_EVIDENCE_ENC_MAX], hash[32];
	uint8_t endorsement[VCH_ENDORSEMENT_MAX];
	struct vch_attest_request req;
	struct vch_attest_answer ans;
	size_t endorsement_len;

	(void)time;
	VCH_TRY(vch_attest_request_decode(&req, request));
	ans.claims =
		vch_evidence_make(claims, ans.signature, ta, req.challenge);
	evidence_hash(hash, ans.claims);
	VCH_TRY(vch_platform_endorse(endorsement, &endorsement_len, hash));
	ans.endorsement = vch_span(endorsement, endorsement_len);
	return vch_attest_answer_encode(answer, &ans);
}
