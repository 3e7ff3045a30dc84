/* SPDX-License-Identifier: Apache-2.0 */
#include "host/net/web.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/alloc.h"
#include "host/base/buf.h"

#define UNIX_SCHEME "unix:"
#define CONNECT_TIMEOUT_MS 2000L
#define WHOLE_TIMEOUT_MS 30000L

struct vch_web {
	CURL *curl;
	struct curl_slist *headers;
	struct vch_buf body;
	char url[512];
	char why[VCH_WEB_WHY_MAX];
};

/* libcurl's write function: anything but `len` ends the transfer. */
static size_t body_add(char *in, size_t one, size_t len, void *ctx)
{
	struct vch_web *web = ctx;

	(void)one;
	vch_buf_add(&web->body, in, len);
	return web->body.bad ? 0 : len;
}

static bool header_add(struct vch_web *web, const char *line)
{
	struct curl_slist *list = curl_slist_append(web->headers, line);

	if (list)
		web->headers = list;
	return list != NULL;
}

static struct {
	const char *url;
	const char *ca;
} trusted;

void vch_web_trust(const char *url, const char *ca)
{
	trusted.url = url;
	trusted.ca = ca;
}

static bool is_unix(const char *url)
{
	return strncmp(url, UNIX_SCHEME, strlen(UNIX_SCHEME)) == 0;
}

/* Where to, and whom to believe. */
static bool set_target(struct vch_web *web)
{
	CURL *c = web->curl;

	if (is_unix(web->url))
		return !curl_easy_setopt(c, CURLOPT_UNIX_SOCKET_PATH,
					 web->url + strlen(UNIX_SCHEME)) &&
		       !curl_easy_setopt(c, CURLOPT_URL, "http://localhost/");
	if (trusted.ca && trusted.url && strcmp(trusted.url, web->url) == 0 &&
	    curl_easy_setopt(c, CURLOPT_CAINFO, trusted.ca))
		return false;
	return !curl_easy_setopt(c, CURLOPT_URL, web->url);
}

static enum vch_err configure(struct vch_web *web, const char *token)
{
	CURL *c = web->curl;
	char line[256];
	int len;

	if (!header_add(web, "Content-Type: application/json") ||
	    !header_add(web, "Expect:"))
		return VCH_INTERNAL;
	if (token && !is_unix(web->url)) {
		len = snprintf(line, sizeof(line), "Authorization: Bearer %s",
			       token);
		if (len < 0 || (size_t)len >= sizeof(line))
			return VCH_ARGUMENT;
		if (!header_add(web, line))
			return VCH_INTERNAL;
	}
	if (!set_target(web) ||
	    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https") ||
	    curl_easy_setopt(c, CURLOPT_HTTPHEADER, web->headers) ||
	    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, body_add) ||
	    curl_easy_setopt(c, CURLOPT_WRITEDATA, web) ||
	    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) ||
	    curl_easy_setopt(c, CURLOPT_TCP_NODELAY, 1L) ||
	    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS,
			     CONNECT_TIMEOUT_MS) ||
	    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, WHOLE_TIMEOUT_MS))
		return VCH_INTERNAL;
	return VCH_OK;
}

enum vch_err vch_web_open(struct vch_web **ret, const char *url,
			  const char *token)
{
	struct vch_web *web;
	enum vch_err err;

	if (strlen(url) >= sizeof(web->url))
		return VCH_ARGUMENT;
	web = vch_alloc(1, sizeof(*web));
	web->body = vch_buf(VCH_WEB_BODY_MAX);
	memcpy(web->url, url, strlen(url) + 1);
	web->curl = curl_easy_init();
	err = web->curl ? configure(web, token) : VCH_INTERNAL;
	if (err) {
		vch_web_close(web);
		return err;
	}
	*ret = web;
	return VCH_OK;
}

static enum vch_err post_failed(struct vch_web *web, CURLcode code)
{
	snprintf(web->why, sizeof(web->why), "%.100s: %s", web->url,
		 web->body.bad ? "the answer is larger than allowed"
			       : curl_easy_strerror(code));
	if (web->body.bad)
		return VCH_SIZE;
	return code == CURLE_OPERATION_TIMEDOUT ? VCH_TIMEOUT : VCH_SOCKET;
}

enum vch_err vch_web_post(struct vch_web *web, struct vch_span *ret_body,
			  long *ret_status, struct vch_span body)
{
	CURL *c = web->curl;
	CURLcode code;

	vch_buf_clear(&web->body);
	if (curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)body.len) ||
	    curl_easy_setopt(c, CURLOPT_POSTFIELDS, (const char *)body.ptr))
		return VCH_INTERNAL;
	code = curl_easy_perform(c);
	if (code == CURLE_OK)
		code = curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, ret_status);
	if (code != CURLE_OK)
		return post_failed(web, code);
	*ret_body = vch_buf_span(&web->body);
	return VCH_OK;
}

const char *vch_web_why(const struct vch_web *web)
{
	return web->why;
}

const char *vch_web_url(const struct vch_web *web)
{
	return web->url;
}

void vch_web_close(struct vch_web *web)
{
	if (!web)
		return;
	curl_easy_cleanup(web->curl);
	curl_slist_free_all(web->headers);
	vch_buf_free(&web->body);
	free(web);
}
