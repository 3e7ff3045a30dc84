/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the tests on a board: a rig's folder is a device as it is with the
 * emulated TEE, its two files hold what tells it apart. They replace
 * vch_tee_factory and vch_tee_start (the linker's --wrap); and what flavour of
 * the trusted application is loaded follows from the program's name.
 */
#include "tests/board.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <tee_client_api.h>
#include <unistd.h>

#include "host/base/file.h"
#include "host/tee/transport.h"
#include "tests/rig.h"
#include "trusted/base/check.h"

#define TA_DIR "/lib/optee_armtz/"
#define TA_NAME TA_DIR "12345678-5b69-11d4-9fee-00c04f4c3456.ta"
/*
 * The devices that began with a flavour: links to their folders, in a folder
 * of the flavour's name. Each flavour has its own place in the flash.
 */
#define MADE_DIR "/tmp/board-"
#define MADE_MAX (sizeof(MADE_DIR) + 16)

const char *const rig_platform = "OP-TEE";

enum vch_err __real_vch_tee_factory(const char *dir);
enum vch_err __wrap_vch_tee_factory(const char *dir);
enum vch_err __real_vch_tee_start(struct vch_tee **ret,
				  const struct vch_tee_options *options);
enum vch_err __wrap_vch_tee_start(struct vch_tee **ret,
				  const struct vch_tee_options *options);

static void id_path(char ret[VCH_PATH_MAX], const char *dir, const char *name)
{
	VCH_CHECK(vch_path_join(ret, dir, name) == VCH_OK);
}

static bool id_read(uint8_t ret[BOARD_ID_LEN], const char *dir,
		    const char *name)
{
	struct vch_buf bytes = vch_buf(BOARD_ID_LEN);
	char path[VCH_PATH_MAX];
	bool read;

	id_path(path, dir, name);
	read = vch_file_read(&bytes, path) == VCH_OK;
	if (read)
		memcpy(ret, vch_buf_span(&bytes).ptr, BOARD_ID_LEN);
	vch_buf_free(&bytes);
	return read;
}

static void id_make(const char *dir, const char *name)
{
	uint8_t id[BOARD_ID_LEN];
	char path[VCH_PATH_MAX];

	if (id_read(id, dir, name))
		return;
	VCH_CHECK(getrandom(id, sizeof(id), 0) == sizeof(id));
	id_path(path, dir, name);
	VCH_CHECK(vch_file_write(path, vch_span(id, sizeof(id)), 0600) ==
		  VCH_OK);
}

enum vch_err __wrap_vch_tee_factory(const char *dir)
{
	VCH_TRY(__real_vch_tee_factory(dir));
	id_make(dir, "storage");
	id_make(dir, "device.secret");
	return VCH_OK;
}

static const char *flavour_of(const char *program)
{
	if (strstr(program, "hasty"))
		return "hasty";
	return strstr(program, "faults") ? "prompt" : "plain";
}

static char made_dir[MADE_MAX]; /* of the flavour that is loaded */

static void load_flavour(const char *flavour)
{
	char path[VCH_PATH_MAX];

	id_path(path, TA_DIR, flavour);
	unlink(TA_NAME);
	VCH_CHECK(symlink(path, TA_NAME) == 0);
	snprintf(made_dir, sizeof(made_dir), MADE_DIR "%s", flavour);
	mkdir(made_dir, 0700);
}

/* So that what it keeps is dropped when its test has ended. */
static void remember(const struct board_device *device, const char *dir)
{
	char link[MADE_MAX + 1 + 2 * BOARD_ID_LEN];
	size_t len = (size_t)snprintf(link, sizeof(link), "%s/", made_dir);

	for (size_t i = 0; i < BOARD_ID_LEN; i++)
		len += (size_t)snprintf(link + len, sizeof(link) - len, "%02x",
					device->storage[i]);
	VCH_CHECK(symlink(dir, link) == 0 || errno == EEXIST);
}

/* transport_teec.c opens the only session there is: this sees it. */
TEEC_Result __real_TEEC_OpenSession(TEEC_Context *context,
				    TEEC_Session *session,
				    const TEEC_UUID *destination,
				    uint32_t login, const void *login_data,
				    TEEC_Operation *operation,
				    uint32_t *origin);
TEEC_Result __wrap_TEEC_OpenSession(TEEC_Context *context,
				    TEEC_Session *session,
				    const TEEC_UUID *destination,
				    uint32_t login, const void *login_data,
				    TEEC_Operation *operation,
				    uint32_t *origin);
static struct board_device next;

static TEEC_Result tell(TEEC_Session *session, uint32_t command,
			struct board_device *device)
{
	TEEC_Operation op = {
		.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_INPUT,
					       TEEC_NONE, TEEC_NONE, TEEC_NONE),
	};

	op.params[0].tmpref.buffer = device;
	op.params[0].tmpref.size = sizeof(*device);
	return TEEC_InvokeCommand(session, command, &op, NULL);
}

/* The board has room for a few devices: those whose test ended go. */
static void drop_ended(TEEC_Session *session)
{
	DIR *made = opendir(made_dir);
	struct dirent *entry;

	while (made && (entry = readdir(made))) {
		struct board_device device = {0};
		char path[VCH_PATH_MAX];
		struct stat st;

		id_path(path, made_dir, entry->d_name);
		if (entry->d_name[0] == '.' || stat(path, &st) == 0)
			continue;
		for (size_t i = 0; i < BOARD_ID_LEN; i++)
			sscanf(entry->d_name + 2 * i, "%2hhx",
			       &device.storage[i]);
		VCH_CHECK(tell(session, BOARD_DROP, &device) == TEEC_SUCCESS);
		unlink(path);
	}
	if (made)
		closedir(made);
}

TEEC_Result __wrap_TEEC_OpenSession(TEEC_Context *context,
				    TEEC_Session *session,
				    const TEEC_UUID *destination,
				    uint32_t login, const void *login_data,
				    TEEC_Operation *operation, uint32_t *origin)
{
	TEEC_Result res =
		__real_TEEC_OpenSession(context, session, destination, login,
					login_data, operation, origin);

	if (res != TEEC_SUCCESS)
		return res;
	drop_ended(session);
	return tell(session, BOARD_SELECT, &next);
}

enum vch_err __wrap_vch_tee_start(struct vch_tee **ret,
				  const struct vch_tee_options *options)
{
	struct vch_tee_options first = *options;

	VCH_TRY(vch_dir_check_private(options->dir));
	if (!id_read(next.storage, options->dir, "storage") ||
	    !id_read(next.secret, options->dir, "device.secret"))
		return VCH_FILE;
	next.panic_at_write = 0;
	if (options->argument)
		sscanf(options->argument, "tear-write=%u",
		       &next.panic_at_write);
	load_flavour(flavour_of(options->program));
	remember(&next, options->dir);
	first.second = false;
	return __real_vch_tee_start(ret, &first);
}
