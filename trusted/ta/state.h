/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state that is folded from the log: the heads of the 64 shards, the
 * table of hot slots, the clocks. Folding checks the chain and stores the
 * slot; it knows no policy.
 */
#ifndef TRUSTED_TA_STATE_H
#define TRUSTED_TA_STATE_H

#include "trusted/crypto/secp256k1.h"
#include "trusted/crypto/x25519.h"
#include "trusted/policy/change.h"
#include "trusted/ta/keys.h"
#include "wire/gen/ta.h"

/* Rises with every release. */
#ifndef VCH_TA_VERSION
#define VCH_TA_VERSION 1u
#endif

/* Accounts and keys that one trusted application can hold. */
#ifndef VCH_SLOT_MAX
#define VCH_SLOT_MAX 65536u
#endif
#define VCH_BUCKET_CNT (2u * VCH_SLOT_MAX)

/* Open addressing; bucket holds the index into slot plus one, or zero. */
struct vch_slots {
	struct vch_slot slot[VCH_SLOT_MAX];
	uint8_t shard[VCH_SLOT_MAX]; /* beside slot: a snapshot is of one */
	uint32_t bucket[VCH_BUCKET_CNT];
	uint32_t cnt;
};

/* The slot of that id, or NULL. */
struct vch_slot *vch_slots_find(struct vch_slots *slots, const uint8_t id[20]);

/* Stores a slot under its id, new or known. VCH_FULL. */
VCH_MUST enum vch_err vch_slots_put(struct vch_slots *slots,
				    const struct vch_slot *slot);

struct vch_ta;

/*
 * The slot of an account (key: of a key that was not deleted) in a shard that
 * this instance serves, or NULL.
 */
struct vch_slot *vch_slot_served(struct vch_ta *ta, const uint8_t id[20],
				 bool key);

/* VCH_STALE unless the slot stands for exactly what the host brought. */
VCH_MUST enum vch_err vch_slot_check(uint8_t ret_config_hash[32],
				     const struct vch_slot *slot,
				     struct vch_span config,
				     struct vch_span counters);

/*
 * A shard's window: what was recorded and released since its counter was last
 * bumped. PROTOCOL 4.
 */
struct vch_window {
	uint64_t counter;  /* of the platform; the records carry it */
	uint64_t opened_s; /* monotonic; of the first record in it */
	uint32_t records;  /* released in it */
	bool held;	   /* its records carry one more and wait */
};

struct vch_shard {
	uint64_t log_counter; /* as the log last said */
	uint32_t unclean_cnt; /* starts that were unclean, ever */
	struct vch_window window;
	uint8_t head[32];
	uint8_t incarnation[16];
	uint64_t index; /* of the next record in this incarnation */
	struct vch_hmac_sha256 tag_key;
	bool started; /* has an incarnation, hence a tag key */
	bool served;  /* by this instance, as its START said */
};

/*
 * Incarnations before the shards' present ones, in which something was
 * recorded: how many records each shard has of it. When there are more, the
 * oldest is forgotten, and a receipt of it counts as not on this history: its
 * owner has to resume once.
 */
#define VCH_PAST_MAX 512u
struct vch_past {
	uint64_t left_s; /* the expiry clock then: the oldest goes first */
	uint8_t incarnation[16];
	uint64_t end[VCH_SHARDS];
};
struct vch_history {
	struct vch_past past[VCH_PAST_MAX];
	uint32_t cnt; /* ever; the newest is at (cnt - 1) % VCH_PAST_MAX */
};

/* What an account got in its shard's open window, and which unclean starts it
 * was charged for. */
struct vch_lease {
	uint64_t window; /* the shard's counter then */
	uint32_t ppm;	 /* of its limits */
	uint32_t unclean_cnt;
};

/* Logged clocks and the platform's monotonic second they were true at. */
struct vch_clock {
	uint64_t refill_s;
	uint64_t expiry_s;
	uint64_t monotonic_s;
};

/* The shard whose pages go out or come in: snapshot.c. */
struct vch_paging {
	bool active;
	uint8_t shard;
	uint32_t page; /* the next */
	uint32_t past; /* what is next to be put in it */
	uint32_t slot;
	uint64_t index; /* of the shard when it began */
	struct vch_sha256 hash;
};

/* Lets the time since the last tick pass; the host's word is only noted. */
void vch_clock_tick(struct vch_clock *clock, struct vch_time *ret,
		    uint64_t monotonic_s, uint64_t host_s);

/* An account as the host brought it. */
struct vch_opened {
	struct vch_slot *slot;
	struct vch_changing is; /* config views what the host brought */
	uint8_t config_hash[32];
};

/* The times of a record of the log: the clocks never stand before them. */
void vch_clock_fold(struct vch_clock *clock, const struct vch_record_head *h);

/*
 * The key that imports are sealed to, and the ids that wait for theirs. When
 * there are more, the oldest is forgotten. PROTOCOL 7.
 */
#define VCH_IMPORTS_MAX 16u
struct vch_import_id {
	uint8_t id[16];
	uint8_t evidence_hash[32];
	bool open;
};
struct vch_import {
	struct vch_x25519_sk sk;
	struct vch_x25519_pk pk;
	struct vch_import_id id[VCH_IMPORTS_MAX];
	uint32_t cnt; /* ever */
};

/* The records of one invocation, before they are sealed into a batch. */
struct vch_draft {
	struct vch_batch batch;
	uint8_t bytes[VCH_BATCH_MAX / 2];
	size_t bytes_len;
	uint8_t leaf[VCH_BATCH_RECORDS_MAX][32];
	uint8_t leaf_idx[VCH_SHARDS][VCH_BATCH_RECORDS_MAX];
	uint8_t record_cnt;
};

struct vch_ta {
	enum vch_phase phase;
	struct vch_keys keys;
	struct vch_clock clock;
	struct vch_shard shard[VCH_SHARDS];
	struct vch_slots slots;
	struct vch_history history;
	struct vch_lease lease[VCH_SLOT_MAX]; /* beside slots.slot */
	uint16_t window_s;
	uint16_t window_records;
	bool wait_for_bump; /* of this call's batch; a handler may ask for it */
	bool held;	    /* an answer waits for RELEASE */
	bool final;	    /* nothing is served after that */
	uint64_t batch_cnt; /* replayed */
	bool restored;	    /* a shard, from its snapshot */
	uint32_t version_max;	    /* that the log has seen */
	struct vch_upgrade upgrade; /* the newest; version 0: none */
	struct vch_paging paging;
	uint8_t incarnation[16];
	uint8_t shard_first; /* of those that it serves */
	struct vch_import import;
	struct vch_draft draft;
};

/* The shard of a slot that is in the table. */
static inline uint8_t vch_slot_shard(const struct vch_ta *ta,
				     const struct vch_slot *slot)
{
	return ta->slots.shard[slot - ta->slots.slot];
}

/*
 * Adds a record to its shard's chain and to the draft; head and index move
 * at once. A command adds at most 64 records, of half a batch together; more
 * is a programming error.
 */
void vch_draft_add(struct vch_ta *ta, uint8_t shard, struct vch_span record);

/* Tags, signs and encodes the draft, and empties it. Nothing if it is empty. */
void vch_draft_seal(struct vch_ta *ta, struct vch_writer *w);

/* Seals a secret as the blob of the next record of its id's shard. */
void vch_ta_seal(struct vch_writer *w, const struct vch_ta *ta, uint8_t kind,
		 const uint8_t id[20], const struct vch_sealed_key *secret);

/* The tag of a section whose chain ends in new_head. */
void vch_section_tag(uint8_t ret_tag[32], const struct vch_section *section,
		     const struct vch_hmac_sha256 *tag_key,
		     const uint8_t new_head[32]);

/* The head after it, if its tag is that of this key. VCH_TAG. */
VCH_MUST enum vch_err vch_section_check(uint8_t ret_head[32],
					const struct vch_section *section,
					const struct vch_hmac_sha256 *tag_key);

/*
 * The account with that id, if config and counters are those of its slot.
 * VCH_ACCOUNT, VCH_STALE, VCH_FORMAT.
 */
VCH_MUST enum vch_err vch_account_open(struct vch_opened *ret,
				       struct vch_ta *ta, const uint8_t id[20],
				       struct vch_span config,
				       struct vch_span counters);
/* Moves its slot on by one record, to what it is now, which goes to both. */
void vch_account_advance(struct vch_opened *account, struct vch_writer *config,
			 struct vch_writer *counters);

/* Records a decision about an operation or an intent, with the slot as it is
 * now; its time was seen. */
void vch_decision_record(struct vch_ta *ta, const struct vch_slot *slot,
			 const struct vch_record_head *head,
			 struct vch_decision *rec);

/*
 * The co-signer's word, r ‖ s ‖ v. hash is always one that was computed here,
 * of an operation or of an intent: two EIP-712 domains, so that neither can
 * ever be taken for the other.
 */
void vch_cosign_sign(uint8_t ret_signature[65],
		     const struct vch_secp256k1_sk *sk, const uint8_t hash[32],
		     uint64_t valid_until);

/*
 * Compares the log with the platform's counters of the served shards and takes
 * them over. ret_unclean: those whose last instance did not end by CLOSE.
 * VCH_ROLLBACK, VCH_CORRUPT, VCH_STORAGE.
 */
VCH_MUST enum vch_err vch_counters_begin(struct vch_ta *ta,
					 bool ret_unclean[VCH_SHARDS]);

/*
 * Must this batch wait for its bump? Decided once for each batch, before it is
 * sealed; the windows of its shards are closed or grow accordingly.
 */
bool vch_counters_hold(struct vch_ta *ta);

/* After the batch is durable: bumps what it closed. VCH_STORAGE. */
VCH_MUST enum vch_err vch_counters_bump(struct vch_ta *ta);

/*
 * An account is about to get ppm of its daily limits: notes it, and lets the
 * batch wait for its bump if that would be over its lease in this window.
 */
void vch_lease_take(struct vch_ta *ta, const struct vch_slot *slot,
		    uint32_t ppm);

/* Unclean starts the account was not charged for yet; from now on it was. */
uint32_t vch_lease_owed(struct vch_ta *ta, const struct vch_slot *slot);

/* Stores the slot of a birth: it owes nothing for starts before it. FULL. */
VCH_MUST enum vch_err vch_slot_born(struct vch_ta *ta,
				    const struct vch_slot *slot);

/* The log says that this version was here. */
void vch_version_seen(struct vch_ta *ta, uint32_t version);

/*
 * May this code go on with the log? VCH_DOWNGRADE: a newer one did. UPGRADED:
 * the log ends with the hand-over to one; only that can be finished.
 */
VCH_MUST enum vch_err vch_version_check(struct vch_ta *ta);

/* Draws the import key of this incarnation. */
void vch_import_start(struct vch_import *import);

/*
 * Evidence for that challenge, in buf, and the device key's signature on it;
 * what it says: wire/ta.wire.
 */
struct vch_span vch_evidence_make(uint8_t buf[VCH_EVIDENCE_ENC_MAX],
				  uint8_t ret_signature[64],
				  const struct vch_ta *ta,
				  const uint8_t challenge[32]);

/* Does overwriting the generation key erase what it opened? */
bool vch_can_erase(void);

/* The slot becomes a tombstone, with what is needed to erase its key. */
void vch_tombstone_make(struct vch_slot *slot, const struct vch_keys *keys);

/* Keeps where a shard's incarnation ended; called before the next begins. */
void vch_history_leave(struct vch_ta *ta, uint8_t shard);

/* The i-th oldest place that is kept of a shard's past; false: no more. */
bool vch_history_place(const struct vch_history *history, uint8_t shard,
		       uint32_t i, struct vch_past_place *ret);
/* Takes one back, in its order. Only while none was ever forgotten. */
void vch_history_put(struct vch_history *history, uint8_t shard,
		     const struct vch_past_place *place);

/*
 * Is what a client has seen on this history? VCH_ROLLBACK: it is not, and the
 * log key signed it. VCH_RECEIPT: it is not, and proves nothing.
 */
VCH_MUST enum vch_err vch_history_check(struct vch_ta *ta, uint8_t shard,
					const struct vch_seen *seen);

/*
 * Shows what a client has seen, if anything, for its account or key.
 * VCH_ROLLBACK: it is of another history, now or before: the slot is stopped.
 * VCH_RECEIPT: a forged one.
 */
VCH_MUST enum vch_err vch_history_show(struct vch_ta *ta, struct vch_slot *slot,
				       const struct vch_seen *seen,
				       uint8_t seen_cnt);

/* Checks and folds one batch of the log: FORMAT, CHAIN, TAG, FULL. */
VCH_MUST enum vch_err vch_fold(struct vch_ta *ta, struct vch_span batch);

/* Handlers of the commands in wire/ta.wire; entry.c calls them by table. */
typedef enum vch_err vch_handler(struct vch_ta *ta, const struct vch_time *time,
				 struct vch_span request,
				 struct vch_writer *answer);
vch_handler vch_handle_version;
vch_handler vch_handle_attest;
vch_handler vch_handle_replay;
vch_handler vch_handle_compare;
vch_handler vch_handle_start;
vch_handler vch_handle_create_account;
vch_handler vch_handle_cosign_batch;
vch_handler vch_handle_change_account;
vch_handler vch_handle_apply_change;
vch_handler vch_handle_cosign_intent;
vch_handler vch_handle_generate_key;
vch_handler vch_handle_import_key;
vch_handler vch_handle_import_begin;
vch_handler vch_handle_generation;
vch_handler vch_handle_rewrap;
vch_handler vch_handle_sign_message;
vch_handler vch_handle_get_public_key;
vch_handler vch_handle_delete_key;
vch_handler vch_handle_list_keys;
vch_handler vch_handle_sign_batch;
vch_handler vch_handle_resume;
vch_handler vch_handle_close;
vch_handler vch_handle_release;
vch_handler vch_handle_snapshot;
vch_handler vch_handle_restore;
vch_handler vch_handle_upgrade;

#endif
