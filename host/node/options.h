/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of vouchd: the settings of settings.h and what to do. */
#ifndef HOST_NODE_OPTIONS_H
#define HOST_NODE_OPTIONS_H

#include "host/node/settings.h"

enum vch_options_print {
	VCH_PRINT_NOTHING,
	VCH_PRINT_CONFIG,
	VCH_PRINT_OPENRPC,
	VCH_PRINT_MAN,
	VCH_PRINT_MAN_CONFIG,
	VCH_PRINT_TOPOLOGY,
};

struct vch_options {
	struct vch_settings settings;
	bool check;
	enum vch_options_print print;
};

/*
 * Reads the command line, the file it names and the environment; prints help
 * or what is wrong and exits (status 2) by itself. The paths in *ret are
 * absolute, links resolved as far as they exist; nothing is made yet. If
 * only something is to be printed, the settings stay at their defaults.
 */
void vch_options_parse(struct vch_options *ret, int argc, char **argv);

/* True if inner is outer or lies in it; both absolute. */
bool vch_path_is_inside(const char *inner, const char *outer);

/* The man page vouchd(8). */
void vch_options_print_man(FILE *to);

#endif
