/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/proof.h"

#include <string.h>

#include "trusted/base/ct.h"
#include "trusted/crypto/ed25519.h"
#include "trusted/crypto/sha256.h"
#include "trusted/log/chain.h"
#include "trusted/policy/account.h"
#include "trusted/ta/device.h"

/* The policy every account is born with, as the contract has it. */
#define DAILY_LIMIT_BORN ((vch_u128)100000000000000000u)
#define FEE_MAX_BORN ((vch_u128)20000000000000000u)

static const char evidence_label[] = "vouch evidence v1";

/* Names the first claim that does not hold. */
#define CLAIM(to, cond, text)                                                  \
	do {                                                                   \
		if (!(cond)) {                                                 \
			(to)->why = text;                                      \
			return VCH_RECEIPT;                                    \
		}                                                              \
	} while (0)

static bool names(struct vch_span text, const char *word)
{
	return memmem(text.ptr, text.len, word, strlen(word)) != NULL;
}

enum vch_err vch_attested_check_var(struct vch_attested *att,
				    const uint8_t challenge[32])
{
	struct vch_span claims = vch_span(att->claims, att->claims_len);
	uint8_t msg[sizeof(evidence_label) - 1 + sizeof(att->claims)];
	struct vch_writer w = vch_writer(msg, sizeof(msg));
	struct vch_ed25519_pk pk;

	CLAIM(att, !vch_evidence_decode(&att->evidence, claims),
	      "the evidence is not in its canonical form");
	CLAIM(att,
	      !challenge || !memcmp(att->evidence.challenge, challenge, 32),
	      "the evidence answers another challenge");
	vch_write_bytes(&w, evidence_label, sizeof(evidence_label) - 1);
	vch_write_bytes(&w, claims.ptr, claims.len);
	CLAIM(att,
	      !vch_ed25519_pk_parse(&pk, att->evidence.device_key) &&
		      !vch_ed25519_verify_var(&pk, vch_written(&w),
					      att->signature),
	      "the evidence is not signed by the device key it names");
	att->emulated = names(att->evidence.platform, "EMULATED");
	return VCH_OK;
}

static bool is_signed(const uint8_t key[32], struct vch_span msg,
		      const uint8_t signature[64])
{
	struct vch_ed25519_pk pk;

	return vch_ed25519_pk_parse(&pk, key) == VCH_OK &&
	       vch_ed25519_verify_var(&pk, msg, signature) == VCH_OK;
}

enum vch_err vch_endorsement_check_var(struct vch_attested *att,
				       const uint8_t factory[32],
				       const uint8_t measurement[32])
{
	const uint8_t *device = att->endorsement;
	uint8_t buf[128], hash[32];
	struct vch_writer w = vch_writer(buf, sizeof(buf));
	struct vch_sha256 s;

	CLAIM(att, att->endorsement_len == VCH_ENDORSEMENT_LEN_MAX,
	      "no device endorses the evidence");
	vch_write_bytes(&w, VCH_DEVICE_CERTIFIED,
			sizeof(VCH_DEVICE_CERTIFIED) - 1);
	vch_write_bytes(&w, device, 32);
	CLAIM(att, is_signed(factory, vch_written(&w), device + 32),
	      "the device is not of that factory");
	CLAIM(att, !memcmp(att->evidence.measurement, measurement, 32),
	      "the evidence is of code of another measurement");
	vch_sha256_init(&s);
	vch_sha256_update(&s, evidence_label, sizeof(evidence_label) - 1);
	vch_sha256_update(&s, att->claims, att->claims_len);
	vch_sha256_final(&s, hash);
	w = vch_writer(buf, sizeof(buf));
	vch_write_bytes(&w, VCH_DEVICE_ENDORSED,
			sizeof(VCH_DEVICE_ENDORSED) - 1);
	vch_write_bytes(&w, measurement, 32);
	vch_write_bytes(&w, hash, 32);
	CLAIM(att, is_signed(device, vch_written(&w), device + 96),
	      "the device's endorsement is not of this evidence");
	return VCH_OK;
}

enum vch_err vch_record_decode(struct vch_proof *ret, struct vch_span record)
{
	struct vch_reader r = vch_reader(record);

	vch_record_head_read(&r, &ret->head);
	switch (ret->head.kind) {
	case VCH_RECORD_ACCOUNT:
		vch_account_record_read(&r, &ret->account);
		break;
	case VCH_RECORD_DECISION:
	case VCH_RECORD_INTENT:
		vch_decision_read(&r, &ret->decision);
		break;
	case VCH_RECORD_CHANGE:
		vch_change_record_read(&r, &ret->change);
		break;
	case VCH_RECORD_KEY:
		vch_key_record_read(&r, &ret->key);
		break;
	case VCH_RECORD_USE:
		vch_use_read(&r, &ret->use);
		break;
	case VCH_RECORD_USES:
		vch_uses_read(&r, &ret->uses);
		break;
	case VCH_RECORD_DELETE:
		vch_delete_read(&r, &ret->deleted);
		break;
	case VCH_RECORD_RESUME:
		vch_resumed_read(&r, &ret->resumed);
		break;
	default:
		return VCH_FORMAT;
	}
	return vch_reader_end(&r);
}

enum vch_err vch_proof_check_var(struct vch_proof *proof,
				 const uint8_t log_key[32])
{
	struct vch_span bytes = vch_span(proof->bytes, proof->len);

	CLAIM(proof, !vch_receipt_decode(&proof->receipt, bytes),
	      "the receipt is not in its canonical form");
	CLAIM(proof, !vch_receipt_verify_var(&proof->receipt, log_key),
	      "the receipt's path or signature does not hold");
	CLAIM(proof, !vch_record_decode(proof, proof->receipt.record),
	      "the receipt's record is of no known kind");
	return VCH_OK;
}

/* The slot's state is the hash of exactly these config and counters. */
static bool state_fits(const struct vch_slot *slot, struct vch_span config,
		       struct vch_span counters)
{
	uint8_t hashes[64];
	uint8_t state[32];

	vch_sha256_hash(hashes, config);
	vch_sha256_hash(hashes + 32, counters);
	vch_sha256_hash(state, vch_span(hashes, sizeof(hashes)));
	return memcmp(state, slot->state, 32) == 0;
}

/* Only this passkey on only this page. */
static bool keys_fit(const struct vch_config *c,
		     const struct vch_demo_passkey *passkey)
{
	struct vch_span origin =
		vch_span(passkey->origin, strlen(passkey->origin));
	struct vch_passkey own;

	vch_demo_passkey_public(&own, passkey);
	return c->passkeys_cnt == 1 && !memcmp(c->passkeys[0].x, own.x, 32) &&
	       !memcmp(c->passkeys[0].y, own.y, 32) &&
	       !memcmp(c->passkeys[0].rp_id_hash, own.rp_id_hash, 32) &&
	       c->passkeys[0].flags == own.flags && c->origins_cnt == 1 &&
	       vch_span_equal(c->origins[0], origin);
}

static bool places_fit(const struct vch_config *c,
		       const struct vch_deployment *at)
{
	return c->networks_cnt == 1 &&
	       c->networks[0].chain_id == at->chain_id &&
	       !memcmp(c->networks[0].entry_point, at->entry_point, 20) &&
	       !memcmp(c->factory, at->factory, 20) &&
	       !memcmp(c->implementation, at->implementation, 20);
}

static bool policy_fits(const struct vch_config *c)
{
	return c->version == VCH_CONFIG_VERSION && c->assets_cnt == 1 &&
	       vch_ct_is_zero(c->assets[0].token, 20) &&
	       c->assets[0].daily_limit == DAILY_LIMIT_BORN &&
	       c->fee_max == FEE_MAX_BORN && c->calls_cnt == 0 &&
	       c->grants_cnt == 0 && vch_ct_is_zero(c->guardians_hash, 32);
}

/* The address is computed here, from our own passkey: nobody's word. */
static bool address_fits(const struct vch_config *c,
			 const struct vch_wallet_account *account,
			 const struct vch_demo_passkey *passkey)
{
	uint8_t commitment[VCH_COMMITMENT_LEN];
	struct vch_passkey own;
	uint8_t address[20];

	vch_demo_passkey_public(&own, passkey);
	vch_account_commitment(commitment, &own, account->cosigner);
	vch_account_address(address, account->at.factory,
			    account->at.implementation, commitment);
	return !memcmp(address, account->address, 20) &&
	       !memcmp(address, c->address, 20) &&
	       !memcmp(account->cosigner, c->cosigner, 20);
}

enum vch_err vch_proof_statement(struct vch_proof *proof,
				 const struct vch_wallet_account *account,
				 const struct vch_demo_passkey *passkey)
{
	const struct vch_account_record *rec = &proof->account;
	struct vch_config config;

	CLAIM(proof, proof->head.kind == VCH_RECORD_ACCOUNT,
	      "the record does not make an account");
	CLAIM(proof, !vch_config_decode(&config, rec->config),
	      "the config is not in its canonical form");
	CLAIM(proof,
	      state_fits(&rec->slot, rec->config, rec->counters) &&
		      rec->slot.seq == 1,
	      "the record is not the first of a new account");
	CLAIM(proof, rec->slot.flags == 0, "the account is born frozen");
	CLAIM(proof, keys_fit(&config, passkey),
	      "the account was not made for this passkey and page alone");
	CLAIM(proof, places_fit(&config, &account->at),
	      "the account was made for another chain or other contracts");
	CLAIM(proof, policy_fits(&config),
	      "the account's policy is not the tightest default");
	CLAIM(proof,
	      address_fits(&config, account, passkey) &&
		      !memcmp(rec->slot.id, account->address, 20),
	      "the address does not follow from passkey and co-signer");
	return VCH_OK;
}

enum vch_err vch_proof_decision(struct vch_proof *proof, uint8_t kind,
				const struct vch_wallet_account *account,
				const uint8_t op_hash[32], enum vch_err code)
{
	const struct vch_decision *rec = &proof->decision;

	CLAIM(proof, proof->head.kind == kind,
	      "the record is not a decision of that kind");
	CLAIM(proof, !memcmp(rec->slot.id, account->address, 20),
	      "the record is about another account");
	CLAIM(proof, !memcmp(rec->op_hash, op_hash, 32),
	      "the record is about another operation");
	CLAIM(proof, rec->code == (uint16_t)code,
	      "the record tells another decision than the answer");
	CLAIM(proof, code == VCH_ROLLBACK || rec->slot.seq > account->seq,
	      "the record is older than one shown before: a rolled-back log");
	return VCH_OK;
}

const struct vch_slot *vch_proof_slot(const struct vch_proof *proof)
{
	switch (proof->head.kind) {
	case VCH_RECORD_ACCOUNT:
		return &proof->account.slot;
	case VCH_RECORD_CHANGE:
		return &proof->change.slot;
	case VCH_RECORD_RESUME:
		return &proof->resumed.slot;
	case VCH_RECORD_KEY:
		return &proof->key.slot;
	case VCH_RECORD_USE:
		return &proof->use.slot;
	case VCH_RECORD_USES:
		return &proof->uses.slot;
	case VCH_RECORD_DELETE:
		return &proof->deleted.slot;
	default:
		return &proof->decision.slot;
	}
}

enum vch_err vch_proof_state(struct vch_proof *proof,
			     const struct vch_wallet_account *account,
			     struct vch_account_state *state)
{
	const struct vch_slot *slot = vch_proof_slot(proof);

	CLAIM(proof, !memcmp(slot->id, account->address, 20),
	      "the record is about another account");
	CLAIM(proof, slot->seq >= account->seq,
	      "the record is older than one shown before: a rolled-back log");
	CLAIM(proof,
	      state_fits(slot, vch_span(state->config, state->config_len),
			 vch_span(state->counters, state->counters_len)),
	      "config or counters are not those of the record");
	CLAIM(proof, !vch_account_state_read(state, slot->flags),
	      "config or counters are not in their canonical form");
	CLAIM(proof,
	      !memcmp(state->is.config.address, account->address, 20) &&
		      !memcmp(state->is.config.cosigner, account->cosigner, 20),
	      "the config is of another account");
	return VCH_OK;
}

/* The record of a change is of this account and newer than any other. */
static enum vch_err change_belongs(struct vch_proof *proof,
				   const struct vch_wallet_account *account,
				   enum vch_err code)
{
	const struct vch_change_record *rec = &proof->change;

	CLAIM(proof, proof->head.kind == VCH_RECORD_CHANGE,
	      "the record is not a change");
	CLAIM(proof, !memcmp(rec->slot.id, account->address, 20),
	      "the record is about another account");
	CLAIM(proof, rec->code == (uint16_t)code,
	      "the record tells another decision than the answer");
	CLAIM(proof, rec->slot.seq > account->seq,
	      "the record is older than one shown before: a rolled-back log");
	return VCH_OK;
}

/* The record's config and flags are these. */
static bool config_is(const struct vch_change_record *rec,
		      const struct vch_changing *want)
{
	uint8_t bytes[VCH_CONFIG_ENC_MAX];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));

	vch_config_write(&w, &want->config);
	return vch_span_equal(vch_written(&w), rec->config) &&
	       rec->slot.flags == want->flags &&
	       state_fits(&rec->slot, rec->config, rec->counters);
}

enum vch_err vch_proof_change(struct vch_proof *proof,
			      const struct vch_wallet_account *account,
			      const struct vch_account_state *before,
			      const struct vch_change *change,
			      enum vch_err code)
{
	const struct vch_change_record *rec = &proof->change;
	struct vch_time time = {.refill_s = proof->head.refill_s};
	struct vch_changing after = before->is;
	uint8_t bytes[VCH_CHANGE_ENC_MAX], hash[32];
	struct vch_writer w = vch_writer(bytes, sizeof(bytes));

	VCH_TRY(change_belongs(proof, account, code));
	vch_change_write(&w, change);
	CLAIM(proof, vch_span_equal(rec->change, vch_written(&w)),
	      "the record is about another change");
	if (code != VCH_OK)
		return VCH_OK;
	vch_change_hash(hash, change);
	CLAIM(proof,
	      !vch_change_take(&after, change, before->config_hash, hash,
			       &time) &&
		      config_is(rec, &after),
	      "the config in the record is not what the change makes of it");
	return VCH_OK;
}

enum vch_err vch_proof_applied(struct vch_proof *proof,
			       const struct vch_wallet_account *account,
			       const struct vch_account_state *before)
{
	const struct vch_change_record *rec = &proof->change;
	struct vch_time time = {.refill_s = proof->head.refill_s};
	struct vch_changing after = before->is;
	struct vch_change change;
	uint8_t hash[32];

	VCH_TRY(change_belongs(proof, account, VCH_OK));
	CLAIM(proof,
	      !vch_change_decode(&change, rec->change) &&
		      rec->passkey == VCH_PASSKEY_NONE,
	      "the record is not of a change that waited");
	vch_change_hash(hash, &change);
	CLAIM(proof,
	      !vch_change_apply(&after, &change, hash, &time) &&
		      config_is(rec, &after),
	      "the config in the record is not what the waiting change makes "
	      "of it");
	return VCH_OK;
}

void vch_proof_keep(const struct vch_proof *proof,
		    struct vch_wallet_account *account)
{
	account->seq = vch_proof_slot(proof)->seq;
	memcpy(account->receipt, proof->bytes, proof->len);
	account->receipt_len = proof->len;
}

enum vch_err vch_proof_stopped(struct vch_proof *proof,
			       const struct vch_wallet_account *account)
{
	const struct vch_slot *slot = vch_proof_slot(proof);

	CLAIM(proof, !memcmp(slot->id, account->address, 20),
	      "the record is about another account");
	CLAIM(proof, slot->flags & VCH_SLOT_STOPPED,
	      "the account is not stopped");
	return VCH_OK;
}

enum vch_err vch_proof_resumed(struct vch_proof *proof,
			       const struct vch_wallet_account *account,
			       uint64_t sequence)
{
	const struct vch_slot *slot = &proof->resumed.slot;

	CLAIM(proof, proof->head.kind == VCH_RECORD_RESUME,
	      "the record does not resume an account");
	CLAIM(proof, !memcmp(slot->id, account->address, 20),
	      "the record is about another account");
	CLAIM(proof,
	      !(slot->flags & VCH_SLOT_STOPPED) && slot->seq == sequence + 1,
	      "the record resumes from another place than the one signed");
	CLAIM(proof, slot->remainder == 0,
	      "the record leaves something of today's limit");
	return VCH_OK;
}

enum vch_err vch_proof_compare(struct vch_proof *a, const struct vch_proof *b)
{
	const struct vch_slot *sa = vch_proof_slot(a), *sb = vch_proof_slot(b);

	if (memcmp(sa->id, sb->id, 20) != 0 || sa->seq != sb->seq ||
	    sa->seq == 0)
		return VCH_OK;
	CLAIM(a,
	      vch_span_equal(a->receipt.record, b->receipt.record) &&
		      !memcmp(a->receipt.prev_head, b->receipt.prev_head, 32),
	      "one account, one sequence number, two records: the log was "
	      "forked or rolled back");
	return VCH_OK;
}
