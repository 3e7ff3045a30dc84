/* SPDX-License-Identifier: Apache-2.0 */
#include "host/net/respond.h"

#include <string.h>
#include <time.h>

#include "host/net/jsonrpc.h"
#include "trusted/base/check.h"

/*
 * A page may load and ask nothing but ourselves, runs no inline script, is
 * shown in nobody's frame, sends no form and turns no text into markup.
 */
#define PAGE_POLICY                                                            \
	"default-src 'none'; script-src 'self'; style-src 'self'; "            \
	"img-src 'self'; connect-src 'self'; base-uri 'none'; "                \
	"form-action 'none'; frame-ancestors 'none'; "                         \
	"require-trusted-types-for 'script'"
/* Data is no page at all. */
#define DATA_POLICY "default-src 'none'; frame-ancestors 'none'"

/* With every answer. */
#define ALWAYS                                                                 \
	"X-Content-Type-Options: nosniff\r\n"                                  \
	"Referrer-Policy: no-referrer\r\n"                                     \
	"Cross-Origin-Resource-Policy: same-origin\r\n"

static const char *const TYPES[] = {
	[VCH_HTTP_JSON] = "application/json",
	[VCH_HTTP_METRICS] = "text/plain; version=0.0.4",
	[VCH_HTTP_EVENTS] = "text/event-stream",
	[VCH_HTTP_HTML] = "text/html; charset=utf-8",
	[VCH_HTTP_CSS] = "text/css; charset=utf-8",
	[VCH_HTTP_JS] = "text/javascript; charset=utf-8",
	[VCH_HTTP_SVG] = "image/svg+xml",
};

static const char *reason(unsigned status)
{
	static const struct {
		unsigned status;
		const char *text;
	} REASONS[] = {
		{200, "OK"},
		{204, "No Content"},
		{304, "Not Modified"},
		{400, "Bad Request"},
		{401, "Unauthorized"},
		{403, "Forbidden"},
		{404, "Not Found"},
		{413, "Content Too Large"},
		{415, "Unsupported Media Type"},
		{417, "Expectation Failed"},
		{421, "Misdirected Request"},
		{429, "Too Many Requests"},
		{431, "Request Header Fields Too Large"},
		{500, "Internal Server Error"},
		{501, "Not Implemented"},
		{503, "Service Unavailable"},
		{505, "HTTP Version Not Supported"},
	};

	for (size_t i = 0; i < VCH_ARRAY_LEN(REASONS); i++) {
		if (REASONS[i].status == status)
			return REASONS[i].text;
	}
	return "";
}

/* Text after text into the head; it always fits. */
struct head {
	char *at;
	size_t len;
};

static void add(struct head *h, const char *text)
{
	size_t len = strlen(text);

	VCH_CHECK(len <= VCH_ANSWER_HEAD_MAX - h->len);
	memcpy(h->at + h->len, text, len);
	h->len += len;
}

static void add_number(struct head *h, uint64_t number)
{
	char digits[24];
	size_t at = sizeof(digits) - 1;

	digits[at] = '\0';
	do
		digits[--at] = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	add(h, digits + at);
}

static void add_field(struct head *h, const char *name, const char *value)
{
	add(h, name);
	add(h, ": ");
	add(h, value);
	add(h, "\r\n");
}

/* RFC 9110, 5.6.7; made once a second on each thread. */
static const char *date(uint64_t wall_s)
{
	static _Thread_local uint64_t of = UINT64_MAX;
	static _Thread_local char text[40];
	time_t t = (time_t)wall_s;
	struct tm tm;

	if (of != wall_s && gmtime_r(&t, &tm)) {
		strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm);
		of = wall_s;
	}
	return text;
}

static bool has_no_body(const struct vch_answer *a)
{
	return a->status == 204 || a->status == 304;
}

struct vch_span vch_answer_body(const struct vch_answer *answer)
{
	if (has_no_body(answer) || answer->streams)
		return vch_span("", 0);
	return answer->text ? vch_span(answer->text, answer->text_len)
			    : answer->fixed;
}

static void add_now_and_then(struct head *h, const struct vch_answer *a)
{
	if (a->type == VCH_HTTP_HTML)
		add_field(h, "Cross-Origin-Opener-Policy", "same-origin");
	if (a->etag)
		add_field(h, "ETag", a->etag);
	if (a->cookie[0])
		add_field(h, "Set-Cookie", a->cookie);
	if (a->status == 401)
		add_field(h, "WWW-Authenticate", "Bearer");
	if (a->status == 503 || a->retry_s > 0) {
		add(h, "Retry-After: ");
		add_number(h, a->retry_s > 0 ? a->retry_s : 1);
		add(h, "\r\n");
	}
}

static void add_framing(struct head *h, const struct vch_answer *a,
			const struct vch_answer_form *form)
{
	if (form->closing)
		add_field(h, "Connection", "close");
	else if (form->old)
		add_field(h, "Connection", "keep-alive");
	if (a->streams && !form->old) {
		add_field(h, "Transfer-Encoding", "chunked");
	} else if (!a->streams && !has_no_body(a)) {
		add(h, "Content-Length: ");
		add_number(h, vch_answer_body(a).len);
		add(h, "\r\n");
	}
}

size_t vch_answer_head(char ret[VCH_ANSWER_HEAD_MAX],
		       const struct vch_answer *answer,
		       const struct vch_answer_form *form)
{
	bool page = answer->type == VCH_HTTP_HTML;
	struct head h = {ret, 0};

	add(&h, "HTTP/1.1 ");
	add_number(&h, answer->status);
	add(&h, " ");
	add(&h, reason(answer->status));
	add(&h, "\r\n");
	add_field(&h, "Date", date(form->wall_s));
	add_field(&h, "Content-Type", TYPES[answer->type]);
	add_field(&h, "Cache-Control", answer->etag ? "no-cache" : "no-store");
	add(&h, ALWAYS);
	add_field(&h, "Content-Security-Policy",
		  page ? PAGE_POLICY : DATA_POLICY);
	add_now_and_then(&h, answer);
	add_framing(&h, answer, form);
	add(&h, "\r\n");
	return h.len;
}

struct vch_buf vch_error_text(enum vch_err err)
{
	struct vch_buf out = vch_json_out();

	vch_json_open(&out, NULL, '{');
	vch_json_put_str(&out, "jsonrpc", "2.0");
	vch_json_put_json(&out, "id", "null", 4);
	vch_rpc_put_error(&out, "error", err, NULL, vch_span(NULL, 0));
	vch_json_close(&out, '}');
	return out;
}
