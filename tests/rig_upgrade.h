/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hand-overs of the rig's trusted application: one that was built with the
 * release keys of tests/release, vouch-tee-v1 and its successors.
 */
#ifndef TESTS_RIG_UPGRADE_H
#define TESTS_RIG_UPGRADE_H

#include "host/cli/release.h"
#include "tests/rig.h"

#define RIG_RELEASE_KEYS 3

/* Release key number 1 to RIG_RELEASE_KEYS of tests; another is unknown. */
void rig_release_key(struct vch_ed25519_sk *ret, uint8_t number);

/* A manifest for that version; the measurement is 32 times `code`. */
void rig_manifest(struct vch_manifest *ret, uint32_t version, uint8_t code);
/* The same, signed by keys 1 and 3: enough. */
void rig_manifest_signed(struct vch_manifest *ret, uint32_t version,
			 uint8_t code);

/* One step of it. */
enum vch_err rig_upgrade(struct rig *rig, uint8_t step,
			 const struct vch_manifest *manifest);

#endif
