/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a board of ours has for trusted applications beyond GlobalPlatform, in
 * OP-TEE itself (deploy/optee-qemu/optee/). All of it is for the measurement
 * of the caller: another application finds another place, whatever its UUID
 * and whoever signed it. Only by a hand-over does a place, and with it the
 * unique key, become another measurement's. From then on whatever has that
 * UUID and no place gets nothing here: no place, no unique key, no
 * endorsement, but TEE_ERROR_ACCESS_DENIED.
 */
#ifndef TRUSTED_TA_DEVICE_H
#define TRUSTED_TA_DEVICE_H

/*
 * A storage for persistent objects in secure flash: of one that is overwritten
 * as a whole nothing can be read again; the normal world has no older copy.
 */
#define VCH_DEVICE_STORAGE 0x80005643

/* A service, for trusted applications only. */
#define VCH_DEVICE_UUID                                                        \
	{0x6c1f8f4e,                                                           \
	 0x8d7a,                                                               \
	 0x4f0e,                                                               \
	 {0x9a, 0x2b, 0x76, 0x6f, 0x75, 0x63, 0x68, 0x31}}

/* out memref: 32 bytes, the digest of its image that was verified */
#define VCH_DEVICE_MEASUREMENT 0

/*
 * in memref: 32 bytes; out memref: the device's Ed25519 key (32) ‖ the
 * factory's signature over VCH_DEVICE_CERTIFIED ‖ that key (64) ‖ the
 * device's signature over VCH_DEVICE_ENDORSED ‖ measurement ‖ the 32 bytes (64)
 */
#define VCH_DEVICE_ENDORSE 1
#define VCH_DEVICE_ENDORSEMENT_LEN 160
#define VCH_DEVICE_CERTIFIED "vouch device v1"
#define VCH_DEVICE_ENDORSED "vouch endorsement v1"

/*
 * in memref: 32 bytes, the measurement of other code of the same UUID, whose
 * the caller's place is then: all or nothing, whenever the power goes.
 * TEE_ERROR_ACCESS_CONFLICT if that code has or began a place already; CAN:
 * only looks.
 */
#define VCH_DEVICE_HAND_OVER 2
#define VCH_DEVICE_CAN_HAND_OVER 3

#endif
