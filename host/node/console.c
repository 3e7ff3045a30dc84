/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/console.h"

#include <stdio.h>
#include <stdlib.h>

#include "host/base/alloc.h"
#include "host/base/clock.h"
#include "host/net/json_in.h"
#include "host/node/console_files.h"
#include "host/node/json_state.h"
#include "host/node/node.h"
#include "trusted/base/check.h"
#include "trusted/base/wipe.h"

#define COOKIE_FORMAT "%s=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%d%s"

#define SECURE "; Secure"

struct vch_session_secret {
	char secret_digits[VCH_SESSION_DIGITS + 1];
	char secret_cookie[200];
};
VCH_SECRET(session_secret)

/* --- the page ------------------------------------------------------------ */

static void serve_file(struct vch_http_request *req, enum vch_console_name name,
		       enum vch_http_type type)
{
	const struct vch_console_file *file = vch_console_file(name);

	vch_http_reply_fixed(req, type, file->content, file->etag);
}

void vch_console_page(void *node, struct vch_http_request *req)
{
	(void)node;
	serve_file(req, VCH_CONSOLE_HTML, VCH_HTTP_HTML);
}

void vch_console_style(void *node, struct vch_http_request *req)
{
	(void)node;
	serve_file(req, VCH_CONSOLE_CSS, VCH_HTTP_CSS);
}

void vch_console_script(void *node, struct vch_http_request *req)
{
	(void)node;
	serve_file(req, VCH_CONSOLE_JS, VCH_HTTP_JS);
}

void vch_console_icon(void *node, struct vch_http_request *req)
{
	(void)node;
	serve_file(req, VCH_CONSOLE_ICON, VCH_HTTP_SVG);
}

/* --- sessions ------------------------------------------------------------ */

void vch_console_cookie(char ret[VCH_CONSOLE_COOKIE_MAX], uint16_t port)
{
	snprintf(ret, VCH_CONSOLE_COOKIE_MAX, "vouch_%u", port);
}

static void reply_json(struct vch_http_request *req, struct vch_buf *out)
{
	if (out->bad) {
		vch_buf_free(out);
		vch_http_refuse(req, VCH_INTERNAL);
		return;
	}
	vch_http_reply(req, 200, VCH_HTTP_JSON, (char *)out->ptr, out->len);
}

static void reply_session(struct vch_http_request *req, bool is)
{
	struct vch_buf out = vch_json_out();

	vch_json_open(&out, NULL, '{');
	vch_json_put_bool(&out, "session", is);
	vch_json_close(&out, '}');
	reply_json(req, &out);
}

void vch_console_ask(void *node, struct vch_http_request *req)
{
	(void)node;
	reply_session(req, vch_http_session(req) != 0);
}

/* Takes {"token":"…"} of a body; VCH_JSON, VCH_ARGUMENT, VCH_TOKEN. */
static enum vch_err check_token(const struct vch_node *node,
				struct vch_http_request *req)
{
	struct vch_json_fault fault = {0};
	uint8_t key[VCH_RATE_KEY_LEN];
	struct vch_json_in in;
	struct vch_span token;
	enum vch_err err;
	yyjson_doc *doc;
	size_t len;
	char *body = vch_http_body(req, &len);

	doc = len > 0 ? yyjson_read(body, len, YYJSON_READ_NUMBER_AS_RAW)
		      : NULL;
	if (!doc || !yyjson_is_obj(yyjson_doc_get_root(doc))) {
		yyjson_doc_free(doc);
		return VCH_JSON;
	}
	in = vch_json_in(yyjson_doc_get_root(doc), "body", &fault);
	token = vch_json_get_text(&in, "token", VCH_TOKEN_TEXT_MAX);
	err = vch_json_end(&in);
	if (err == VCH_OK && !vch_tokens_check(node->tokens, key, token))
		err = VCH_TOKEN;
	yyjson_doc_free(doc);
	vch_wipe(body, len);
	return err;
}

void vch_console_begin(void *ctx, struct vch_http_request *req)
{
	VCH_AUTO(session_secret) secret;
	struct vch_node *node = ctx;
	enum vch_err err = check_token(node, req);

	if (err == VCH_OK)
		err = vch_session_begin(node->sessions, secret.secret_digits,
					vch_clock_ns());
	if (err != VCH_OK) {
		vch_http_refuse(req, err);
		return;
	}
	snprintf(secret.secret_cookie, sizeof(secret.secret_cookie),
		 COOKIE_FORMAT, node->cookie, secret.secret_digits,
		 VCH_SESSION_S, node->tls ? SECURE : "");
	vch_http_set_cookie(req, secret.secret_cookie);
	reply_session(req, true);
}

void vch_console_end(void *ctx, struct vch_http_request *req)
{
	struct vch_node *node = ctx;
	char cookie[200];

	vch_session_end(node->sessions, vch_http_session(req));
	snprintf(cookie, sizeof(cookie), COOKIE_FORMAT, node->cookie, "", 0,
		 node->tls ? SECURE : "");
	vch_http_set_cookie(req, cookie);
	reply_session(req, false);
}

/* --- looking ------------------------------------------------------------- */

void vch_console_state(void *ctx, struct vch_http_request *req)
{
	struct vch_buf out = vch_json_out();
	struct vch_node *node = ctx;

	if (!vch_http_may_look(req)) {
		vch_http_refuse(req, VCH_TOKEN);
		return;
	}
	vch_json_state(&out, node, VCH_CONSOLE_ACCOUNTS);
	reply_json(req, &out);
}

void vch_console_events(void *ctx, struct vch_http_request *req)
{
	struct vch_node *node = ctx;
	enum vch_err err = VCH_TOKEN;

	if (vch_http_may_look(req))
		err = vch_events_stream(node->events, req,
					vch_http_header(req, "Last-Event-ID"),
					vch_http_session(req));
	if (err != VCH_OK)
		vch_http_refuse(req, err);
}
