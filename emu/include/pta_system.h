/* SPDX-License-Identifier: Apache-2.0 */
/* The one call of OP-TEE's system application that is used. */
#ifndef EMU_INCLUDE_PTA_SYSTEM_H
#define EMU_INCLUDE_PTA_SYSTEM_H

#define PTA_SYSTEM_UUID                                                        \
	{0x3a2f8978,                                                           \
	 0x5dc0,                                                               \
	 0x11e8,                                                               \
	 {0x9c, 0x2d, 0xfa, 0x7a, 0xe0, 0x1b, 0xbe, 0xbc}}

/*
 * A key of this device and this application, the same after every start.
 *	[in]  memref[0]: extra data that the key depends on, up to 1,024 bytes
 *	[out] memref[1]: the key, 16 to 32 bytes
 */
#define PTA_SYSTEM_DERIVE_TA_UNIQUE_KEY 1

#endif
