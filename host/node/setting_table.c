/* SPDX-License-Identifier: Apache-2.0 */
/* The table of settings; settings.h says what comes from it. */
#include <stddef.h>

#include "host/node/settings.h"

#define S(us) ((us) * 1000000ull)
#define AT(member) offsetof(struct vch_settings, member)
#define COUNT_MAX 1000000

const struct vch_setting_info vch_setting_table[VCH_SET_CNT] = {
	[VCH_SET_DATA] = {"node", "data", "data", 'd', "DIR", VCH_TYPE_PATH,
			  AT(data), 1, 0, "~/.vouch/node",
			  "log, sealed keys, first token; the folder to back "
			  "up"},
	[VCH_SET_SECURE] = {"node", "secure", "secure", 's', "DIR",
			    VCH_TYPE_PATH, AT(secure), 1, 0, "~/.vouch/tee",
			    "the emulated TEE's own device; kept out of "
			    "backups, so not inside data"},
	[VCH_SET_TOKENS] = {"node", "tokens", "tokens", 0, "FILE",
			    VCH_TYPE_PATH, AT(tokens), 0, 0, "",
			    "the hashed tokens of `vouch token`; empty: "
			    "tokens in data; read anew on SIGHUP"},
	[VCH_SET_LOG_LEVEL] = {"node", "log_level", "log-level", 0, "LEVEL",
			       VCH_TYPE_LEVEL, AT(level), 0, 0, "info",
			       "what is told on stderr: debug, info, warn or "
			       "error"},
	[VCH_SET_LISTEN] = {"server", "listen", "listen", 'l', "ADDRESS:PORT",
			    VCH_TYPE_ADDRESS, AT(rpc), 0, 0, "127.0.0.1:3000",
			    "JSON-RPC; port 0: any that is free"},
	[VCH_SET_OPERATOR] = {"server", "operator", "operator", 'o',
			      "ADDRESS:PORT", VCH_TYPE_ADDRESS, AT(operator), 0,
			      0, "127.0.0.1:9000",
			      "/health and /metrics; never behind TLS, so keep "
			      "it at home"},
	[VCH_SET_UNIX] = {"server", "unix", "unix", 'u', "PATH", VCH_TYPE_PATH,
			  AT(unix_path), 0, 0, "",
			  "JSON-RPC on a Unix socket too, where vouchd's own "
			  "user needs no token; empty: none"},
	[VCH_SET_UNIX_USERS] = {"server", "unix_users", "unix-user", 0, "USER",
				VCH_TYPE_LIST, AT(unix_users), 0, 0, "",
				"users (names or numbers, up to four) who need "
				"no token on the Unix socket"},
	[VCH_SET_NAMES] = {"server", "names", "name", 'n', "NAME[:PORT]",
			   VCH_TYPE_LIST, AT(names), 0, 0, "",
			   "Host names to answer to besides the addresses; up "
			   "to four"},
	[VCH_SET_REMOTE] = {"server", "allow_remote_emulated",
			    "allow-remote-emulated", 0, NULL, VCH_TYPE_BOOL,
			    AT(allow_remote_emulated), 0, 0, "false",
			    "listen beyond this machine although the TEE is "
			    "only emulated"},
	[VCH_SET_CERTIFICATE] = {"tls", "certificate", "tls-certificate", 0,
				 "FILE", VCH_TYPE_PATH, AT(certificate), 0, 0,
				 "",
				 "certificate and its chain in PEM: `listen` "
				 "then speaks TLS only"},
	[VCH_SET_KEY] = {"tls", "key", "tls-key", 0, "FILE", VCH_TYPE_PATH,
			 AT(key), 0, 0, "",
			 "its private key in PEM, a file of mode 0600"},
	[VCH_SET_CONNECTIONS] = {"limits", "connections", "connections", 0, "N",
				 VCH_TYPE_NUMBER, AT(connections), 1, 65536,
				 "1024", "open connections, in all"},
	[VCH_SET_PER_ADDRESS] = {"limits", "connections_per_address",
				 "connections-per-address", 0, "N",
				 VCH_TYPE_NUMBER, AT(per_address), 0, 65536,
				 "256", "and of one address; 0: no limit"},
	[VCH_SET_REQUEST_TIME] = {"limits", "request_time", "request-time", 0,
				  "TIME", VCH_TYPE_DURATION, AT(request_us),
				  S(1), S(600), "10s",
				  "for one whole request to arrive, and for "
				  "its answer to be taken"},
	[VCH_SET_IDLE_TIME] = {"limits", "idle_time", "idle-time", 0, "TIME",
			       VCH_TYPE_DURATION, AT(idle_us), S(1), S(600),
			       "10s", "between two requests of a connection"},
	[VCH_SET_RATE_TOKEN] = {"limits", "rate_token", "rate-token", 0, "N",
				VCH_TYPE_NUMBER, AT(rate_token), 0, COUNT_MAX,
				"0",
				"calls a second with one token, or of one user "
				"on the Unix socket; 0: no limit"},
	[VCH_SET_RATE_ADDRESS] = {"limits", "rate_address", "rate-address", 0,
				  "N", VCH_TYPE_NUMBER, AT(rate_address), 0,
				  COUNT_MAX, "1000",
				  "calls a second without a token, of one "
				  "address; 0: no limit"},
	[VCH_SET_ETH_RPC] = {"chain", "rpc", "eth-rpc", 0, "URL", VCH_TYPE_PATH,
			     AT(eth_rpc), 0, 0, "",
			     "the Ethereum node behind eth_sendTransaction and "
			     "all methods of eth_, net_ and web3_ that are not "
			     "vouchd's own; empty: none"},
	[VCH_SET_PROGRAM] = {"tee", "program", "tee", 't', "PATH",
			     VCH_TYPE_PATH, AT(tee), 0, 0, "",
			     "the program vouch-tee; empty: beside vouchd"},
	[VCH_SET_SESSIONS] = {"tee", "sessions", "workers", 0, "N",
			      VCH_TYPE_NUMBER, AT(sessions), 0, 64, "0",
			      "instances of the TEE that share the accounts; "
			      "0: as many as cores"},
	[VCH_SET_WINDOW] = {"tee", "counter_window", "counter-window", 0,
			    "SECONDS", VCH_TYPE_PATH, AT(window), 1, 0, "1",
			    "bump the counter that tells an older log at most "
			    "so often; 0: before each answer; never: not at "
			    "all"},
	[VCH_SET_QUEUE] = {"tee", "queue", "queue", 0, "N", VCH_TYPE_NUMBER,
			   AT(queue), 1, COUNT_MAX, "4096",
			   "calls that may wait for each instance; beyond it: "
			   "OVERLOADED"},
	[VCH_SET_DEADLINE] = {"tee", "deadline", "deadline", 0, "TIME",
			      VCH_TYPE_DURATION, AT(deadline_us), 1000, S(20),
			      "10s",
			      "how long a call may wait for the TEE; then "
			      "TIMEOUT"},
	[VCH_SET_BATCH_SIZE] = {"tee", "batch_size", "batch-size", 0, "N",
				VCH_TYPE_NUMBER, AT(batch_size), 1, 64, "64",
				"most operations in one invocation and one "
				"write of the log"},
	[VCH_SET_BATCH_TIMEOUT] =
		{"tee", "batch_timeout", "batch-timeout", 0, "TIME",
		 VCH_TYPE_DURATION, AT(batch_us), 0, S(1), "1ms",
		 "while calls come together: how long to wait at most for as "
		 "many as a moment ago; a lone call never waits"},
	[VCH_SET_SESSION_TIMEOUT] =
		{"tee", "session_timeout", "session-timeout", 0, "TIME",
		 VCH_TYPE_DURATION, AT(session_us), 10000, S(60), "10s",
		 "how long one invocation may take before "
		 "the TEE is ended and started anew"},
	[VCH_SET_MAX_RETRIES] =
		{"tee", "max_retries", "max-retries", 0, "N", VCH_TYPE_NUMBER,
		 AT(max_retries), 0, 10, "1",
		 "how often a call whose TEE went away is given "
		 "to the next; then TEE_LOST"},
	[VCH_SET_SNAPSHOTS] =
		{"tee", "snapshot_records", "snapshot-records", 0, "N",
		 VCH_TYPE_NUMBER, AT(snapshot_records), 0, COUNT_MAX, "100000",
		 "records of the log after which every account has a new "
		 "snapshot beside it, so that a start need not replay more; "
		 "0: never"},
};
