/* SPDX-License-Identifier: Apache-2.0 */
#include "host/net/head.h"

#include <string.h>
#include <strings.h>

#define STATUS_BAD 400
#define STATUS_EXPECT 417
#define STATUS_FIELDS 431
#define STATUS_CODING 501
#define STATUS_VERSION 505
/* Digits of a length: more than any body may have, less than overflows. */
#define LENGTH_DIGITS 18

size_t vch_head_end(const char *text, size_t from, size_t len)
{
	for (size_t i = from; i < len; i++) {
		const char *lf = memchr(text + i, '\n', len - i);

		if (!lf)
			return 0;
		i = (size_t)(lf - text);
		if (i == 0 || text[i - 1] != '\r')
			return i + 1; /* no head: for the parser to say */
		if (i >= 3 && text[i - 2] == '\n')
			return i + 1;
	}
	return 0;
}

/* RFC 9110, 5.6.2 */
static bool is_token_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') ||
	       (c != '\0' && strchr("!#$%&'*+-.^_`|~", c));
}

/* How many bytes of a token stand at the start of text. */
static size_t token_len(const char *text)
{
	size_t n = 0;

	while (is_token_char(text[n]))
		n++;
	return n;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* No control but the tab. */
static bool is_text(const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

/* Cuts the next line off *at; NULL if it does not end in CR LF or holds one. */
static char *take_line(char **at, char *end)
{
	char *line = *at;
	char *lf = memchr(line, '\n', (size_t)(end - line));

	if (!lf || lf == line || lf[-1] != '\r')
		return NULL;
	lf[-1] = '\0';
	*at = lf + 1;
	/* a zero or another CR inside would hide what follows */
	if (strlen(line) != (size_t)(lf - 1 - line))
		return NULL;
	return line;
}

static unsigned read_version(struct vch_request_head *h, const char *text)
{
	if (strcmp(text, "HTTP/1.1") == 0 || strcmp(text, "HTTP/1.0") == 0) {
		h->old = text[7] == '0';
		h->keep_alive = !h->old;
		return 0;
	}
	if (strncmp(text, "HTTP/", 5) == 0 && strlen(text) == 8 &&
	    text[5] >= '0' && text[5] <= '9' && text[6] == '.' &&
	    text[7] >= '0' && text[7] <= '9')
		return STATUS_VERSION;
	return STATUS_BAD;
}

/* method SP target SP version */
static unsigned read_request_line(struct vch_request_head *h, char *line)
{
	char *path = line + token_len(line);
	char *version, *query;

	if (path == line || *path != ' ')
		return STATUS_BAD;
	*path++ = '\0';
	version = strchr(path, ' ');
	if (!version || version == path)
		return STATUS_BAD;
	*version++ = '\0';
	for (const char *c = path; *c; c++) {
		if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 0x7f)
			return STATUS_BAD;
	}
	query = strchr(path, '?');
	if (query == path)
		return STATUS_BAD;
	if (query)
		*query = '\0';
	h->method = line;
	h->path = path;
	return read_version(h, version);
}

static unsigned read_length(struct vch_request_head *h, const char *value)
{
	uint64_t v = 0;
	size_t n = 0;

	if (h->has_length)
		return STATUS_BAD;
	for (; value[n] >= '0' && value[n] <= '9' && n < LENGTH_DIGITS; n++)
		v = v * 10 + (uint64_t)(value[n] - '0');
	if (n == 0 || value[n] != '\0')
		return STATUS_BAD;
	h->has_length = true;
	h->length = v;
	return 0;
}

/* RFC 9110, 7.6.1: a list of tokens; of all we know these two. */
static unsigned read_connection(struct vch_request_head *h, const char *value)
{
	while (*value) {
		size_t len = token_len(value);

		if (len == 5 && strncasecmp(value, "close", 5) == 0)
			h->keep_alive = false;
		else if (len == 10 && h->old &&
			 strncasecmp(value, "keep-alive", 10) == 0)
			h->keep_alive = true;
		value += len;
		value += strspn(value, " \t");
		if (*value != '\0' && *value != ',')
			return STATUS_BAD;
		value += strspn(value, ", \t");
	}
	return 0;
}

/* What decides where this request ends and whether another follows. */
static unsigned read_framing(struct vch_request_head *h,
			     const struct vch_field *f)
{
	if (strcasecmp(f->name, "Content-Length") == 0)
		return read_length(h, f->value);
	if (strcasecmp(f->name, "Connection") == 0)
		return read_connection(h, f->value);
	if (strcasecmp(f->name, "Host") == 0)
		h->has_host = true;
	if (strcasecmp(f->name, "Expect") == 0) {
		h->expects = strcasecmp(f->value, "100-continue") == 0;
		return h->expects ? 0 : STATUS_EXPECT;
	}
	if (strcasecmp(f->name, "Transfer-Encoding") != 0)
		return 0;
	if (h->chunked || h->old)
		return STATUS_BAD;
	h->chunked = strcasecmp(f->value, "chunked") == 0;
	return h->chunked ? 0 : STATUS_CODING;
}

static unsigned read_field(struct vch_request_head *h, char *line)
{
	size_t name_len = token_len(line);
	char *value = line + name_len;
	struct vch_field *f = &h->field[h->field_cnt];
	size_t len;

	/* a line that begins with a blank would go on with the one before */
	if (name_len == 0 || *value != ':')
		return STATUS_BAD;
	if (h->field_cnt == VCH_FIELDS_MAX)
		return STATUS_FIELDS;
	*value++ = '\0';
	while (is_blank(*value))
		value++;
	for (len = strlen(value); len > 0 && is_blank(value[len - 1]); len--)
		value[len - 1] = '\0';
	if (!is_text(value))
		return STATUS_BAD;
	*f = (struct vch_field){line, value};
	h->field_cnt++;
	return read_framing(h, f);
}

static unsigned read_lines(struct vch_request_head *h, char *at, char *end)
{
	unsigned status;
	char *line;

	/* RFC 9112, 2.2: one empty line before a request is forgiven */
	if (end - at > 2 && at[0] == '\r' && at[1] == '\n')
		at += 2;
	line = take_line(&at, end);
	if (!line)
		return STATUS_BAD;
	status = read_request_line(h, line);
	while (status == 0) {
		line = take_line(&at, end);
		if (!line)
			return STATUS_BAD;
		if (*line == '\0')
			break;
		status = read_field(h, line);
	}
	if (status == 0 && at != end)
		return STATUS_BAD;
	return status;
}

unsigned vch_head_parse(struct vch_request_head *ret, char *text, size_t len)
{
	unsigned status;

	/* the fields are not cleared: only those that are counted are there */
	memset(ret, 0, offsetof(struct vch_request_head, field));
	status = read_lines(ret, text, text + len);
	if (status == 0 && ((ret->has_length && ret->chunked) ||
			    (!ret->old && !ret->has_host)))
		status = STATUS_BAD;
	if (status != 0)
		memset(ret, 0, offsetof(struct vch_request_head, field));
	return status;
}

const char *vch_head_field(const struct vch_request_head *head,
			   const char *name)
{
	for (uint8_t i = 0; i < head->field_cnt; i++) {
		if (strcasecmp(head->field[i].name, name) == 0)
			return head->field[i].value;
	}
	return NULL;
}

static void take_field(struct vch_head *head, const char **place,
		       const char *value)
{
	head->twice = head->twice || *place;
	*place = value;
}

void vch_head_read(struct vch_head *ret, struct vch_head_text *ret_text,
		   const struct vch_request_head *head)
{
	struct vch_head_text text = {0};
	struct vch_head h = {
		.has_body = strcmp(head->method, "GET") != 0,
		.body_len = head->length,
	};

	for (uint8_t i = 0; i < head->field_cnt; i++) {
		const struct vch_field *f = &head->field[i];

		if (strcasecmp(f->name, "Host") == 0)
			take_field(&h, &h.host, f->value);
		else if (strcasecmp(f->name, "Origin") == 0)
			take_field(&h, &h.origin, f->value);
		else if (strcasecmp(f->name, "Content-Type") == 0)
			take_field(&h, &h.content_type, f->value);
		else if (strcasecmp(f->name, "Authorization") == 0)
			take_field(&h, &text.authorization, f->value);
		else if (strcasecmp(f->name, "Cookie") == 0)
			take_field(&h, &text.cookie, f->value);
		else if (strcasecmp(f->name, "Sec-Fetch-Site") == 0)
			take_field(&h, &text.fetch_site, f->value);
	}
	*ret = h;
	*ret_text = text;
}
