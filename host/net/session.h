/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions of the console page. Whoever shows a token once gets a cookie with
 * 32 random bytes as 64 hex digits; the server keeps its SHA-256 only, in
 * memory: a restart ends all sessions. A session may look, never sign.
 * Thread-safe; the time is an argument, in nanoseconds of vch_clock_ns.
 */
#ifndef HOST_NET_SESSION_H
#define HOST_NET_SESSION_H

#include "trusted/base/bytes.h"

/* One more ends the one that began first. */
#define VCH_SESSIONS_MAX 32
#define VCH_SESSION_S (12 * 3600)
#define VCH_SESSION_DIGITS 64

struct vch_sessions;

/* No session yet. */
struct vch_sessions *vch_sessions_new(void);
void vch_sessions_free(struct vch_sessions *sessions);

/* Secret: writes VCH_SESSION_DIGITS digits and a zero. VCH_ENTROPY. */
VCH_MUST enum vch_err vch_session_begin(struct vch_sessions *sessions,
					char *ret_secret, uint64_t now_ns);

/* The number, not secret, of the living session with that text; 0: none. */
uint64_t vch_session_find(struct vch_sessions *sessions, struct vch_span secret,
			  uint64_t now_ns);

/* True while session `number` lives. */
bool vch_session_lives(struct vch_sessions *sessions, uint64_t number,
		       uint64_t now_ns);

/* Ends session `number`, if it lives; or all of them. */
void vch_session_end(struct vch_sessions *sessions, uint64_t number);
void vch_sessions_end(struct vch_sessions *sessions);

/*
 * The value of cookie `name` in a Cookie header (RFC 6265, section 4.2);
 * empty if header is NULL, it is not in it, or it is in it twice.
 */
struct vch_span vch_cookie_find(const char *header, const char *name);

#endif
