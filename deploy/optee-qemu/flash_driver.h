/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The driver itself, vouch_flash.c as OP-TEE builds it, as often started anew
 * as a test likes. Its own functions are in optee/vouch_flash.h and, of the
 * core's, in fake/core.h.
 */
#ifndef DEPLOY_OPTEE_QEMU_FLASH_DRIVER_H
#define DEPLOY_OPTEE_QEMU_FLASH_DRIVER_H

#include <vouch_flash.h>

#include "deploy/optee-qemu/fake/core.h"

enum {
	FLASH_PLACES_AT = FLASH_SECTOR, /* of flash_bytes */
	FLASH_ENTRY = 2048,
	FLASH_PLACES = 6,
};

/* One entry of a place's journal, with its magic, as the driver has it. */
struct flash_entry {
	uint64_t number;
	struct vouch_code owner;
	uint8_t origin[32];
	uint32_t size;
	uint8_t data[VOUCH_PLACE_MAX];
};

/* A device as the factory makes it, with a seed; and the power comes. */
void flash_make(void);

/* The board starts: the driver knows nothing, the chips show what they hold. */
void flash_boot(void);

/* Does it, up to its end or until the power goes or the core panics. */
enum flash_end flash_try(void (*what)(void *arg), void *arg);

/* No secret is left where the driver works on entries. */
bool flash_is_wiped(void);

/* An entry with its digest, put there by no driver: for states none makes. */
void flash_put_entry(size_t at, const struct flash_entry *e);

#endif
