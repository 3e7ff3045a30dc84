/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decision: may this account's co-signer sign this operation now, and
 * what does it count as. Pure: config, counters, operation and time come in,
 * new counters come out. PROTOCOL 5, 8 and 9. Nothing here is secret.
 */
#ifndef TRUSTED_POLICY_DECIDE_H
#define TRUSTED_POLICY_DECIDE_H

#include "trusted/base/bytes.h"
#include "trusted/policy/webauthn.h"
#include "wire/gen/ta.h"

#define VCH_DAY_S 86400u
/* validUntil may lie this far ahead. */
#define VCH_VALID_MAX_S 600u
/* With less of the day left than this, an operation counts into the next. */
#define VCH_DAY_MARGIN_S 120u
/* A jump of the host's clock beyond this is not taken on its word alone. */
#define VCH_CLOCK_JUMP_S (48u * 3600u)

/*
 * The clocks of one call, seconds since the epoch. refill_s: what the trusted
 * application has lived through; limits refill by it. expiry_s: the latest
 * time it has taken as seen. host_s: what the host says now.
 */
struct vch_time {
	uint64_t refill_s;
	uint64_t expiry_s;
	uint64_t host_s;
};

/* The expiry clock where no owner spoke: a jump of the host is not taken. */
uint64_t vch_time_plain(const struct vch_time *time);

/* Everything the decision rests on; the assertion has been verified. */
struct vch_question {
	const struct vch_config *config;
	const struct vch_cosign_op *op;
	const uint8_t *op_hash; /* 32 bytes */
	struct vch_verified_assertion assertion;
	struct vch_time time;
	uint32_t flags;	      /* VCH_SLOT_ flags */
	uint32_t owed_leases; /* tenths of the limits to count as spent first */
};

/*
 * cost: wei that the operation can move, value and greatest fee together;
 * what it moves of tokens stands in the counters. limit_ppm: what it took of
 * the daily limits, in millionths, rounded up; the sum over all assets.
 */
struct vch_decision_made {
	enum vch_err code;
	vch_u128 cost;
	uint32_t limit_ppm;
	uint64_t expiry_s;
};

/*
 * Decides. counters are brought to the day of the refill clock in any case;
 * the operation is counted in them only if the answer is VCH_OK. Codes:
 * SENDER, NETWORK, INIT_CODE, PAYMASTER, FEE, CALL_FORM, CALL, SPENDER,
 * LIMIT, VALID_UNTIL, FROZEN, SIGN_COUNT.
 */
struct vch_decision_made vch_decide(struct vch_counters *counters,
				    const struct vch_question *question);

/* The counters of a new account: nothing spent, nothing seen. */
void vch_counters_new(struct vch_counters *ret, const struct vch_config *config,
		      const struct vch_time *time);

/* On a new day of the refill clock every limit is whole again. */
void vch_counters_refill(struct vch_counters *counters,
			 const struct vch_time *time);

/* Drops the oldest lanes until the counters fit COUNTERS_MAX. */
void vch_counters_fit(struct vch_counters *counters);

/*
 * A device-bound key's counter must rise, else VCH_SIGN_COUNT; 0 and 0 means
 * it has none. Notes the highest seen.
 */
VCH_MUST enum vch_err
vch_sign_count_check(struct vch_counters *counters,
		     const struct vch_config *config,
		     const struct vch_verified_assertion *assertion);

/* What is left of the native limit, in wei. Zero if there is no limit. */
vch_u128 vch_native_left(const struct vch_config *config,
			 const struct vch_counters *counters);

#endif
