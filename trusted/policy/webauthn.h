/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The check of a passkey's assertion: WebAuthn level 2, section 7.2, by the
 * limited verification algorithm for client data (5.8.1.2). Nothing here is
 * secret.
 */
#ifndef TRUSTED_POLICY_WEBAUTHN_H
#define TRUSTED_POLICY_WEBAUTHN_H

#include "trusted/base/bytes.h"
#include "wire/gen/ta.h"

/* An assertion that was checked in full, all but its counter's history. */
struct vch_verified_assertion {
	uint8_t passkey_idx;
	bool backup_eligible;
	uint32_t sign_count;
};

/*
 * Checks that a passkey of the account signed exactly this challenge, on one
 * of the account's pages, with the user present and verified. Order: cheap
 * first, the signature last. Errors, each with its own sentence: PASSKEY,
 * CLIENT_DATA, CHALLENGE, ORIGIN, RP_ID, USER, BACKUP, SIGNATURE.
 */
VCH_MUST enum vch_err vch_assertion_verify(
	struct vch_verified_assertion *ret, const struct vch_config *config,
	const struct vch_assertion *assertion, const uint8_t challenge[32]);

/*
 * True if this origin may stand in a config: printable ASCII without the
 * characters that JSON escapes, so that it is compared byte for byte.
 */
bool vch_origin_valid(struct vch_span origin);

#endif
