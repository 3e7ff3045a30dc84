/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <yyjson.h>

#include "host/node/event.h"
#include "host/node/samples.h"
#include "trusted/base/check.h"
#include "wire/gen/ta.h"

/* The server, played: it keeps the sources of the streams it was given. */
static struct vch_http_source sources[VCH_EVENT_STREAMS_MAX];
static uint32_t source_cnt;
static uint32_t wake_cnt;
static bool is_left;

struct vch_http_stream *vch_http_stream(struct vch_http_request *req,
					enum vch_http_type type,
					const struct vch_http_source *source)
{
	(void)req;
	assert_int_equal(type, VCH_HTTP_EVENTS);
	sources[source_cnt] = *source;
	return (struct vch_http_stream *)&sources[source_cnt++];
}

void vch_http_stream_wake(struct vch_http_stream *stream)
{
	assert_non_null(stream);
	wake_cnt++;
}

bool vch_http_stream_is_left(const struct vch_http_stream *stream)
{
	assert_non_null(stream);
	return is_left;
}

static uint8_t bytes[VCH_BATCH_RECORDS_MAX][VCH_RECORD_MAX];
static struct vch_batch batch;
static struct vch_events *events;

static struct vch_writer record(uint8_t kind, uint8_t *to)
{
	struct vch_writer w = vch_writer(to, VCH_RECORD_MAX);
	const struct vch_record_head head = {kind, 1000, 2000};

	vch_record_head_write(&w, &head);
	return w;
}

static struct vch_span decision(uint8_t *to, uint64_t seq, uint16_t code)
{
	struct vch_writer w = record(VCH_RECORD_DECISION, to);
	struct vch_decision d = {
		.slot = {.id = {0xab}, .seq = seq},
		.code = code,
		.chain_id = 31337,
		.op_hash = {0xcd},
		.cost = 5,
		.valid_until = 2600,
		.passkey = 1,
	};

	vch_decision_write(&w, &d);
	assert_false(w.bad);
	return vch_written(&w);
}

static struct vch_span start(uint8_t *to)
{
	struct vch_writer w = record(VCH_RECORD_START, to);
	const struct vch_start s = {.version = 7};

	vch_start_write(&w, &s);
	assert_false(w.bad);
	return vch_written(&w);
}

/* A batch of one section with cnt decisions, the first with sequence seq. */
static void decide(uint8_t cnt, uint64_t seq)
{
	struct vch_section *s = &batch.sections[0];

	memset(&batch, 0, sizeof(batch));
	batch.sections_cnt = 1;
	s->shard = 3;
	s->index = seq;
	s->records_cnt = cnt;
	for (uint8_t i = 0; i < cnt; i++)
		s->records[i] = decision(bytes[i], seq + i, VCH_OK);
}

static struct vch_log_pos at(uint32_t offset)
{
	return (struct vch_log_pos){.segment = 1, .offset = offset};
}

static yyjson_doc *answer;

static yyjson_val *list(const char *after, uint32_t limit)
{
	struct vch_buf out = vch_json_out();

	yyjson_doc_free(answer);
	vch_events_list(events, &out, vch_span(after, strlen(after)), limit);
	assert_false(out.bad);
	answer = yyjson_read((char *)out.ptr, out.len, 0);
	vch_buf_free(&out);
	assert_non_null(answer);
	return yyjson_doc_get_root(answer);
}

static const char *str(yyjson_val *obj, const char *key)
{
	const char *text = yyjson_get_str(yyjson_obj_get(obj, key));

	assert_non_null(text);
	return text;
}

static size_t cnt_of(yyjson_val *answer_root)
{
	return yyjson_arr_size(yyjson_obj_get(answer_root, "events"));
}

static yyjson_val *event_of(yyjson_val *root, size_t idx)
{
	return yyjson_arr_get(yyjson_obj_get(root, "events"), idx);
}

static int make(void **state)
{
	(void)state;
	source_cnt = wake_cnt = 0;
	return vch_events_new(&events, NULL) != VCH_OK;
}

static int drop(void **state)
{
	(void)state;
	yyjson_doc_free(answer);
	answer = NULL;
	vch_events_free(events);
	return 0;
}

static void test_decision(void **state)
{
	yyjson_val *e;

	(void)state;
	assert_int_equal(cnt_of(list("", 9)), 0);
	assert_string_equal(str(list("", 9), "last"), "");
	decide(2, 1);
	batch.sections[0].records[1] = decision(bytes[1], 2, VCH_LIMIT);
	vch_events_add(events, at(16), &batch, false);
	assert_int_equal(cnt_of(list("", 9)), 2);
	e = event_of(yyjson_doc_get_root(answer), 0);
	assert_string_equal(str(e, "kind"), "decision");
	assert_true(yyjson_get_bool(yyjson_obj_get(e, "approved")));
	assert_string_equal(str(e, "time"), "0x7d0");
	assert_string_equal(str(e, "account"),
			    "0xab00000000000000000000000000000000000000");
	assert_string_equal(str(e, "cost"), "0x5");
	assert_string_equal(str(e, "passkey"), "0x1");
	assert_string_equal(str(e, "chainId"), "0x7a69");
	e = event_of(yyjson_doc_get_root(answer), 1);
	assert_false(yyjson_get_bool(yyjson_obj_get(e, "approved")));
	assert_string_equal(str(e, "name"), "LIMIT");
	assert_string_equal(str(e, "sentence"), vch_err_sentence(VCH_LIMIT));
	assert_string_equal(str(e, "index"), "0x2");
}

static void test_starts_are_one(void **state)
{
	yyjson_val *root;

	(void)state;
	for (int round = 0; round < 2; round++) {
		memset(&batch, 0, sizeof(batch));
		batch.sections_cnt = 64;
		for (uint8_t i = 0; i < 64; i++) {
			batch.sections[i].records_cnt = 1;
			batch.sections[i].records[0] = start(bytes[i]);
		}
		vch_events_add(events, at(16 + (uint32_t)round), &batch, false);
	}
	root = list("", 9);
	assert_int_equal(cnt_of(root), 2);
	assert_string_equal(str(event_of(root, 1), "kind"), "start");
	assert_string_equal(str(event_of(root, 1), "shards"), "0x40");
	assert_string_equal(str(event_of(root, 1), "version"), "0x7");
}

static void test_cursor(void **state)
{
	char last[VCH_EVENT_ID_MAX];
	yyjson_val *root;

	(void)state;
	decide(5, 1);
	vch_events_add(events, at(16), &batch, false);
	root = list("", 2);
	assert_int_equal(cnt_of(root), 2);
	snprintf(last, sizeof(last), "%s", str(root, "last"));
	assert_string_equal(last, str(event_of(root, 1), "id"));
	root = list(last, 9);
	assert_int_equal(cnt_of(root), 3);
	assert_string_equal(str(root, "missed"), "0x0");
	assert_string_equal(str(event_of(root, 0), "seq"), "0x3");
	snprintf(last, sizeof(last), "%s", str(root, "last"));
	root = list(last, 9);
	assert_int_equal(cnt_of(root), 0);
	assert_string_equal(str(root, "last"), last);
	/* Not one of ours: everything, and a word that something is missing. */
	for (size_t i = 0; i < strlen(last); i++) {
		char other[VCH_EVENT_ID_MAX];

		snprintf(other, sizeof(other), "%s", last);
		other[i] = 'x';
		root = list(other, 9);
		assert_int_equal(cnt_of(root), 5);
		assert_string_equal(str(root, "missed"), "0x1");
	}
	last[strlen(last) - 1] = '6'; /* one that is to come */
	assert_string_equal(str(list(last, 9), "missed"), "0x1");
}

static void test_overtaken(void **state)
{
	char first[VCH_EVENT_ID_MAX];
	yyjson_val *root;

	(void)state;
	for (uint32_t i = 0; i < 5; i++) {
		decide(60, 1 + 60 * i);
		vch_events_add(events, at(16 + i), &batch, false);
		if (i == 0)
			snprintf(first, sizeof(first), "%s",
				 str(event_of(list("", 1), 0), "id"));
	}
	root = list(first, 999);
	assert_int_equal(cnt_of(root), VCH_EVENTS_KEPT);
	assert_string_equal(str(root, "missed"), "0x2b"); /* 300 - 256 - 1 */
	assert_string_equal(str(event_of(root, 0), "seq"), "0x2d");
	assert_string_equal(str(event_of(root, 255), "seq"), "0x12c");
}

static void test_replay(void **state)
{
	(void)state;
	decide(2, 1);
	vch_events_add(events, at(16), &batch, true);
	vch_events_add(events, at(900), &batch, false);
	assert_int_equal(cnt_of(list("", 99)), 4);
	/* The TEE was restarted: the log comes again, and something new. */
	vch_events_add(events, at(16), &batch, true);
	vch_events_add(events, at(900), &batch, true);
	assert_int_equal(cnt_of(list("", 99)), 4);
	vch_events_add(events, at(1700), &batch, true);
	vch_events_add(events, (struct vch_log_pos){2, 16}, &batch, true);
	assert_int_equal(cnt_of(list("", 99)), 8);
}

static void test_unreadable(void **state)
{
	struct vch_section *s = &batch.sections[0];
	yyjson_val *root;

	(void)state;
	decide(3, 1);
	bytes[0][0] = 200; /* a kind from the future */
	s->records[1].len -= 1;
	vch_events_add(events, at(16), &batch, false);
	root = list("", 9);
	assert_int_equal(cnt_of(root), 2);
	assert_string_equal(str(event_of(root, 0), "kind"), "other");
	assert_string_equal(str(event_of(root, 1), "seq"), "0x3");
}

/* Adds one record of this kind whose body stands in w already. */
static void add_kind(uint8_t i, struct vch_writer *w)
{
	struct vch_section *s = &batch.sections[0];

	assert_false(w->bad);
	s->records[i] = vch_written(w);
	s->records_cnt = (uint8_t)(i + 1);
}

static void account_kinds(void)
{
	const struct vch_slot slot = {.id = {0xab}, .seq = 7};
	struct vch_writer w = record(VCH_RECORD_CHANGE, bytes[0]);

	vch_change_record_write(
		&w, &(struct vch_change_record){.slot = slot, .passkey = 2});
	add_kind(0, &w);
	w = record(VCH_RECORD_CHANGE, bytes[1]);
	vch_change_record_write(
		&w, &(struct vch_change_record){.slot = slot,
						.code = VCH_CHANGE_STALE,
						.passkey = VCH_PASSKEY_NONE});
	add_kind(1, &w);
	w = record(VCH_RECORD_RESUME, bytes[2]);
	vch_resumed_write(&w, &(struct vch_resumed){.slot = slot});
	add_kind(2, &w);
}

static void later_kinds(void)
{
	struct vch_writer w = record(VCH_RECORD_INTENT, bytes[9]);

	vch_decision_write(&w, &(struct vch_decision){.slot = {.id = {0xab}},
						      .chain_id = 5});
	add_kind(9, &w);
	w = record(VCH_RECORD_SNAPSHOT, bytes[10]);
	vch_snapshot_write(&w, &(struct vch_snapshot){.shard = 3});
	add_kind(10, &w);
}

static void key_kinds(void)
{
	const struct vch_slot slot = {.id = {0xcd}, .seq = 8};
	struct vch_key_config config = {
		.version = 1,
		.policy = {.purpose = VCH_PURPOSE_RAW,
			   .type = VCH_KEY_SECP256K1},
	};
	static uint8_t config_bytes[VCH_KEY_CONFIG_ENC_MAX];
	struct vch_writer c = vch_writer(config_bytes, sizeof(config_bytes));
	struct vch_writer w = record(VCH_RECORD_KEY, bytes[3]);

	vch_key_config_write(&c, &config);
	vch_key_record_write(
		&w, &(struct vch_key_record){.slot = slot,
					     .config = vch_written(&c)});
	add_kind(3, &w);
	w = record(VCH_RECORD_USE, bytes[4]);
	vch_use_write(&w, &(struct vch_use){.slot = slot,
					    .kind = VCH_PAYLOAD_TYPED,
					    .digest = {0xef}});
	add_kind(4, &w);
	w = record(VCH_RECORD_DELETE, bytes[5]);
	vch_delete_write(&w, &(struct vch_delete){.slot = slot});
	add_kind(5, &w);
	for (uint8_t i = 6; i < 9; i++) {
		w = record(VCH_RECORD_ANCHOR, bytes[i]);
		vch_anchor_write(&w, &(struct vch_anchor){.shard = i});
		add_kind(i, &w);
	}
}

/* Every kind has a name and says whose record it is. */
static void test_kinds(void **state)
{
	static const char *const kinds[] = {"change", "change", "resume",
					    "key",    "use",	"delete",
					    "anchor", "intent", "snapshot"};
	yyjson_val *root;

	(void)state;
	decide(0, 1);
	account_kinds();
	key_kinds();
	later_kinds();
	vch_events_add(events, at(16), &batch, false);
	root = list("", 99);
	assert_int_equal(cnt_of(root), 9);
	for (size_t i = 0; i < 9; i++)
		assert_string_equal(str(event_of(root, i), "kind"), kinds[i]);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(strncmp(str(event_of(root, i),
					     i < 3 ? "account" : "key"),
					 i < 3 ? "0xab00" : "0xcd00", 6),
				 0);
	assert_string_equal(str(event_of(root, 0), "passkey"), "0x2");
	assert_string_equal(str(event_of(root, 1), "name"), "CHANGE_STALE");
	assert_null(yyjson_obj_get(event_of(root, 1), "passkey"));
	assert_string_equal(str(event_of(root, 3), "purpose"), "raw");
	assert_string_equal(str(event_of(root, 3), "type"), "secp256k1");
	assert_string_equal(str(event_of(root, 4), "payload"), "typed");
	assert_true(
		yyjson_is_false(yyjson_obj_get(event_of(root, 5), "erased")));
	assert_string_equal(str(event_of(root, 6), "shards"), "0x3");
	assert_string_equal(str(event_of(root, 7), "chainId"), "0x5");
}

/* --- streams ------------------------------------------------------------- */

static char text[64 << 10];

/* All that stream idx has, in pieces of at most `max`; true if it is over. */
static bool read_all(uint32_t idx, size_t max)
{
	const struct vch_http_source *s = &sources[idx];
	size_t len = 0;
	ssize_t n;

	do {
		assert_true(len + max < sizeof(text));
		n = s->read(s->ctx, text + len, max);
		len += n > 0 ? (size_t)n : 0;
	} while (n > 0);
	text[len] = '\0';
	return n < 0;
}

static void close_all(void)
{
	for (uint32_t i = 0; i < source_cnt; i++)
		sources[i].close(sources[i].ctx);
	assert_int_equal(vch_events_streams(events), 0);
}

static uint32_t cnt_text(const char *what)
{
	uint32_t cnt = 0;

	for (const char *t = text; (t = strstr(t, what)); t++)
		cnt++;
	return cnt;
}

static void open_stream(const char *after, uint64_t session)
{
	assert_int_equal(vch_events_stream(events, NULL, after, session),
			 VCH_OK);
}

static void test_stream(void **state)
{
	const char *live = "event: live\ndata: {}\n\n";

	(void)state;
	decide(20, 1);
	vch_events_add(events, at(16), &batch, false);
	open_stream(NULL, 0);
	assert_false(read_all(0, 7)); /* in the smallest of bites */
	assert_int_equal(strncmp(text, "retry: 2000\n\nid: ", 17), 0);
	assert_int_equal(cnt_text("event: record\n"), 20);
	assert_string_equal(text + strlen(text) - strlen(live), live);
	assert_false(read_all(0, 999));
	assert_string_equal(text, "");
	decide(1, 21);
	vch_events_add(events, at(17), &batch, false);
	assert_int_equal(wake_cnt, 1);
	assert_false(read_all(0, 999));
	assert_int_equal(cnt_text("\"seq\":\"0x15\""), 1);
	assert_int_equal(cnt_text("event: live"), 0);
	close_all();
}

static void test_stream_overtaken(void **state)
{
	(void)state;
	open_stream(NULL, 0);
	assert_false(read_all(0, 999));
	for (uint32_t i = 0; i < 10; i++) {
		decide(60, 1 + 60 * i);
		vch_events_add(events, at(16 + i), &batch, false);
	}
	assert_true(read_all(0, 999));
	assert_string_equal(text,
			    "event: gap\ndata: {\"missed\":\"0x158\"}\n\n"
			    "event: end\ndata: {\"why\":\"too slow\"}\n\n");
	close_all();
}

static void test_stream_limit(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < VCH_EVENT_STREAMS_MAX; i++)
		open_stream(NULL, 0);
	assert_int_equal(vch_events_stream(events, NULL, NULL, 0),
			 VCH_OVERLOADED);
	sources[5].close(sources[5].ctx); /* one in the middle */
	source_cnt = 5;
	open_stream(NULL, 0);
	source_cnt = VCH_EVENT_STREAMS_MAX;
	close_all();
	source_cnt = 0;
	vch_events_close(events);
	assert_int_equal(vch_events_stream(events, NULL, NULL, 0),
			 VCH_OVERLOADED);
}

static void test_stream_beat(void **state)
{
	(void)state;
	open_stream(NULL, 0);
	assert_false(read_all(0, 999));
	vch_events_tick(events, 1);
	vch_events_tick(events, 2);
	assert_int_equal(wake_cnt, 1);
	assert_false(read_all(0, 999));
	assert_string_equal(text, ":\n\n");
	/* One who left does not wait for that. */
	is_left = true;
	vch_events_tick(events, 3);
	assert_true(read_all(0, 999));
	is_left = false;
	close_all();
}

static void test_stream_session(void **state)
{
	struct vch_sessions *sessions = vch_sessions_new();
	char id[VCH_SESSION_DIGITS + 1];
	uint64_t number;

	(void)state;
	vch_events_free(events);
	assert_int_equal(vch_events_new(&events, sessions), VCH_OK);
	assert_int_equal(vch_session_begin(sessions, id, 1), VCH_OK);
	number = vch_session_find(sessions, vch_span(id, strlen(id)), 1);
	open_stream(NULL, number);
	open_stream(NULL, 0); /* that of a token stays */
	vch_events_tick(events, 2);
	assert_false(read_all(0, 999));
	vch_session_end(sessions, number);
	vch_events_tick(events, 3);
	assert_true(read_all(0, 999));
	assert_non_null(strstr(text, "the session is over"));
	assert_false(read_all(1, 999));
	close_all();
	vch_sessions_free(sessions);
}

#define MS 1000000u

static void test_samples(void **state)
{
	const struct vch_method methods[] = {
		{.name = "sign", .needs_token = true},
		{.name = "look", .needs_token = true, .only_looks = true},
		{.name = "open"},
	};
	static struct vch_metrics metrics;
	static struct vch_samples samples;
	struct vch_buf out = vch_json_out();
	const uint64_t tick = VCH_SAMPLE_S * 1000000000ull;

	(void)state;
	vch_samples_init(&samples);
	for (uint64_t i = 0; i < 100; i++)
		vch_metrics_add(&metrics, 0, i < 10 ? VCH_LIMIT : VCH_OK,
				i < 98 ? 3 * MS / 2 : 15 * MS);
	vch_metrics_add(&metrics, 1, VCH_OK, MS);
	vch_metrics_add(&metrics, 2, VCH_OK, MS);
	vch_samples_tick(&samples, &metrics, methods, 3, 5);
	vch_samples_tick(&samples, &metrics, methods, 3, 5 + tick - 1);
	vch_metrics_add(&metrics, 0, VCH_OK, MS);
	vch_samples_tick(&samples, &metrics, methods, 3, 5 + tick);
	vch_samples_put(&out, NULL, &samples);
	/* buckets: 1 to 2 ms, 10 to 20 ms, 0.5 to 1 ms */
	assert_string_equal(vch_buf_text(&out),
			    "{\"seconds\":2,\"done\":[90,1],"
			    "\"refused\":[10,0],\"p50\":[1510,750],"
			    "\"p99\":[15000,995]}");
	vch_buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_decision, make, drop),
		cmocka_unit_test_setup_teardown(test_starts_are_one, make,
						drop),
		cmocka_unit_test_setup_teardown(test_cursor, make, drop),
		cmocka_unit_test_setup_teardown(test_overtaken, make, drop),
		cmocka_unit_test_setup_teardown(test_replay, make, drop),
		cmocka_unit_test_setup_teardown(test_kinds, make, drop),
		cmocka_unit_test_setup_teardown(test_unreadable, make, drop),
		cmocka_unit_test_setup_teardown(test_stream, make, drop),
		cmocka_unit_test_setup_teardown(test_stream_overtaken, make,
						drop),
		cmocka_unit_test_setup_teardown(test_stream_limit, make, drop),
		cmocka_unit_test_setup_teardown(test_stream_beat, make, drop),
		cmocka_unit_test_setup_teardown(test_stream_session, make,
						drop),
		cmocka_unit_test(test_samples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
