/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads one JSON object as a straight list of members with one check at the
 * end. Every member must be taken: one that nobody took, or that stands
 * twice, is a fault, so unknown members are refused by name.
 *
 *	struct vch_json_in in = vch_json_in(params, "params", &fault);
 *	vch_json_get_bytes(&in, "address", address, 20);
 *	VCH_TRY(vch_json_end(&in));
 *
 * The first fault stays; a getter that finds one yields zeros. Numbers may
 * be quantities ("0x1f", no leading zeros) or plain JSON integers; the
 * document must have been read with YYJSON_READ_NUMBER_AS_RAW.
 */
#ifndef HOST_NET_JSON_IN_H
#define HOST_NET_JSON_IN_H

#include <yyjson.h>

#include "trusted/base/bytes.h"

#define VCH_JSON_MEMBERS_MAX 24
#define VCH_JSON_DETAIL_MAX 160

/* What was wrong first and where: "params.to: want 20 bytes, 0x-hex". */
struct vch_json_fault {
	bool bad;
	char detail[VCH_JSON_DETAIL_MAX];
};

struct vch_json_in {
	yyjson_val *obj; /* NULL: an object without members */
	const char *name;
	const struct vch_json_in *parent; /* for the path; may be NULL */
	int index;			  /* in an array, or -1 */
	struct vch_json_fault *fault;
	const char *taken[VCH_JSON_MEMBERS_MAX];
	uint8_t taken_cnt;
	uint8_t present_cnt; /* of the taken */
};

/* Begins to read obj; name is what a fault calls it. */
struct vch_json_in vch_json_in(yyjson_val *obj, const char *name,
			       struct vch_json_fault *fault);

/* True if the member is there and not null. Does not take it. */
bool vch_json_has(const struct vch_json_in *in, const char *key);
/* Takes a member whatever it holds. */
void vch_json_ignore(struct vch_json_in *in, const char *key);

/* Exactly len bytes as 0x-hex. */
void vch_json_get_bytes(struct vch_json_in *in, const char *key, uint8_t *ret,
			size_t len);
/* At most cap bytes as 0x-hex, stored in buf; the view is into buf. */
struct vch_span vch_json_get_hex(struct vch_json_in *in, const char *key,
				 uint8_t *buf, size_t cap);
/* A number of at most max. */
uint64_t vch_json_get_u64(struct vch_json_in *in, const char *key,
			  uint64_t max);
/* true or false. */
bool vch_json_get_bool(struct vch_json_in *in, const char *key);
/* A number below 2^(8 len), len ≤ 32, big-endian. */
void vch_json_get_uint(struct vch_json_in *in, const char *key, uint8_t *ret,
		       size_t len);
/* The index of a string among cnt words, or what is wrong with it. */
uint8_t vch_json_get_word(struct vch_json_in *in, const char *key,
			  const char *const *words, uint8_t cnt);
/* A string of at most max bytes; the view is into the document. */
struct vch_span vch_json_get_text(struct vch_json_in *in, const char *key,
				  size_t max);

/* An object inside this one; it must not outlive `in`. */
struct vch_json_in vch_json_get_object(struct vch_json_in *in, const char *key);

/* An array of at most max elements. */
struct vch_json_list {
	yyjson_val *array;
	const char *name;
	const struct vch_json_in *in;
	size_t cnt;
};
struct vch_json_list vch_json_get_list(struct vch_json_in *in, const char *key,
				       size_t max);
/* Its element idx < cnt. */
struct vch_json_in vch_json_list_object(const struct vch_json_list *list,
					size_t idx);
struct vch_span vch_json_list_text(const struct vch_json_list *list, size_t idx,
				   size_t max);

/* A number of at most max at idx. */
uint64_t vch_json_list_u64(const struct vch_json_list *list, size_t idx,
			   uint64_t max);

/* Exactly len bytes as 0x-hex at idx. */
void vch_json_list_bytes(const struct vch_json_list *list, size_t idx,
			 uint8_t *ret, size_t len);

/* Notes a fault of a member that the caller found. */
void vch_json_fail(struct vch_json_in *in, const char *key, const char *what);

/* VCH_ARGUMENT if there was a fault or a member is left. */
VCH_MUST enum vch_err vch_json_end(struct vch_json_in *in);

#endif
