/* SPDX-License-Identifier: Apache-2.0 */
#include "host/bench/work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/alloc.h"
#include "host/base/clock.h"
#include "host/base/file.h"
#include "host/base/hex.h"
#include "host/cli/client.h"
#include "host/cli/payment.h"
#include "host/net/json_out.h"
#include "trusted/base/check.h"
#include "trusted/policy/userop.h"

#define CHAIN_ID 31337
#define SHOWN_MAX 512 /* bytes of what the node refused with */

enum vch_err vch_bench_open(struct vch_bench *bench, const char *address,
			    uint16_t port, const char *token_file,
			    uint32_t connections)
{
	struct vch_buf text = vch_buf(sizeof(bench->token) - 1);
	enum vch_err err;

	memset(bench, 0, sizeof(*bench));
	err = vch_file_read(&text, token_file);
	if (err == VCH_OK)
		memcpy(bench->token, text.ptr, text.len);
	vch_buf_free(&text);
	VCH_TRY(err);
	bench->token[strcspn(bench->token, "\r\n")] = '\0';
	bench->address = address;
	bench->port = port;
	bench->connections = connections;
	VCH_TRY(vch_demo_passkey_create(&bench->passkey, "localhost",
					"http://localhost:3000", false));
	return vch_pool_open(&bench->pool, address, port, connections);
}

void vch_bench_close(struct vch_bench *bench)
{
	if (bench->pool)
		vch_pool_close(bench->pool);
	for (size_t i = 0; i < bench->request_cnt; i++)
		free((void *)(uintptr_t)bench->request[i].ptr);
	free(bench->request);
	free(bench->key);
	free(bench->account);
}

static void put_call(struct vch_buf *out, const char *method,
		     struct vch_span params)
{
	vch_json_open(out, NULL, '{');
	vch_json_put_str(out, "jsonrpc", "2.0");
	vch_json_put_number(out, "id", 1);
	vch_json_put_str(out, "method", method);
	vch_json_put_json(out, "params", (const char *)params.ptr, params.len);
	vch_json_close(out, '}');
}

/* The whole HTTP request; takes the body. */
static struct vch_span http(const struct vch_bench *bench, struct vch_buf *body)
{
	struct vch_buf out = vch_buf(1u << 20);

	vch_buf_printf(&out,
		       "POST / HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
		       "Authorization: Bearer %s\r\n"
		       "Content-Type: application/json\r\n"
		       "Content-Length: %zu\r\n\r\n",
		       bench->port, bench->token, body->len);
	vch_buf_add(&out, body->ptr, body->len);
	VCH_CHECK(!body->bad && !out.bad);
	vch_buf_free(body);
	return vch_buf_span(&out);
}

struct vch_span vch_bench_http(const struct vch_bench *bench,
			       const char *method, struct vch_span params)
{
	struct vch_buf body = vch_json_out();

	put_call(&body, method, params);
	return http(bench, &body);
}

/* ---- accounts ----------------------------------------------------------- */

/* One request, again and again. */
struct repeat {
	struct vch_bench *bench;
	struct vch_span request;
	size_t asked;
	size_t cnt;
	vch_bench_take_fn *take;
};

static bool next_same(void *ctx, size_t *ret_id, struct vch_span *ret)
{
	struct repeat *r = ctx;

	if (r->asked == r->cnt)
		return false;
	*ret_id = r->asked++;
	*ret = r->request;
	return true;
}

static enum vch_err take_same(void *ctx, size_t id, struct vch_span body)
{
	struct repeat *r = ctx;

	(void)id;
	return r->take(r->bench, body);
}

enum vch_err vch_bench_repeat(struct vch_bench *bench, const char *method,
			      struct vch_span params, size_t cnt,
			      vch_bench_take_fn *take)
{
	struct repeat r = {.bench = bench, .cnt = cnt, .take = take};
	const struct vch_pool_work work = {next_same, take_same, &r};
	enum vch_err err;

	r.request = vch_bench_http(bench, method, params);
	err = vch_pool_run(bench->pool, &work);
	free((void *)(uintptr_t)r.request.ptr);
	return err;
}

bool vch_bench_find(uint8_t *ret, size_t len, struct vch_span body,
		    const char *key)
{
	const char *at = strstr((const char *)body.ptr, key);
	char hex[2 + 2 * 32 + 1] = "0x";

	VCH_CHECK(len <= 32);
	if (!at || strlen(at) < strlen(key) + 2 * len)
		return false;
	memcpy(hex + 2, at + strlen(key), 2 * len);
	return vch_hex_read(ret, len, hex) == VCH_OK;
}

enum vch_err vch_bench_refused(struct vch_span body)
{
	fprintf(stderr, "the node refused: %.*s\n",
		(int)(body.len < SHOWN_MAX ? body.len : SHOWN_MAX),
		(const char *)body.ptr);
	return VCH_INTERNAL;
}

static enum vch_err take_account(struct vch_bench *bench, struct vch_span body)
{
	struct vch_wallet_account *a = &bench->account[bench->account_cnt];

	if (!vch_bench_find(a->address, 20, body, "\"address\":\"0x") ||
	    !vch_bench_find(a->cosigner, 20, body, "\"cosigner\":\"0x"))
		return vch_bench_refused(body);
	a->at.chain_id = CHAIN_ID;
	memcpy(a->at.entry_point, vch_entry_point, 20);
	bench->account_cnt++;
	return VCH_OK;
}

static void put_params(struct vch_buf *out, const struct vch_bench *bench)
{
	static const uint8_t factory[20] = {0xfa}, implementation[20] = {0x1a};
	struct vch_passkey own;

	vch_demo_passkey_public(&own, &bench->passkey);
	vch_json_open(out, NULL, '{');
	vch_json_open(out, "passkey", '{');
	vch_json_put_hex(out, "x", own.x, 32);
	vch_json_put_hex(out, "y", own.y, 32);
	vch_json_put_hex(out, "rpIdHash", own.rp_id_hash, 32);
	vch_json_close(out, '}');
	vch_json_open(out, "origins", '[');
	vch_json_put_str(out, NULL, bench->passkey.origin);
	vch_json_close(out, ']');
	vch_json_open(out, "networks", '[');
	vch_json_open(out, NULL, '{');
	vch_json_put_quantity(out, "chainId", CHAIN_ID);
	vch_json_put_hex(out, "entryPoint", vch_entry_point, 20);
	vch_json_close(out, '}');
	vch_json_close(out, ']');
	vch_json_put_hex(out, "factory", factory, 20);
	vch_json_put_hex(out, "implementation", implementation, 20);
	vch_json_close(out, '}');
}

enum vch_err vch_bench_accounts(struct vch_bench *bench, size_t cnt)
{
	struct vch_buf params = vch_json_out();
	enum vch_err err;

	VCH_CHECK(bench->account_cnt == 0 && cnt <= VCH_BENCH_ACCOUNTS_MAX);
	bench->account = vch_alloc(cnt, sizeof(*bench->account));
	put_params(&params, bench);
	err = vch_bench_repeat(bench, "vouch_createAccount",
			       vch_buf_span(&params), cnt, take_account);
	vch_buf_free(&params);
	return err;
}

/* ---- operations --------------------------------------------------------- */

/* The number-th operation there ever was: an account's next one. */
static enum vch_err make_operation(yyjson_mut_doc *doc, yyjson_mut_val **ret,
				   struct vch_bench *bench, size_t number)
{
	struct vch_passkey own;
	struct vch_payment_plan plan = {
		.account = &bench->account[number % bench->account_cnt],
		.payments = {{.to = {0xbe, 0xef}, .wei = 1}},
		.payment_cnt = 1,
		.fees = {.max_fee = 1, .tip = 1},
		.valid_until = vch_payment_valid_until(vch_clock_wall_s()),
	};
	struct vch_demo_assertion assertion;
	struct vch_payment_op op;

	vch_store_be64(plan.nonce + 24, number / bench->account_cnt);
	vch_demo_passkey_public(&own, &bench->passkey);
	VCH_TRY(vch_payment_build(&op, &plan, &own));
	VCH_TRY(vch_demo_passkey_assert(&bench->passkey, &assertion, op.hash));
	*ret = vch_cosign_params(doc, plan.account, &op, &assertion.assertion);
	return VCH_OK;
}

/* One call, or an array of them. */
static enum vch_err make_request(struct vch_bench *bench, size_t idx)
{
	struct vch_buf body = vch_json_out();

	if (bench->each > 1)
		vch_json_open(&body, NULL, '[');
	for (size_t i = 0; i < bench->each; i++) {
		yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
		yyjson_mut_val *params;
		size_t len;
		char *text;

		VCH_TRY(make_operation(doc, &params, bench,
				       idx * bench->each + i));
		text = yyjson_mut_val_write(params, 0, &len);
		VCH_CHECK(text);
		put_call(&body, "vouch_cosign", vch_span(text, len));
		free(text);
		yyjson_mut_doc_free(doc);
	}
	if (bench->each > 1)
		vch_json_close(&body, ']');
	bench->request[idx] = http(bench, &body);
	return VCH_OK;
}

void vch_bench_requests_begin(struct vch_bench *bench, size_t cnt, size_t each)
{
	VCH_CHECK(bench->request_cnt == 0 && cnt <= VCH_BENCH_REQUESTS_MAX &&
		  each > 0 && each <= VCH_BENCH_EACH_MAX);
	bench->request = vch_alloc(cnt, sizeof(*bench->request));
	bench->each = each;
}

enum vch_err vch_bench_requests(struct vch_bench *bench, size_t cnt,
				size_t each)
{
	VCH_CHECK(bench->account_cnt > 0);
	vch_bench_requests_begin(bench, cnt, each);
	for (size_t i = 0; i < cnt; i++) {
		VCH_TRY(make_request(bench, bench->request_cnt));
		bench->request_cnt++;
	}
	/* the node has closed those that were idle for so long */
	vch_pool_close(bench->pool);
	bench->pool = NULL;
	return vch_pool_open(&bench->pool, bench->address, bench->port,
			     bench->connections);
}

struct sending {
	struct vch_bench *bench;
	size_t first;
	size_t asked;
	size_t cnt;
	uint64_t *ns;
	uint64_t began;
};

static bool next_request(void *ctx, size_t *ret_id, struct vch_span *ret)
{
	struct sending *c = ctx;

	if (c->asked == c->cnt)
		return false;
	*ret_id = c->asked++;
	*ret = c->bench->request[(c->first + *ret_id) % c->bench->request_cnt];
	if (c->ns)
		c->began = vch_clock_ns();
	return true;
}

/* Every signature that was asked for is there, and no error. */
static enum vch_err take_answer(void *ctx, size_t id, struct vch_span body)
{
	static const char signature[] = "\"signature\":\"0x";
	const char *text = (const char *)body.ptr; /* a zero stands behind */
	struct sending *c = ctx;
	size_t cnt = 0;

	if (c->ns)
		c->ns[id] = vch_clock_ns() - c->began;
	for (const char *at = text; (at = strstr(at, signature)); at++)
		cnt++;
	if (cnt != c->bench->each || strstr(text, "\"error\""))
		return vch_bench_refused(body);
	return VCH_OK;
}

enum vch_err vch_bench_send(struct vch_bench *bench, size_t first, size_t cnt,
			    uint64_t *ret_ns)
{
	struct sending c = {
		.bench = bench, .first = first, .cnt = cnt, .ns = ret_ns};
	const struct vch_pool_work work = {next_request, take_answer, &c};

	return vch_pool_run(bench->pool, &work);
}
