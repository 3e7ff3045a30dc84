/* SPDX-License-Identifier: Apache-2.0 */
/* Commands of the trusted application that tests of pipe and sandbox use. */
#ifndef EMU_TEST_TA_H
#define EMU_TEST_TA_H

enum vch_test_command {
	VCH_TEST_ECHO,	/* answer: the request; log: it backwards */
	VCH_TEST_COUNT, /* answer: a byte that is stored and rises */
	VCH_TEST_PANIC,
	VCH_TEST_HANG,	  /* never comes back */
	VCH_TEST_OVERRUN, /* claims a longer answer than there is room */
	VCH_TEST_ESCAPE,  /* makes a system call that is not allowed */
	VCH_TEST_UNKNOWN, /* refused with a TEE_Result */
};

#endif
