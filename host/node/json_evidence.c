/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/json_evidence.h"

static void put_word(struct vch_buf *out, const char *key, struct vch_span word)
{
	vch_json_put_text(out, key, (const char *)word.ptr, word.len);
}

static void put_decoded(struct vch_buf *out, const struct vch_evidence *e)
{
	put_word(out, "platform", e->platform);
	vch_json_put_hex(out, "challenge", e->challenge, 32);
	vch_json_put_hex(out, "measurement", e->measurement, 32);
	vch_json_put_quantity(out, "version", e->version);
	vch_json_put_hex(out, "incarnation", e->incarnation, 16);
	vch_json_put_hex(out, "logKey", e->log_key, 32);
	vch_json_put_hex(out, "deviceKey", e->device_key, 32);
	vch_json_put_hex(out, "headsHash", e->heads_hash, 32);
	vch_json_put_hex(out, "importKey", e->import_key, 32);
	vch_json_put_quantity(out, "generation", e->generation);
	put_word(out, "erase", e->erase);
	put_word(out, "protect", e->protect);
	put_word(out, "detect", e->detect);
	put_word(out, "seal", e->seal);
	put_word(out, "signer", e->signer);
	put_word(out, "counter", e->counter);
	vch_json_put_quantity(out, "windowSeconds", e->window_s);
	vch_json_put_quantity(out, "windowRecords", e->window_records);
}

enum vch_err vch_json_claims(struct vch_buf *out, struct vch_span claims,
			     const uint8_t signature[64])
{
	struct vch_evidence evidence;

	VCH_TRY(vch_evidence_decode(&evidence, claims));
	vch_json_put_hex(out, "claims", claims.ptr, claims.len);
	vch_json_put_hex(out, "signature", signature, 64);
	put_decoded(out, &evidence);
	return VCH_OK;
}

enum vch_err vch_json_evidence(struct vch_buf *out,
			       struct vch_span attest_answer)
{
	struct vch_attest_answer answer;

	VCH_TRY(vch_attest_answer_decode(&answer, attest_answer));
	vch_json_open(out, NULL, '{');
	VCH_TRY(vch_json_claims(out, answer.claims, answer.signature));
	vch_json_put_hex(out, "endorsement", answer.endorsement.ptr,
			 answer.endorsement.len);
	vch_json_close(out, '}');
	return VCH_OK;
}
