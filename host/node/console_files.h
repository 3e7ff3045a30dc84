/* SPDX-License-Identifier: Apache-2.0 */
/* The files of web/console, as they were when this was built. */
#ifndef HOST_NODE_CONSOLE_FILES_H
#define HOST_NODE_CONSOLE_FILES_H

#include "trusted/base/bytes.h"

/* Quotes, 16 digits of the content's SHA-256, zero. */
#define VCH_ETAG_MAX 20

struct vch_console_file {
	struct vch_span content;
	char etag[VCH_ETAG_MAX];
};

enum vch_console_name {
	VCH_CONSOLE_HTML,
	VCH_CONSOLE_CSS,
	VCH_CONSOLE_JS,
	VCH_CONSOLE_ICON,
	VCH_CONSOLE_FILE_CNT,
};

/* Lives as long as the program. Thread-safe. */
const struct vch_console_file *vch_console_file(enum vch_console_name name);

#endif
