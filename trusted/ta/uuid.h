/* SPDX-License-Identifier: Apache-2.0 */
/* Under which name the TEE knows the trusted application. */
#ifndef TRUSTED_TA_UUID_H
#define TRUSTED_TA_UUID_H

#define VCH_TA_UUID                                                            \
	{0x12345678,                                                           \
	 0x5b69,                                                               \
	 0x11d4,                                                               \
	 {0x9f, 0xee, 0x00, 0xc0, 0x4f, 0x4c, 0x34, 0x56}}

#endif
