/* SPDX-License-Identifier: Apache-2.0 */
#include "host/base/logline.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "trusted/base/check.h"

static const char *const level_names[] = {"debug", "info", "warn", "error"};

static _Atomic int level_least = VCH_INFO;

/* A line being written; what does not fit is left out. */
struct line {
	char text[VCH_LOGLINE_MAX];
	size_t len;
	bool cut;
};

void vch_logline_level(enum vch_level least)
{
	atomic_store(&level_least, (int)least);
}

enum vch_err vch_level_parse(enum vch_level *ret, const char *name)
{
	for (size_t i = 0; i < VCH_ARRAY_LEN(level_names); i++) {
		if (strcmp(name, level_names[i]) == 0) {
			*ret = (enum vch_level)i;
			return VCH_OK;
		}
	}
	return VCH_ARGUMENT;
}

struct vch_field vch_field_err(enum vch_err err)
{
	return vch_field_text("err", vch_err_name(err));
}

/* Room is kept for "..." and the newline. */
static void put(struct line *line, const char *text)
{
	size_t room = sizeof(line->text) - 4 - line->len;
	size_t len = strlen(text);

	if (len > room) {
		len = room;
		line->cut = true;
	}
	memcpy(line->text + line->len, text, len);
	line->len += len;
}

static void put_time(struct line *line)
{
	char text[40];
	char msec[8];
	struct timespec now;
	struct tm utc;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(msec, sizeof(msec), ".%03uZ",
		 (unsigned)(now.tv_nsec / 1000000) % 1000);
	put(line, text);
	put(line, msec);
}

/* Quoted where it holds more than letters, digits and plain marks. */
static void put_value(struct line *line, const char *text)
{
	bool plain = *text != 0 && strpbrk(text, " \"=\\") == NULL;

	put(line, plain ? "" : "\"");
	for (; *text; text++) {
		char one[3] = {*text, 0, 0};

		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			one[0] = '?';
		if (*text == '"' || *text == '\\') {
			one[0] = '\\';
			one[1] = *text;
		}
		put(line, one);
	}
	put(line, plain ? "" : "\"");
}

static void put_field(struct line *line, const struct vch_field *field)
{
	char number[24];

	put(line, " ");
	put(line, field->key);
	put(line, "=");
	if (field->text) {
		put_value(line, field->text);
		return;
	}
	snprintf(number, sizeof(number), "%llu",
		 (unsigned long long)field->number);
	put(line, number);
}

void vch_logline_write(enum vch_level level, const char *room, const char *msg,
		       const struct vch_field *fields, unsigned field_cnt)
{
	struct line line = {.len = 0};
	ssize_t put_len;

	if ((int)level < atomic_load(&level_least))
		return;
	put_time(&line);
	put(&line, " ");
	put(&line, level_names[level]);
	put(&line, " ");
	put(&line, room);
	put(&line, " ");
	put(&line, msg);
	for (unsigned i = 0; i < field_cnt; i++)
		put_field(&line, &fields[i]);
	if (line.cut) {
		memcpy(line.text + line.len, "...", 3);
		line.len += 3;
	}
	line.text[line.len++] = '\n';
	put_len = write(STDERR_FILENO, line.text, line.len);
	(void)put_len; /* nobody is left to be told */
}
