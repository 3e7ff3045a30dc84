/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/fault.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "emu/pipe.h"
#include "trusted/base/check.h"

/* After the two slots the test flavour keeps what a write replaced. */
#define KEPT_AT VCH_STORAGE_SIZE

enum fault_step {
	FAIL_CALL,
	DIE_CALL,
	FAIL_WRITE,
	TEAR_WRITE,
	LOSE_WRITE,
	DIE_BEFORE,
	DIE_AFTER,
	ROLLBACK,
	STEP_CNT,
};

static const char *const step_names[STEP_CNT] = {
	[FAIL_CALL] = "fail-call=",   [DIE_CALL] = "die-call=",
	[FAIL_WRITE] = "fail-write=", [TEAR_WRITE] = "tear-write=",
	[LOSE_WRITE] = "lose-write=", [DIE_BEFORE] = "die-before=",
	[DIE_AFTER] = "die-after=",   [ROLLBACK] = "rollback",
};

/* step_at[s]: at which call, write or reply step s is due; 0 is never. */
static uint64_t step_at[STEP_CNT];
static uint64_t call_cnt;
static uint64_t write_cnt;
static uint64_t reply_cnt;

/* The step at the head of *plan, which moves past it; STEP_CNT if none. */
static enum fault_step step_read(const char **plan)
{
	for (enum fault_step s = 0; s < STEP_CNT; s++) {
		size_t len = strlen(step_names[s]);

		if (strncmp(*plan, step_names[s], len) == 0) {
			*plan += len;
			return s;
		}
	}
	return STEP_CNT;
}

enum vch_err vch_fault_plan(const char *plan)
{
	for (size_t i = 0; i < STEP_CNT && *plan; i++) {
		enum fault_step step = step_read(&plan);
		char *end = NULL;

		if (step == STEP_CNT)
			return VCH_ARGUMENT;
		step_at[step] = 1;
		if (step != ROLLBACK) {
			step_at[step] = strtoull(plan, &end, 10);
			if (end == plan || step_at[step] == 0)
				return VCH_ARGUMENT;
			plan = end;
		}
		if (*plan == ',')
			plan++;
		else if (*plan)
			return VCH_ARGUMENT;
	}
	return *plan ? VCH_ARGUMENT : VCH_OK;
}

/*
 * SIGKILL needs the kill system call, which the sandbox forbids and which is
 * not opened for tests. This ends as abruptly: no handler, no flush.
 */
void vch_fault_die(void)
{
	_exit(137);
}

bool vch_fault_call(void)
{
	call_cnt++;
	if (call_cnt == step_at[DIE_CALL])
		vch_fault_die();
	return call_cnt == step_at[FAIL_CALL];
}

enum vch_fault_write vch_fault_write(void)
{
	write_cnt++;
	if (write_cnt == step_at[FAIL_WRITE])
		return VCH_FAULT_WRITE_FAIL;
	if (write_cnt == step_at[TEAR_WRITE])
		return VCH_FAULT_WRITE_TEAR;
	if (write_cnt == step_at[LOSE_WRITE])
		return VCH_FAULT_WRITE_LOSE;
	return VCH_FAULT_WRITE_NONE;
}

static void slot_copy(int fd, off_t to, off_t from)
{
	static uint8_t slot[VCH_STORAGE_SLOT];

	VCH_CHECK(pread(fd, slot, sizeof(slot), from) == sizeof(slot));
	VCH_CHECK(pwrite(fd, slot, sizeof(slot), to) == sizeof(slot));
}

void vch_fault_keep(int storage_fd)
{
	slot_copy(storage_fd, KEPT_AT, 0);
}

void vch_fault_start(int storage_fd)
{
	if (!step_at[ROLLBACK])
		return;
	slot_copy(storage_fd, 0, KEPT_AT);
	slot_copy(storage_fd, VCH_STORAGE_SLOT, KEPT_AT);
}

void vch_fault_before_reply(void)
{
	reply_cnt++;
	if (reply_cnt == step_at[DIE_BEFORE])
		vch_fault_die();
}

void vch_fault_after_reply(void)
{
	if (reply_cnt > 0 && reply_cnt == step_at[DIE_AFTER])
		vch_fault_die();
}
