/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/topology.h"

#define VOUCHD "vouchd"
#define TEE "vouch-tee"
#define BOTH "vouchd, vouch-tee"

const struct vch_place_info vch_places[VCH_PLACE_CNT] = {
	[VCH_PLACE_RPC] = {VOUCHD, "tcp", "127.0.0.1:3000",
			   "JSON-RPC, a token for whatever signs or changes; "
			   "the console, a session to look"},
	[VCH_PLACE_OPERATOR] = {VOUCHD, "tcp", "127.0.0.1:9000",
				"/health and /metrics; tells of no account"},
	[VCH_PLACE_ETH_RPC] = {VOUCHD, "tcp, outward", "--eth-rpc",
			       "the Ethereum node, if one is named"},
	[VCH_PLACE_UNIX] = {VOUCHD, "unix socket", "if --unix PATH",
			    "JSON-RPC; known users need no token"},
	[VCH_PLACE_TOKEN] = {VOUCHD, "file 0600", "token",
			     "the bearer token; vouchd keeps its hash only"},
	[VCH_PLACE_TOKENS] = {VOUCHD, "file 0600", "tokens",
			      "the hashes of more tokens, by `vouch token`"},
	[VCH_PLACE_READY] = {VOUCHD, "file 0600", "ready.json",
			     "where it listens and as whom, while it serves"},
	[VCH_PLACE_UPGRADE] = {VOUCHD, "file 0600", "upgrade",
			       "the hand-over to the next version, till it is "
			       "done"},
	[VCH_PLACE_LOG] = {VOUCHD, "folder 0700", "log",
			   "every decision; the one thing not to lose"},
	[VCH_PLACE_BLOBS] = {VOUCHD, "folder 0700", "blobs",
			     "sealed keys, which only the TEE can open"},
	[VCH_PLACE_SECURE] = {VOUCHD, "folder 0700", "~/.vouch/tee",
			      "the emulated device; never in a backup"},
	[VCH_PLACE_TEE_PROGRAM] = {VOUCHD, "program", "vouch-tee",
				   "started by vouchd, beside it unless --tee"},
	[VCH_PLACE_TEE_SOCKET] = {BOTH, "descriptor 3", "socket pair",
				  "one call at a time"},
	[VCH_PLACE_TEE_MEMORY] = {BOTH, "descriptor 4", "shared memory",
				  "request, answer, batch for the log"},
	[VCH_PLACE_TEE_SECRET] = {TEE, "descriptor 5",
				  "~/.vouch/tee/device.secret",
				  "what the keys of this device come from"},
	[VCH_PLACE_TEE_STORAGE] = {TEE, "descriptor 6", "~/.vouch/tee/storage",
				   "the small place that can be overwritten"},
};

void vch_topology_print(FILE *to)
{
	fprintf(to, "%-18s %-13s %-27s %s\n", "held by", "kind", "where",
		"what");
	for (int i = 0; i < VCH_PLACE_CNT; i++)
		fprintf(to, "%-18s %-13s %-27s %s\n", vch_places[i].holder,
			vch_places[i].kind, vch_places[i].where,
			vch_places[i].what);
	fprintf(to, "\nPaths without ~ are in the folder of --data, those with "
		    "it move with --secure.\n"
		    "vouch-tee holds nothing else: no file system, no "
		    "network.\n");
}
