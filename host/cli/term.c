/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/term.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/base/clock.h"
#include "host/base/hex.h"
#include "host/cli/payment.h"

#define TEXT_MAX VCH_HEX_SIZE(65)
#define TEXT_CNT 8

static bool coloured;

void vch_term_init(void)
{
	const char *no_color = getenv("NO_COLOR");

	coloured = isatty(STDOUT_FILENO) && isatty(STDERR_FILENO) &&
		   !(no_color && *no_color);
}

const char *vch_ink(enum vch_ink ink)
{
	static const char *const escape[] = {
		[VCH_INK_NONE] = "\033[0m",   [VCH_INK_GREEN] = "\033[32m",
		[VCH_INK_RED] = "\033[1;31m", [VCH_INK_DIM] = "\033[2m",
		[VCH_INK_BOLD] = "\033[1m",
	};

	return coloured ? escape[ink] : "";
}

/* One of a few texts in turn, so that one printf can show several. */
static char *next_text(void)
{
	static char text[TEXT_CNT][TEXT_MAX];
	static size_t at;

	return text[at++ % TEXT_CNT];
}

const char *vch_term_hex(struct vch_span in)
{
	char *text = next_text();

	if (in.len > 65)
		in.len = 65;
	vch_hex_write(text, in);
	return text;
}

const char *vch_term_short(struct vch_span in)
{
	char whole[TEXT_MAX];
	char *text = next_text();

	if (in.len > 65)
		in.len = 65;
	vch_hex_write(whole, in);
	if (in.len <= 6)
		snprintf(text, TEXT_MAX, "%s", whole);
	else
		snprintf(text, TEXT_MAX, "%.8s…%s", whole,
			 whole + strlen(whole) - 4);
	return text;
}

const char *vch_term_amount(vch_u128 wei)
{
	char *text = next_text();

	vch_amount_print(text, wei);
	return text;
}

void vch_term_clean(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
}

/* Columns a UTF-8 text takes, as long as no letter is wide. */
static int columns(const char *text)
{
	int cnt = 0;

	for (; *text; text++)
		cnt += ((unsigned char)*text & 0xc0) != 0x80;
	return cnt;
}

void vch_term_step(const char *what, const char *detail, uint64_t took_ns)
{
	int pad = 52 - columns(detail);

	printf("  %s✓%s %-26s %s", vch_ink(VCH_INK_GREEN),
	       vch_ink(VCH_INK_NONE), what, detail);
	if (took_ns)
		printf("%*s %s%5.1f ms%s", pad > 0 ? pad : 0, "",
		       vch_ink(VCH_INK_DIM), (double)took_ns / VCH_NS_PER_MS,
		       vch_ink(VCH_INK_NONE));
	putchar('\n');
	fflush(stdout);
}
