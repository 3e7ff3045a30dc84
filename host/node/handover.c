/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/handover.h"

#include <stdio.h>
#include <unistd.h>

#include "host/base/file.h"
#include "host/base/hex.h"
#include "host/base/logline.h"
#include "wire/gen/ta.h"

static void say_done(const struct vch_release *release)
{
	char hex[VCH_HEX_SIZE(32)];

	vch_hex_write(hex, vch_span(release->measurement, 32));
	fprintf(stderr,
		"vouchd: this device is handed over to version %u of the "
		"trusted application, measurement %s. Put that version in "
		"place of this one and start vouchd: it takes over log and "
		"keys. This version serves nothing any more.\n",
		release->version, hex);
}

static enum vch_err hand_over(const struct vch_worker_options *options,
			      struct vch_span request)
{
	struct vch_worker_options alone = *options;
	struct vch_upgrade_request req;
	struct vch_worker *worker;
	struct vch_index *index;
	enum vch_err err;

	if (vch_upgrade_request_decode(&req, request) != VCH_OK)
		return VCH_CORRUPT;
	alone.workers = 1;
	alone.kept = NULL;
	alone.snapshot_records = 0;
	alone.upgrade = request;
	VCH_TRY(vch_index_new(&index, options->log_dir));
	err = vch_worker_start(&worker, &alone, index);
	vch_index_free(index);
	if (err == VCH_UPGRADED)
		say_done(&req.release);
	return err;
}

enum vch_err vch_handover_run(const char *path,
			      const struct vch_worker_options *options)
{
	struct vch_buf buf = vch_buf(VCH_UPGRADE_REQUEST_ENC_MAX);
	enum vch_err err = vch_file_read_private(&buf, path);

	if (err == VCH_OK)
		err = hand_over(options, vch_buf_span(&buf));
	vch_buf_free(&buf);
	return err;
}

void vch_handover_forget(const char *path)
{
	if (unlink(path) == 0)
		VCH_LOG(VCH_INFO, "node",
			"the hand-over is done, or was not begun");
}
