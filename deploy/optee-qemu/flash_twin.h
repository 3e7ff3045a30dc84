/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the places of the secure flash are to whoever uses them, without any
 * flash: a few owners with a value each. The tests of vouch_flash.c hold the
 * driver to it, after each operation and after each power cut.
 *
 * There are two applications with four versions each; versions are codes 0 to
 * 7, application code / 4. A value is a number: its bytes in the flash repeat
 * it beside a mark, in each chip by itself, so that any trace of it is found.
 */
#ifndef DEPLOY_OPTEE_QEMU_FLASH_TWIN_H
#define DEPLOY_OPTEE_QEMU_FLASH_TWIN_H

#include "deploy/optee-qemu/flash_driver.h"

enum {
	TWIN_CODES = 8,
	TWIN_COUNTER = 8, /* who keeps the counter of OP-TEE's storage */
	TWIN_NONE = 255,
};

struct twin_place {
	bool used;
	uint8_t owner, origin; /* codes */
	uint32_t value;
	uint32_t floor; /* older values than this are forgotten */
};

struct twin {
	struct twin_place place[FLASH_PLACES]; /* in the driver's order */
};

enum twin_kind {
	TWIN_READ,
	TWIN_WRITE,
	TWIN_FORGET,
	TWIN_GIVE,     /* hand over */
	TWIN_MAY_GIVE, /* the same, only looked at */
	TWIN_COUNT,
	TWIN_KINDS,
};

struct twin_op {
	enum twin_kind kind;
	uint8_t code, to;
	uint32_t value; /* from twin_value(); or what the counter is to be */
};

/* The next value: newer than all before. */
uint32_t twin_value(void);

struct vouch_code twin_code(uint8_t code);

/* What must come of it; the twin is then as it is if that is done. */
TEE_Result twin_do(struct twin *t, const struct twin_op *op);

/* The driver does it; an error of its own is returned as it is. */
TEE_Result twin_drive(const struct twin_op *op);

/* Every code reads what is its, and the counter stands where it should. */
bool twin_holds(const struct twin *t);

/* Nothing that is forgotten is anywhere in the flash. */
bool twin_forgot(const struct twin *t);

#endif
