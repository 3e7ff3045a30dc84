/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of vouchd. */
#ifndef HOST_NODE_OPTIONS_H
#define HOST_NODE_OPTIONS_H

#include "host/base/file.h"
#include "host/base/logline.h"
#include "host/net/address.h"
#include "host/net/doors.h"

struct vch_options {
	char data[VCH_PATH_MAX];
	char secure[VCH_PATH_MAX];
	char tee[VCH_PATH_MAX];
	struct vch_address rpc;
	struct vch_address operator;
	const char *names[VCH_DOOR_NAMES_MAX]; /* more Host names */
	uint8_t name_cnt;
	uint8_t workers;
	const char *eth_rpc; /* NULL: none */
	uint32_t request_s;
	uint16_t window_s; /* of the counter */
	bool window_given;
	enum vch_level level;
	bool check;
	bool topology;
	bool allow_remote_emulated;
};

/*
 * Reads the command line; prints help or what is wrong and exits (status 2)
 * by itself. The paths in *ret are absolute, links resolved as far as they
 * exist; nothing is made yet.
 */
void vch_options_parse(struct vch_options *ret, int argc, char **argv);

/* True if inner is outer or lies in it; both absolute. */
bool vch_path_is_inside(const char *inner, const char *outer);

#endif
