/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/console_files.h"

#include <pthread.h>
#include <stdio.h>

#include "host/base/hex.h"
#include "trusted/crypto/sha256.h"

/* The assembler copies the file in: no generator, no second form of it. */
#define FILE_BYTES(name, path)                                                 \
	__asm__(".pushsection .rodata\n" #name "_begin:\n"                     \
		".incbin \"" path "\"\n" #name "_end:\n.popsection\n");        \
	extern const uint8_t name##_begin[];                                   \
	extern const uint8_t name##_end[]

FILE_BYTES(vch_console_html, "web/console/index.html");
FILE_BYTES(vch_console_css, "web/console/console.css");
FILE_BYTES(vch_console_js, "web/console/console.js");
FILE_BYTES(vch_console_icon, "web/console/icon.svg");

static struct vch_console_file files[VCH_CONSOLE_FILE_CNT];

static void fill(struct vch_console_file *file, const uint8_t *begin,
		 const uint8_t *end)
{
	uint8_t hash[32];
	char digits[17];

	file->content = vch_span(begin, (size_t)(end - begin));
	vch_sha256_hash(hash, file->content);
	vch_hex_write_plain(digits, vch_span(hash, 8));
	snprintf(file->etag, sizeof(file->etag), "\"%s\"", digits);
}

static void fill_all(void)
{
	fill(&files[VCH_CONSOLE_HTML], vch_console_html_begin,
	     vch_console_html_end);
	fill(&files[VCH_CONSOLE_CSS], vch_console_css_begin,
	     vch_console_css_end);
	fill(&files[VCH_CONSOLE_JS], vch_console_js_begin, vch_console_js_end);
	fill(&files[VCH_CONSOLE_ICON], vch_console_icon_begin,
	     vch_console_icon_end);
}

const struct vch_console_file *vch_console_file(enum vch_console_name name)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, fill_all);
	return &files[name];
}
