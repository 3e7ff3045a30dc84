/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host in memory, for tests of the trusted application: it starts the real
 * vouch-tee, keeps the log as an array of batches, and brings accounts as
 * vouchd does. It can also lie: replay less, change bytes, bring old state.
 */
#ifndef TESTS_RIG_H
#define TESTS_RIG_H

#include "host/cli/demo_passkey.h"
#include "host/tee/transport.h"
#include "wire/gen/log.h"
#include "wire/gen/ta.h"

#define RIG_BATCHES_MAX 512
#define RIG_CHAIN_ID 31337

struct rig_batch {
	uint8_t *bytes;
	size_t len;
};

/* A trusted application in this process instead (tests/inside.h). */
typedef enum vch_err rig_invoke_fn(uint32_t cmd, struct vch_span request,
				   struct vch_tee_reply *ret);

struct rig {
	char dir[64];
	const char *program; /* NULL: vouch-tee, or that with faults */
	struct vch_tee *tee;
	rig_invoke_fn *invoke; /* NULL: tee */
	struct rig_batch batch[RIG_BATCHES_MAX];
	size_t batch_cnt;
	uint8_t log_key[32];
	uint16_t window_s; /* of the counters; rig_make: never */
	uint16_t window_records;
	uint8_t shard_first; /* that it serves */
	uint8_t shard_cnt;   /* 0: all */
	bool never_release;  /* answers that are held stay so */
	size_t held_cnt;
	struct rig *first; /* whose device and log it shares, or NULL */
};

/* A word that the platform's name has: EMULATED, unless the board says so. */
extern const char *const rig_platform;

/* What payments take for now; 0: the system's clock. */
extern uint64_t rig_now_s;

struct rig_account {
	uint8_t address[20];
	uint8_t config[VCH_CONFIG_MAX];
	uint8_t counters[VCH_COUNTERS_MAX];
	uint8_t blob[VCH_BLOB_MAX];
	size_t config_len;
	size_t counters_len;
	size_t blob_len;
	struct vch_slot slot;
};

/* An operation and all the bytes it views: do not copy it. */
struct rig_op {
	uint8_t call_data[1024];
	struct vch_demo_assertion assertion;
	struct vch_cosign_op op;
	uint8_t hash[32];
};

/* A new device with an empty log; not started. */
void rig_make(struct rig *rig);
/* Another instance on the same device and log, which are its first's. */
void rig_make_second(struct rig *rig, struct rig *first);
void rig_free(struct rig *rig);

/* Starts vouch-tee (argument: its faults, only for the fault flavour). */
void rig_start_tee(struct rig *rig, const char *argument);
/* The same where a fault may hinder the start. */
enum vch_err rig_try_tee(struct rig *rig, const char *argument);
void rig_kill(struct rig *rig);

/* One command; what it added to the log is kept. Returns its code. */
enum vch_err rig_call(struct rig *rig, uint32_t cmd, struct vch_span request,
		      struct vch_span *ret_answer);

/* Adds a batch, if it is not empty. */
void rig_keep(struct rig *rig, struct vch_span log);
/* Loses all batches but the first cnt. */
void rig_cut(struct rig *rig, size_t cnt);
/* Hands back the first cnt batches; the code of the first that fails. */
enum vch_err rig_replay(struct rig *rig, size_t cnt);
/* START of its shards. */
enum vch_err rig_open(struct rig *rig);
/* vouch-tee started, everything replayed, its shards open. */
void rig_boot(struct rig *rig);
/* The same after a kill. */
void rig_reboot(struct rig *rig);

/* A passkey of localhost. */
void rig_passkey(struct vch_demo_passkey *ret);
/* Booted, and an account of a new passkey on it. */
void rig_born(struct rig *rig, struct rig_account *ret_account,
	      struct vch_demo_passkey *ret_passkey);

/* The answer's own fields in ret; the state from the record in the log. */
enum vch_err rig_create(struct rig *rig, struct rig_account *ret,
			const struct vch_demo_passkey *passkey);

/* A payment of wei, signed by the passkey, valid for a minute. */
void rig_payment(struct rig_op *ret, const struct rig_account *account,
		 struct vch_demo_passkey *passkey, uint64_t nonce,
		 uint64_t wei);
/* The same for one call that moves no native coin. */
void rig_call_op(struct rig_op *ret, const struct rig_account *account,
		 struct vch_demo_passkey *passkey, uint64_t nonce,
		 const uint8_t to[20], struct vch_span data);
/* Signs anew what a test changed in op->op. */
void rig_sign(struct rig_op *op, struct vch_demo_passkey *passkey);

/*
 * Co-signs: brings the account with the first operation, empties with the
 * others. After it the account's counters are those of the last record.
 */
enum vch_err rig_cosign(struct rig *rig, struct rig_account *account,
			struct rig_op **ops, size_t cnt,
			struct vch_cosign_result *ret_results);

/* The same for one operation: its own code. */
enum vch_err rig_cosign_one(struct rig *rig, struct rig_account *account,
			    struct rig_op *op, struct vch_cosign_result *ret);

/*
 * Signs the change and asks for it; brings the account. The code in the
 * answer, or the call's own. account is folded if there is a record.
 */
enum vch_err rig_change(struct rig *rig, struct rig_account *account,
			struct vch_demo_passkey *passkey,
			const struct vch_change *change);
/* Asks for the change that waited. */
enum vch_err rig_apply(struct rig *rig, struct rig_account *account,
		       const struct vch_change *change);
/*
 * Signs the intent and asks for the co-signature; waits may be NULL. The code
 * in the answer, or the call's own.
 */
enum vch_err rig_intent(struct rig *rig, struct rig_account *account,
			struct vch_demo_passkey *passkey,
			const struct vch_intent *intent,
			const struct vch_change *waits,
			struct vch_cosign_result *ret);
/* The next change of the account, asking for what holds already. */
void rig_change_begin(struct vch_change *ret, struct vch_config *ret_config,
		      const struct rig_account *account);

/* What the account's newest record is to a client that kept its receipt. */
void rig_seen(const struct rig *rig, struct vch_seen *ret);

/* The same of this account's newest record, wherever in the log it is. */
void rig_seen_of(const struct rig *rig, const struct rig_account *account,
		 struct vch_seen *ret);

/* Calls fn for each record of that id, in the order of the log: how many. */
typedef void rig_walk_fn(void *ctx, const struct vch_batch *batch,
			 uint8_t section, uint8_t record);
size_t rig_walk(const struct rig *rig, const uint8_t id[20], rig_walk_fn *fn,
		void *ctx);
/* The account as the whole log has it, as a host does after a crash. */
size_t rig_fold(const struct rig *rig, struct rig_account *account);

/* RESUME from `seen`, signed by the passkey for that account and sequence. */
enum vch_err rig_resume(struct rig *rig, struct rig_account *account,
			struct vch_demo_passkey *passkey,
			const struct vch_seen *seen, uint64_t sequence);

/* The newest batch, decoded; views into the rig. */
void rig_last_batch(const struct rig *rig, struct vch_batch *ret);

#endif
