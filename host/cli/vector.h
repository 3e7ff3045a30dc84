/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One primitive operation as a line of text, and its answer: vectors.c has the
 * form. It calls the very functions the trusted application calls, and runs
 * inside it too, in the flavour for tests (tests/board_device.c).
 */
#ifndef HOST_CLI_VECTOR_H
#define HOST_CLI_VECTOR_H

#include <stddef.h>

/* Of a line without its end, and of the bytes of an answer. */
#ifndef VCH_VECTOR_LINE_MAX
#define VCH_VECTOR_LINE_MAX (1 << 20)
#endif
#define VCH_VECTOR_ANSWER_MAX (2 * VCH_VECTOR_LINE_MAX)

/*
 * The line, at most VCH_VECTOR_LINE_MAX characters and a zero, is overwritten.
 * Returns the length of the answer: hex, "-", "ok" or "bad"; no zero behind.
 * Needs vch_secp256k1_init() before. Not for several threads.
 */
size_t vch_vector_answer(char ret[VCH_VECTOR_ANSWER_MAX], char *line);

#endif
