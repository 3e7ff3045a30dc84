/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vch-vectors: one primitive operation a line on standard input, one answer a
 * line on standard output, in order; for auditors who bring test vectors of
 * their own. Fields are hex ("-" is empty) but for LEN, which is decimal. A
 * verification answers "ok" or "bad", a computation its hex or "-"; whatever
 * is malformed, out of range or refused answers "bad".
 *
 * It calls the very functions the trusted application calls. The keys on its
 * input are test keys: it is not a tool to sign with.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/cli/vector.h"
#include "trusted/crypto/secp256k1.h"

static void respond(char *line, size_t len)
{
	static char answer[VCH_VECTOR_ANSWER_MAX];
	size_t answer_len = 3;

	line[len] = '\0';
	memcpy(answer, "bad", 3);
	if (strlen(line) == len)
		answer_len = vch_vector_answer(answer, line);
	fwrite(answer, 1, answer_len, stdout);
	putchar('\n');
}

/* The lines read so far and the start of the next. */
struct input {
	char bytes[VCH_VECTOR_LINE_MAX + 1];
	size_t len;
	bool skipping; /* the line at hand is longer than the maximum */
};

/* Takes whole lines off the buffer. */
static void respond_to_lines(struct input *in)
{
	char *at = in->bytes;
	char *end;

	while ((end = memchr(at, '\n', in->len)) != NULL) {
		size_t len = (size_t)(end - at);

		if (in->skipping)
			puts("bad");
		else
			respond(at, len);
		in->skipping = false;
		at += len + 1;
		in->len -= len + 1;
	}
	memmove(in->bytes, at, in->len);
	if (in->len == sizeof(in->bytes)) {
		in->skipping = true;
		in->len = 0;
	}
}

int main(void)
{
	static struct input in;
	ssize_t n;

	vch_secp256k1_init();
	do {
		/* whoever waits for an answer has it before we wait */
		if (fflush(stdout) != 0)
			return EXIT_FAILURE;
		n = read(STDIN_FILENO, in.bytes + in.len,
			 sizeof(in.bytes) - in.len);
		if (n > 0) {
			in.len += (size_t)n;
			respond_to_lines(&in);
		}
	} while (n > 0 || (n < 0 && errno == EINTR));
	if (in.skipping)
		puts("bad");
	else if (in.len > 0)
		respond(in.bytes, in.len);
	return n == 0 && fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
