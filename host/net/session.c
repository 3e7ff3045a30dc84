/* SPDX-License-Identifier: Apache-2.0 */
#include "host/net/session.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "host/base/alloc.h"
#include "host/base/clock.h"
#include "host/base/hex.h"
#include "trusted/base/ct.h"
#include "trusted/base/wipe.h"
#include "trusted/crypto/sha256.h"

#define ID_BYTES (VCH_SESSION_DIGITS / 2)

struct session {
	uint64_t number; /* 0: free */
	uint64_t end_ns;
	uint8_t hash[32];
};

struct vch_sessions {
	pthread_mutex_t mutex;
	uint64_t last_number;
	struct session slots[VCH_SESSIONS_MAX];
};

struct vch_session_id {
	uint8_t secret_bytes[ID_BYTES];
};
VCH_SECRET(session_id)

struct vch_sessions *vch_sessions_new(void)
{
	struct vch_sessions *sessions = vch_alloc(1, sizeof(*sessions));

	pthread_mutex_init(&sessions->mutex, NULL);
	return sessions;
}

void vch_sessions_free(struct vch_sessions *sessions)
{
	pthread_mutex_destroy(&sessions->mutex);
	free(sessions);
}

static bool lives(const struct session *s, uint64_t now_ns)
{
	return s->number != 0 && s->end_ns > now_ns;
}

/* A free place, or that of the one that began first. */
static struct session *place(struct vch_sessions *sessions, uint64_t now_ns)
{
	struct session *best = &sessions->slots[0];

	for (size_t i = 0; i < VCH_SESSIONS_MAX; i++) {
		struct session *s = &sessions->slots[i];

		if (!lives(s, now_ns))
			return s;
		if (s->number < best->number)
			best = s;
	}
	return best;
}

enum vch_err vch_session_begin(struct vch_sessions *sessions, char *ret_secret,
			       uint64_t now_ns)
{
	VCH_AUTO(session_id) id;
	struct vch_span text = vch_span(ret_secret, VCH_SESSION_DIGITS);
	struct session *s;

	if (getrandom(id.secret_bytes, ID_BYTES, 0) != ID_BYTES)
		return VCH_ENTROPY;
	vch_hex_write_plain(ret_secret, vch_span(id.secret_bytes, ID_BYTES));
	pthread_mutex_lock(&sessions->mutex);
	s = place(sessions, now_ns);
	s->number = ++sessions->last_number;
	s->end_ns = now_ns + VCH_SESSION_S * (uint64_t)VCH_NS_PER_S;
	vch_sha256_hash(s->hash, text);
	pthread_mutex_unlock(&sessions->mutex);
	return VCH_OK;
}

uint64_t vch_session_find(struct vch_sessions *sessions, struct vch_span secret,
			  uint64_t now_ns)
{
	uint64_t number = 0;
	uint8_t hash[32];

	if (secret.len != VCH_SESSION_DIGITS)
		return 0;
	vch_sha256_hash(hash, secret);
	pthread_mutex_lock(&sessions->mutex);
	for (size_t i = 0; i < VCH_SESSIONS_MAX; i++) {
		const struct session *s = &sessions->slots[i];

		if (lives(s, now_ns) &&
		    vch_ct_equal(hash, s->hash, sizeof(hash)))
			number = s->number;
	}
	pthread_mutex_unlock(&sessions->mutex);
	return number;
}

/* The caller holds the mutex. */
static struct session *by_number(struct vch_sessions *sessions, uint64_t number)
{
	for (size_t i = 0; i < VCH_SESSIONS_MAX; i++)
		if (number != 0 && sessions->slots[i].number == number)
			return &sessions->slots[i];
	return NULL;
}

bool vch_session_lives(struct vch_sessions *sessions, uint64_t number,
		       uint64_t now_ns)
{
	const struct session *s;
	bool is;

	pthread_mutex_lock(&sessions->mutex);
	s = by_number(sessions, number);
	is = s && lives(s, now_ns);
	pthread_mutex_unlock(&sessions->mutex);
	return is;
}

void vch_session_end(struct vch_sessions *sessions, uint64_t number)
{
	struct session *s;

	pthread_mutex_lock(&sessions->mutex);
	s = by_number(sessions, number);
	if (s)
		memset(s, 0, sizeof(*s));
	pthread_mutex_unlock(&sessions->mutex);
}

void vch_sessions_end(struct vch_sessions *sessions)
{
	pthread_mutex_lock(&sessions->mutex);
	memset(sessions->slots, 0, sizeof(sessions->slots));
	pthread_mutex_unlock(&sessions->mutex);
}

struct vch_span vch_cookie_find(const char *header, const char *name)
{
	struct vch_span found = vch_span("", 0);
	size_t name_len = strlen(name);
	bool seen = false;

	while (header && *header) {
		size_t len;

		header += strspn(header, "; \t");
		len = strcspn(header, ";");
		if (strncmp(header, name, name_len) == 0 &&
		    header[name_len] == '=') {
			if (seen)
				return vch_span("", 0);
			seen = true;
			found = vch_span(header + name_len + 1,
					 len - name_len - 1);
		}
		header += len;
	}
	while (found.len > 0 && (found.ptr[found.len - 1] == ' ' ||
				 found.ptr[found.len - 1] == '\t'))
		found.len--;
	return found;
}
