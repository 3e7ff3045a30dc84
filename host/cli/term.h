/* SPDX-License-Identifier: Apache-2.0 */
/* What a person sees: calm lines, colour only where it is a terminal. */
#ifndef HOST_CLI_TERM_H
#define HOST_CLI_TERM_H

#include "trusted/base/bytes.h"

enum vch_ink {
	VCH_INK_NONE,
	VCH_INK_GREEN,
	VCH_INK_RED,
	VCH_INK_DIM,
	VCH_INK_BOLD
};

/* Looks at the terminal and NO_COLOR; without it nothing is coloured. */
void vch_term_init(void);

/* The escape that begins the ink, or "". */
const char *vch_ink(enum vch_ink ink);

/* "0x1234…" in static memory, four buffers in turn: all of it, or its ends. */
const char *vch_term_hex(struct vch_span in);
const char *vch_term_short(struct vch_span in);
/* "0.01 ether", the same way. */
const char *vch_term_amount(vch_u128 wei);

/* Makes text from elsewhere harmless to a terminal: no control characters. */
void vch_term_clean(char *text);

/* "  ✓ what            detail                     3 ms" */
void vch_term_step(const char *what, const char *detail, uint64_t took_ns);

#endif
