/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/upgrade.h"

#include <stdlib.h>

#include "host/base/alloc.h"
#include "host/base/file.h"
#include "host/net/json_in.h"
#include "wire/gen/ta.h"

static const struct vch_span NONE = {0};

/* A call, and the manifest that the TEE is asked about. */
struct asking {
	struct vch_call *call;
	struct vch_upgrade_request req;
	size_t len;
	uint8_t bytes[VCH_UPGRADE_REQUEST_ENC_MAX];
};

static void answer(struct vch_call *call, const struct vch_release *release)
{
	struct vch_buf out = vch_json_out();

	vch_json_open(&out, NULL, '{');
	vch_json_put_quantity(&out, "version", release->version);
	vch_json_put_hex(&out, "measurement", release->measurement, 32);
	vch_json_close(&out, '}');
	vch_call_result(call, &out);
}

/* The TEE would do it: note it, and let the node end. */
static void on_checked(void *ctx, const struct vch_outcome *outcome)
{
	struct asking *a = ctx;
	struct vch_node *node = vch_call_ctx(a->call);
	enum vch_err err = outcome->err;

	if (err == VCH_OK)
		err = vch_file_write(node->upgrade_path,
				     vch_span(a->bytes, a->len), 0600);
	if (err == VCH_OK) {
		atomic_store(&node->upgrading, true);
		answer(a->call, &a->req.release);
	} else {
		vch_call_error(a->call, err, NULL, NONE);
	}
	free(a);
}

static enum vch_err read_request(struct vch_upgrade_request *ret,
				 yyjson_val *params,
				 struct vch_json_fault *fault)
{
	struct vch_json_in in = vch_json_in(params, "params", fault);
	struct vch_json_list list;

	ret->step = VCH_UPGRADE_CHECK;
	ret->release.version =
		(uint32_t)vch_json_get_u64(&in, "version", UINT32_MAX);
	vch_json_get_bytes(&in, "measurement", ret->release.measurement, 32);
	list = vch_json_get_list(&in, "signatures",
				 VCH_UPGRADE_REQUEST_SIGNATURES_MAX);
	ret->signatures_cnt = (uint8_t)list.cnt;
	for (size_t i = 0; i < list.cnt; i++) {
		struct vch_json_in one = vch_json_list_object(&list, i);

		vch_json_get_bytes(&one, "key", ret->signatures[i].key, 32);
		vch_json_get_bytes(&one, "signature",
				   ret->signatures[i].signature, 64);
		VCH_TRY(vch_json_end(&one));
	}
	return vch_json_end(&in);
}

void vch_call_upgrade(struct vch_call *call, yyjson_val *params)
{
	struct asking *a = vch_alloc(1, sizeof(*a));
	struct vch_node *node = vch_call_ctx(call);
	struct vch_writer w = vch_writer(a->bytes, sizeof(a->bytes));
	struct vch_json_fault fault = {0};
	enum vch_err err;

	a->call = call;
	if (read_request(&a->req, params, &fault) != VCH_OK) {
		vch_call_fault(call, &fault);
		free(a);
		return;
	}
	err = vch_upgrade_request_encode(&w, &a->req);
	a->len = w.len;
	if (err == VCH_OK)
		err = vch_worker_submit(node->worker, VCH_CMD_UPGRADE,
					vch_written(&w), node->deadline_ms,
					on_checked, a);
	if (err != VCH_OK) {
		vch_call_error(call, err, NULL, NONE);
		free(a);
	}
}
