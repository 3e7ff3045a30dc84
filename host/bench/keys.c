/* SPDX-License-Identifier: Apache-2.0 */
#include "host/bench/keys.h"

#include <string.h>

#include "host/base/alloc.h"
#include "host/net/json_out.h"
#include "trusted/base/check.h"
#include "trusted/crypto/sha256.h"

static enum vch_err take_key(struct vch_bench *bench, struct vch_span body)
{
	if (!vch_bench_find(bench->key[bench->key_cnt], 20, body,
			    "\"key\":\"0x"))
		return vch_bench_refused(body);
	bench->key_cnt++;
	return VCH_OK;
}

enum vch_err vch_bench_keys(struct vch_bench *bench, size_t cnt)
{
	static const char params[] = "{\"purpose\":\"raw\"}";

	VCH_CHECK(bench->key_cnt + cnt <= VCH_BENCH_KEYS_MAX);
	bench->key = vch_realloc(bench->key,
				 (bench->key_cnt + cnt) * sizeof(*bench->key));
	return vch_bench_repeat(bench, "kms_createKey",
				vch_span(params, strlen(params)), cnt,
				take_key);
}

/* {key, digest}, the number-th there ever was */
static void put_signing(struct vch_buf *out, const uint8_t key[20],
			uint64_t number)
{
	uint8_t digest[32];

	vch_sha256_hash(digest, vch_span(&number, sizeof(number)));
	vch_json_open(out, NULL, '{');
	vch_json_put_hex(out, "key", key, 20);
	vch_json_put_hex(out, "digest", digest, sizeof(digest));
	vch_json_close(out, '}');
}

void vch_bench_signings(struct vch_bench *bench, size_t cnt, size_t each)
{
	VCH_CHECK(bench->key_cnt > 0);
	vch_bench_requests_begin(bench, cnt, each);
	for (size_t i = 0; i < cnt; i++) {
		const uint8_t *key = bench->key[i % bench->key_cnt];
		struct vch_buf params = vch_json_out();

		if (each > 1) {
			vch_json_open(&params, NULL, '{');
			vch_json_open(&params, "requests", '[');
		}
		for (size_t k = 0; k < each; k++)
			put_signing(&params, key, i * each + k);
		if (each > 1) {
			vch_json_close(&params, ']');
			vch_json_close(&params, '}');
		}
		bench->request[bench->request_cnt++] = vch_bench_http(
			bench, each > 1 ? "kms_signBatch" : "kms_sign",
			vch_buf_span(&params));
		vch_buf_free(&params);
	}
}
