/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "host/cli/proof.h"
#include "trusted/crypto/ed25519.h"
#include "trusted/crypto/sha256.h"
#include "trusted/log/chain.h"
#include "trusted/policy/account.h"

/* What an honest TEE would say of a new account, in pieces to be spoilt. */
struct rig {
	struct vch_ed25519_sk sk;
	struct vch_demo_passkey passkey;
	struct vch_wallet_account account;
	struct vch_config config;
	struct vch_record_head head;
	struct vch_account_record record;
	struct vch_decision decision;
	struct vch_proof proof;
	enum vch_err code; /* of the decision; 0: LIMIT */
	uint64_t seq_more;
};

static void rig_make(struct rig *rig)
{
	static const uint8_t seed[32] = {7};
	struct vch_config *c = &rig->config;
	uint8_t commitment[VCH_COMMITMENT_LEN];

	memset(rig, 0, sizeof(*rig));
	vch_ed25519_sk_from_seed(&rig->sk, seed);
	assert_int_equal(vch_demo_passkey_create(&rig->passkey, "localhost",
						 "http://localhost:3000", true),
			 VCH_OK);
	memset(rig->account.cosigner, 0xc0, 20);
	memset(rig->account.at.factory, 0xfa, 20);
	memset(rig->account.at.implementation, 0x1e, 20);
	memset(rig->account.at.entry_point, 0xee, 20);
	rig->account.at.chain_id = 31337;
	c->version = VCH_CONFIG_VERSION;
	c->passkeys_cnt = 1;
	vch_demo_passkey_public(&c->passkeys[0], &rig->passkey);
	vch_account_commitment(commitment, &c->passkeys[0],
			       rig->account.cosigner);
	vch_account_address(rig->account.address, rig->account.at.factory,
			    rig->account.at.implementation, commitment);
	memcpy(c->address, rig->account.address, 20);
	memcpy(c->factory, rig->account.at.factory, 20);
	memcpy(c->implementation, rig->account.at.implementation, 20);
	memcpy(c->cosigner, rig->account.cosigner, 20);
	c->fee_max = 20000000000000000u;
	c->origins_cnt = 1;
	c->origins[0] =
		vch_span(rig->passkey.origin, strlen(rig->passkey.origin));
	c->networks_cnt = 1;
	c->networks[0].chain_id = 31337;
	memcpy(c->networks[0].entry_point, rig->account.at.entry_point, 20);
	c->assets_cnt = 1;
	c->assets[0].daily_limit = 100000000000000000u;
	rig->head.kind = VCH_RECORD_ACCOUNT;
	rig->record.slot.seq = 1;
	memcpy(rig->record.slot.id, rig->account.address, 20);
}

/* A signed receipt of the record, as the worker would send it. */
static void seal(struct rig *rig, struct vch_span record)
{
	struct vch_leaves leaves = {.cnt = 1};
	struct vch_batch batch = {.sections_cnt = 1};
	struct vch_section *s = &batch.sections[0];
	struct vch_receipt receipt;
	struct vch_tree tree;
	uint8_t head[32] = {0};
	struct vch_writer w =
		vch_writer(rig->proof.bytes, sizeof(rig->proof.bytes));

	s->records_cnt = 1;
	s->records[0] = record;
	vch_head_add(head, record);
	vch_leaf(leaves.hash[0], 0, s->incarnation, 0, head);
	vch_root(batch.root, &leaves);
	vch_root_sign(batch.signature, &rig->sk, batch.root);
	assert_int_equal(vch_tree_make(&tree, &batch), VCH_OK);
	vch_receipt_make(&receipt, &batch, &tree, 0, 0);
	assert_int_equal(vch_receipt_encode(&w, &receipt), VCH_OK);
	rig->proof.len = w.len;
}

static enum vch_err statement(struct rig *rig)
{
	uint8_t config[VCH_CONFIG_ENC_MAX], record[VCH_RECORD_MAX];
	uint8_t hashes[64];
	struct vch_writer wc = vch_writer(config, sizeof(config));
	struct vch_writer w = vch_writer(record, sizeof(record));

	assert_int_equal(vch_config_encode(&wc, &rig->config), VCH_OK);
	rig->record.config = vch_written(&wc);
	rig->record.counters = vch_span("counters", 8);
	vch_sha256_hash(hashes, rig->record.config);
	vch_sha256_hash(hashes + 32, rig->record.counters);
	vch_sha256_hash(rig->record.slot.state, vch_span(hashes, 64));
	vch_record_head_write(&w, &rig->head);
	vch_account_record_write(&w, &rig->record);
	assert_false(w.bad);
	seal(rig, vch_written(&w));
	assert_int_equal(vch_proof_check_var(&rig->proof, rig->sk.pk.b),
			 VCH_OK);
	return vch_proof_statement(&rig->proof, &rig->account, &rig->passkey);
}

static void an_honest_statement_holds(void **state)
{
	struct rig rig;

	(void)state;
	rig_make(&rig);
	assert_int_equal(statement(&rig), VCH_OK);
}

#define SPOILT(change)                                                         \
	do {                                                                   \
		rig_make(&rig);                                                \
		change;                                                        \
		assert_int_equal(statement(&rig), VCH_RECEIPT);                \
		assert_non_null(rig.proof.why);                                \
	} while (0)

/* Every word of the statement matters. */
static void each_spoilt_statement_is_refused(void **state)
{
	struct vch_config *c;
	struct rig rig;

	(void)state;
	c = &rig.config;
	SPOILT(c->passkeys[0].x[0] ^= 1);
	SPOILT(c->passkeys[0].y[31] ^= 1);
	SPOILT(c->passkeys[0].rp_id_hash[0] ^= 1);
	SPOILT(c->passkeys[0].flags = VCH_PASSKEY_COUNT_LAX);
	SPOILT(c->passkeys_cnt = 2);
	SPOILT(c->passkeys_cnt = 0);
	SPOILT(c->origins[0].len--);
	SPOILT((c->origins_cnt = 2, c->origins[1] = c->origins[0]));
	SPOILT(c->networks[0].chain_id++);
	SPOILT(c->networks[0].entry_point[0] ^= 1);
	SPOILT(c->networks_cnt = 2);
	SPOILT(c->factory[0] ^= 1);
	SPOILT(c->implementation[0] ^= 1);
	SPOILT(c->cosigner[0] ^= 1);
	SPOILT(c->address[0] ^= 1);
	SPOILT(c->fee_max++);
	SPOILT(c->assets[0].daily_limit++);
	SPOILT(c->assets[0].token[0] = 1);
	SPOILT(c->assets_cnt = 0);
	SPOILT(c->assets_cnt = 2);
	SPOILT(c->calls_cnt = 1);
	SPOILT(c->grants_cnt = 1);
	SPOILT(c->guardians_hash[5] = 1);
	SPOILT(c->version++);
	SPOILT(rig.record.slot.seq = 2);
	SPOILT(rig.record.slot.flags = VCH_SLOT_FROZEN);
	SPOILT(rig.record.slot.id[0] ^= 1);
	SPOILT(rig.account.cosigner[0] ^= 1);
	SPOILT(rig.account.address[0] ^= 1);
	SPOILT(rig.passkey.x[0] ^= 1);
}

static void a_state_that_does_not_fit_is_refused(void **state)
{
	struct rig rig;

	(void)state;
	rig_make(&rig);
	assert_int_equal(statement(&rig), VCH_OK);
	rig.proof.account.slot.state[0] ^= 1;
	assert_int_equal(
		vch_proof_statement(&rig.proof, &rig.account, &rig.passkey),
		VCH_RECEIPT);
}

static void any_flipped_byte_of_a_receipt_is_refused(void **state)
{
	struct rig rig;
	size_t i;

	(void)state;
	rig_make(&rig);
	assert_int_equal(statement(&rig), VCH_OK);
	for (i = 0; i < rig.proof.len; i++) {
		rig.proof.bytes[i] ^= 0x40;
		assert_int_equal(vch_proof_check_var(&rig.proof, rig.sk.pk.b),
				 VCH_RECEIPT);
		rig.proof.bytes[i] ^= 0x40;
	}
	rig.proof.len--;
	assert_int_equal(vch_proof_check_var(&rig.proof, rig.sk.pk.b),
			 VCH_RECEIPT);
	rig.proof.len++;
	assert_int_equal(vch_proof_check_var(&rig.proof, rig.sk.pk.b), VCH_OK);
	assert_int_equal(vch_proof_check_var(&rig.proof, rig.passkey.x),
			 VCH_RECEIPT);
}

static void decided(struct rig *rig)
{
	uint8_t record[VCH_RECORD_MAX];
	struct vch_writer w = vch_writer(record, sizeof(record));

	rig->head.kind = VCH_RECORD_DECISION;
	memcpy(rig->decision.slot.id, rig->account.address, 20);
	rig->decision.slot.seq = 5 + rig->seq_more;
	memset(rig->decision.op_hash, 0x0b, 32);
	rig->decision.code = rig->code ? (uint16_t)rig->code : VCH_LIMIT;
	vch_record_head_write(&w, &rig->head);
	vch_decision_write(&w, &rig->decision);
	assert_false(w.bad);
	seal(rig, vch_written(&w));
	assert_int_equal(vch_proof_check_var(&rig->proof, rig->sk.pk.b),
			 VCH_OK);
}

static void a_decision_is_about_this_operation_and_new(void **state)
{
	struct vch_wallet_account other;
	uint8_t op_hash[32];
	struct rig rig;

	(void)state;
	rig_make(&rig);
	decided(&rig);
	memset(op_hash, 0x0b, 32);
	rig.account.seq = 4;
	assert_int_equal(vch_proof_decision(&rig.proof, VCH_RECORD_DECISION,
					    &rig.account, op_hash, VCH_LIMIT),
			 VCH_OK);
	assert_int_equal(vch_proof_decision(&rig.proof, VCH_RECORD_DECISION,
					    &rig.account, op_hash, VCH_OK),
			 VCH_RECEIPT);
	other = rig.account;
	other.address[0] ^= 1;
	assert_int_equal(vch_proof_decision(&rig.proof, VCH_RECORD_DECISION,
					    &other, op_hash, VCH_LIMIT),
			 VCH_RECEIPT);
	rig.account.seq = 5; /* shown before: an older copy of the log */
	assert_int_equal(vch_proof_decision(&rig.proof, VCH_RECORD_DECISION,
					    &rig.account, op_hash, VCH_LIMIT),
			 VCH_RECEIPT);
	rig.account.seq = 4;
	op_hash[0] ^= 1;
	assert_int_equal(vch_proof_decision(&rig.proof, VCH_RECORD_DECISION,
					    &rig.account, op_hash, VCH_LIMIT),
			 VCH_RECEIPT);
}

/* ROLLBACK comes from another history: an older place is no lie there. */
static void a_rollback_may_be_older(void **state)
{
	uint8_t op_hash[32];
	struct rig rig;

	(void)state;
	rig_make(&rig);
	rig.code = VCH_ROLLBACK;
	decided(&rig);
	memset(op_hash, 0x0b, 32);
	rig.account.seq = 9;
	assert_int_equal(vch_proof_decision(&rig.proof, VCH_RECORD_DECISION,
					    &rig.account, op_hash,
					    VCH_ROLLBACK),
			 VCH_OK);
	assert_int_equal(vch_proof_stopped(&rig.proof, &rig.account),
			 VCH_RECEIPT);
	rig.decision.slot.flags = VCH_SLOT_STOPPED;
	decided(&rig);
	assert_int_equal(vch_proof_stopped(&rig.proof, &rig.account), VCH_OK);
	rig.account.address[3] ^= 1;
	assert_int_equal(vch_proof_stopped(&rig.proof, &rig.account),
			 VCH_RECEIPT);
}

static void resumed(struct rig *rig, const struct vch_resumed *rec)
{
	uint8_t record[VCH_RECORD_MAX];
	struct vch_writer w = vch_writer(record, sizeof(record));

	rig->head.kind = VCH_RECORD_RESUME;
	vch_record_head_write(&w, &rig->head);
	vch_resumed_write(&w, rec);
	assert_false(w.bad);
	seal(rig, vch_written(&w));
	assert_int_equal(vch_proof_check_var(&rig->proof, rig->sk.pk.b),
			 VCH_OK);
}

static void resuming_goes_on_from_what_was_signed(void **state)
{
	struct vch_resumed rec = {.slot.seq = 8};
	struct rig rig;

	(void)state;
	rig_make(&rig);
	memcpy(rec.slot.id, rig.account.address, 20);
	resumed(&rig, &rec);
	assert_int_equal(vch_proof_resumed(&rig.proof, &rig.account, 7),
			 VCH_OK);
	assert_int_equal(vch_proof_resumed(&rig.proof, &rig.account, 6),
			 VCH_RECEIPT);
	vch_proof_keep(&rig.proof, &rig.account);
	assert_int_equal(rig.account.seq, 8);
	assert_int_equal(rig.account.receipt_len, rig.proof.len);
	rec.slot.remainder = 1;
	resumed(&rig, &rec);
	assert_int_equal(vch_proof_resumed(&rig.proof, &rig.account, 7),
			 VCH_RECEIPT);
	rec.slot.remainder = 0;
	rec.slot.flags = VCH_SLOT_STOPPED;
	resumed(&rig, &rec);
	assert_int_equal(vch_proof_resumed(&rig.proof, &rig.account, 7),
			 VCH_RECEIPT);
	rec.slot.flags = 0;
	rec.slot.id[0] ^= 1;
	resumed(&rig, &rec);
	assert_int_equal(vch_proof_resumed(&rig.proof, &rig.account, 7),
			 VCH_RECEIPT);
	rig.code = VCH_OK;
	decided(&rig);
	assert_int_equal(vch_proof_resumed(&rig.proof, &rig.account, 4),
			 VCH_RECEIPT);
}

/* Two records in one place of an account, and nothing less, are a fork. */
static void two_receipts_of_one_sequence_prove_a_fork(void **state)
{
	static struct rig a, b;

	(void)state;
	rig_make(&a);
	decided(&a);
	b = a;
	decided(&b);
	assert_int_equal(vch_proof_compare(&a.proof, &b.proof), VCH_OK);
	b.decision.cost = 1;
	decided(&b);
	assert_int_equal(vch_proof_compare(&a.proof, &b.proof), VCH_RECEIPT);
	b.seq_more = 1;
	decided(&b);
	assert_int_equal(vch_proof_compare(&a.proof, &b.proof), VCH_OK);
	b.seq_more = 0;
	b.account.address[7] ^= 1;
	decided(&b);
	assert_int_equal(vch_proof_compare(&a.proof, &b.proof), VCH_OK);
}

static void one_kind_does_not_pass_for_another(void **state)
{
	uint8_t op_hash[32];
	struct rig rig;

	(void)state;
	memset(op_hash, 0x0b, 32);
	rig_make(&rig);
	decided(&rig);
	assert_int_equal(
		vch_proof_statement(&rig.proof, &rig.account, &rig.passkey),
		VCH_RECEIPT);
	rig_make(&rig);
	assert_int_equal(statement(&rig), VCH_OK);
	assert_int_equal(vch_proof_decision(&rig.proof, VCH_RECORD_DECISION,
					    &rig.account, op_hash, VCH_OK),
			 VCH_RECEIPT);
}

static void attest(struct vch_attested *ret, const struct rig *rig,
		   const char *platform, const uint8_t challenge[32])
{
	static const char label[] = "vouch evidence v1";
	uint8_t msg[sizeof(label) - 1 + VCH_EVIDENCE_ENC_MAX];
	struct vch_evidence e = {
		.platform = vch_span(platform, strlen(platform)),
	};
	struct vch_writer w = vch_writer(msg, sizeof(msg));

	memset(ret, 0, sizeof(*ret));
	memcpy(e.challenge, challenge, 32);
	memcpy(e.device_key, rig->sk.pk.b, 32);
	vch_write_bytes(&w, label, sizeof(label) - 1);
	vch_evidence_write(&w, &e);
	assert_false(w.bad);
	ret->claims_len = w.len - (sizeof(label) - 1);
	memcpy(ret->claims, msg + sizeof(label) - 1, ret->claims_len);
	vch_ed25519_sign(ret->signature, &rig->sk, vch_written(&w));
}

static void evidence_is_fresh_and_signed(void **state)
{
	uint8_t challenge[32] = {1, 2, 3};
	struct vch_attested att;
	struct rig rig;
	size_t i;

	(void)state;
	rig_make(&rig);
	attest(&att, &rig, "EMULATED on Linux", challenge);
	assert_int_equal(vch_attested_check_var(&att, challenge), VCH_OK);
	assert_true(att.emulated);
	for (i = 0; i < att.claims_len; i++) {
		att.claims[i] ^= 4;
		assert_int_equal(vch_attested_check_var(&att, challenge),
				 VCH_RECEIPT);
		att.claims[i] ^= 4;
	}
	att.signature[3] ^= 4;
	assert_int_equal(vch_attested_check_var(&att, challenge), VCH_RECEIPT);
	att.signature[3] ^= 4;
	challenge[31] ^= 1;
	assert_int_equal(vch_attested_check_var(&att, challenge), VCH_RECEIPT);
	attest(&att, &rig, "OP-TEE 4.5", challenge);
	assert_int_equal(vch_attested_check_var(&att, challenge), VCH_OK);
	assert_false(att.emulated);
}

static void signed_by(uint8_t ret[64], const struct vch_ed25519_sk *sk,
		      const char *label, const uint8_t *a, size_t a_len,
		      const uint8_t *b, size_t b_len)
{
	uint8_t msg[128];
	struct vch_writer w = vch_writer(msg, sizeof(msg));

	vch_write_bytes(&w, label, strlen(label));
	vch_write_bytes(&w, a, a_len);
	vch_write_bytes(&w, b, b_len);
	vch_ed25519_sign(ret, sk, vch_written(&w));
}

/* Evidence, a device that endorses it, and the factory that made the device. */
static void an_endorsement_is_of_factory_device_code_and_evidence(void **state)
{
	static const uint8_t seeds[2][32] = {{1}, {2}};
	uint8_t challenge[32] = {9}, measurement[32] = {0}, hash[32];
	struct vch_ed25519_sk factory, device;
	struct vch_attested att;
	struct vch_sha256 s;
	struct rig rig;

	(void)state;
	rig_make(&rig);
	vch_ed25519_sk_from_seed(&factory, seeds[0]);
	vch_ed25519_sk_from_seed(&device, seeds[1]);
	attest(&att, &rig, "OP-TEE", challenge);
	assert_int_equal(vch_attested_check_var(&att, NULL), VCH_OK);
	assert_int_equal(
		vch_endorsement_check_var(&att, factory.pk.b, measurement),
		VCH_RECEIPT);
	vch_sha256_init(&s);
	vch_sha256_update(&s, "vouch evidence v1", 17);
	vch_sha256_update(&s, att.claims, att.claims_len);
	vch_sha256_final(&s, hash);
	memcpy(att.endorsement, device.pk.b, 32);
	signed_by(att.endorsement + 32, &factory, "vouch device v1",
		  device.pk.b, 32, NULL, 0);
	signed_by(att.endorsement + 96, &device, "vouch endorsement v1",
		  measurement, 32, hash, 32);
	att.endorsement_len = sizeof(att.endorsement);
	assert_int_equal(
		vch_endorsement_check_var(&att, factory.pk.b, measurement),
		VCH_OK);
	for (size_t i = 0; i < sizeof(att.endorsement); i++) {
		att.endorsement[i] ^= 4;
		assert_int_equal(vch_endorsement_check_var(&att, factory.pk.b,
							   measurement),
				 VCH_RECEIPT);
		att.endorsement[i] ^= 4;
	}
	assert_int_equal(
		vch_endorsement_check_var(&att, device.pk.b, measurement),
		VCH_RECEIPT);
	measurement[0] = 1;
	assert_int_equal(
		vch_endorsement_check_var(&att, factory.pk.b, measurement),
		VCH_RECEIPT);
	measurement[0] = 0;
	att.claims[40] ^= 1;
	assert_int_equal(
		vch_endorsement_check_var(&att, factory.pk.b, measurement),
		VCH_RECEIPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_honest_statement_holds),
		cmocka_unit_test(each_spoilt_statement_is_refused),
		cmocka_unit_test(a_state_that_does_not_fit_is_refused),
		cmocka_unit_test(any_flipped_byte_of_a_receipt_is_refused),
		cmocka_unit_test(a_decision_is_about_this_operation_and_new),
		cmocka_unit_test(a_rollback_may_be_older),
		cmocka_unit_test(resuming_goes_on_from_what_was_signed),
		cmocka_unit_test(two_receipts_of_one_sequence_prove_a_fork),
		cmocka_unit_test(one_kind_does_not_pass_for_another),
		cmocka_unit_test(evidence_is_fresh_and_signed),
		cmocka_unit_test(
			an_endorsement_is_of_factory_device_code_and_evidence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
