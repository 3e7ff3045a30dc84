/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/upstream.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/alloc.h"
#include "host/net/json_out.h"
#include "host/net/web.h"

struct job {
	vch_upstream_fn *work;
	void *ctx;
};

struct vch_upstream_conn {
	struct vch_web *web;
};

struct vch_upstream {
	pthread_t thread[VCH_UPSTREAM_THREADS];
	struct vch_upstream_conn conn[VCH_UPSTREAM_THREADS];
	int thread_cnt;

	pthread_mutex_t mutex; /* of what follows */
	pthread_cond_t wake;
	struct job queue[VCH_UPSTREAM_QUEUE_MAX]; /* a ring */
	size_t first;
	size_t cnt;
	int conn_taken;
	bool stopping;
};

/* Waits for a job; false when it is time to end and nothing waits. */
static bool take(struct vch_upstream *u, struct job *ret)
{
	bool found;

	pthread_mutex_lock(&u->mutex);
	while (u->cnt == 0 && !u->stopping)
		pthread_cond_wait(&u->wake, &u->mutex);
	found = u->cnt > 0;
	if (found) {
		*ret = u->queue[u->first];
		u->first = (u->first + 1) % VCH_UPSTREAM_QUEUE_MAX;
		u->cnt--;
	}
	pthread_mutex_unlock(&u->mutex);
	return found;
}

static void *run(void *arg)
{
	struct vch_upstream *u = arg;
	struct vch_upstream_conn *conn;
	struct job job;

	pthread_mutex_lock(&u->mutex);
	conn = &u->conn[u->conn_taken++];
	pthread_mutex_unlock(&u->mutex);
	while (take(u, &job))
		job.work(job.ctx, conn);
	return NULL;
}

enum vch_err vch_upstream_start(struct vch_upstream **ret, const char *url)
{
	struct vch_upstream *u = vch_alloc(1, sizeof(*u));
	enum vch_err err = VCH_OK;

	pthread_mutex_init(&u->mutex, NULL);
	pthread_cond_init(&u->wake, NULL);
	for (int i = 0; err == VCH_OK && i < VCH_UPSTREAM_THREADS; i++)
		err = vch_web_open(&u->conn[i].web, url, NULL);
	for (int i = 0; err == VCH_OK && i < VCH_UPSTREAM_THREADS; i++) {
		if (pthread_create(&u->thread[i], NULL, run, u) != 0)
			err = VCH_INTERNAL;
		else
			u->thread_cnt++;
	}
	if (err != VCH_OK) {
		vch_upstream_stop(u);
		return err;
	}
	*ret = u;
	return VCH_OK;
}

void vch_upstream_stop(struct vch_upstream *u)
{
	if (!u)
		return;
	pthread_mutex_lock(&u->mutex);
	u->stopping = true;
	pthread_cond_broadcast(&u->wake);
	pthread_mutex_unlock(&u->mutex);
	for (int i = 0; i < u->thread_cnt; i++)
		pthread_join(u->thread[i], NULL);
	for (int i = 0; i < VCH_UPSTREAM_THREADS; i++)
		vch_web_close(u->conn[i].web);
	pthread_cond_destroy(&u->wake);
	pthread_mutex_destroy(&u->mutex);
	free(u);
}

enum vch_err vch_upstream_run(struct vch_upstream *u, vch_upstream_fn *work,
			      void *ctx)
{
	enum vch_err err = VCH_OK;

	pthread_mutex_lock(&u->mutex);
	if (u->stopping || u->cnt == VCH_UPSTREAM_QUEUE_MAX) {
		err = VCH_OVERLOADED;
	} else {
		u->queue[(u->first + u->cnt++) % VCH_UPSTREAM_QUEUE_MAX] =
			(struct job){work, ctx};
		pthread_cond_signal(&u->wake);
	}
	pthread_mutex_unlock(&u->mutex);
	return err;
}

enum vch_err vch_upstream_call(struct vch_upstream_conn *conn,
			       yyjson_doc **ret_doc, const char *method,
			       const char *params)
{
	struct vch_buf out = vch_json_out();
	struct vch_span body;
	yyjson_doc *doc;
	yyjson_val *root;
	long status;
	enum vch_err err;

	vch_json_open(&out, NULL, '{');
	vch_json_put_str(&out, "jsonrpc", "2.0");
	vch_json_put_number(&out, "id", 1);
	vch_json_put_str(&out, "method", method);
	vch_json_put_json(&out, "params", params, strlen(params));
	vch_json_close(&out, '}');
	err = vch_buf_end(&out);
	if (err == VCH_OK)
		err = vch_web_post(conn->web, &body, &status,
				   vch_buf_span(&out));
	vch_buf_free(&out);
	VCH_TRY(err);
	doc = yyjson_read((const char *)body.ptr, body.len,
			  YYJSON_READ_NUMBER_AS_RAW);
	root = yyjson_doc_get_root(doc);
	if (!yyjson_obj_get(root, "result") && !yyjson_obj_get(root, "error")) {
		yyjson_doc_free(doc);
		return VCH_CHAIN_RPC;
	}
	*ret_doc = doc;
	return VCH_OK;
}
