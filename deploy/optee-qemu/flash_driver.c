/* SPDX-License-Identifier: Apache-2.0 */
/* The driver is included: it starts anew by its own variables. */
#include "deploy/optee-qemu/optee/vouch_flash.c"

#include <stdlib.h>

#include "deploy/optee-qemu/flash_driver.h"
#include "trusted/base/check.h"
#include "trusted/crypto/sha256.h"

_Static_assert(ENTRY_SIZE == FLASH_ENTRY && OWNERS == FLASH_PLACES &&
		       PLACES_BASE - FUSES_BASE == FLASH_PLACES_AT,
	       "the tests know another layout");
_Static_assert(sizeof(struct entry) <= ENTRY_SIZE, "an entry has its room");

static bool trying;

void flash_make(void)
{
	struct vouch_fuses fuses = {};

	memset(flash_bytes, 0xff, sizeof(flash_bytes));
	memcpy(fuses.magic, fuses_magic, sizeof(fuses.magic));
	memset(fuses.secret, 0x51, sizeof(fuses.secret));
	memset(fuses.attest_seed, 0x52, sizeof(fuses.attest_seed));
	memset(fuses.attest_key, 0x53, sizeof(fuses.attest_key));
	memset(fuses.certificate, 0x54, sizeof(fuses.certificate));
	memset(fuses.seed, 0x55, sizeof(fuses.seed));
	memcpy(flash_bytes, &fuses, sizeof(fuses));
	flash_seen.dirty = UINT32_MAX;
	flash_boot();
}

void flash_boot(void)
{
	memset(places, 0, sizeof(places));
	memset(&scratch, 0, sizeof(scratch));
	flash_lock.locked = false;
	seed_cleared = false;
	flash_power_on();
}

enum flash_end flash_try(void (*what)(void *arg), void *arg)
{
	enum flash_end end = FLASH_RETURNED;

	trying = true;
	/* longjmp with no other values */
	switch (setjmp(flash_out)) {
	case 0:
		what(arg);
		break;
	case FLASH_CUT:
		end = FLASH_CUT;
		break;
	default:
		end = FLASH_PANIC;
	}
	trying = false;
	return end;
}

bool flash_is_wiped(void)
{
	static const struct entry none;

	return !memcmp(&scratch, &none, sizeof(none));
}

void flash_put_entry(size_t at, const struct flash_entry *e)
{
	struct entry to = {
		.number = e->number, .owner = e->owner, .size = e->size};

	memcpy(to.magic, entry_magic, sizeof(to.magic));
	memcpy(to.origin, e->origin, sizeof(to.origin));
	memcpy(to.data, e->data, sizeof(to.data));
	VCH_CHECK(!digest_of(&to, to.digest));
	memcpy(flash_bytes + at, &to, sizeof(to));
}

/* ---- what the core gives it -------------------------------------------- */

void *phys_to_virt(paddr_t at, int area, size_t size)
{
	if (area != MEM_AREA_IO_SEC || at < FLASH_AT ||
	    at - FLASH_AT + size > FLASH_SIZE_MODEL)
		return NULL;
	return (void *)at;
}

void mutex_lock(struct mutex *m)
{
	VCH_CHECK(!m->locked);
	m->locked = true;
}

void mutex_unlock(struct mutex *m)
{
	VCH_CHECK(m->locked);
	m->locked = false;
}

void panic(const char *said)
{
	VCH_CHECK(trying);
	flash_seen.panic = said;
	longjmp(flash_out, FLASH_PANIC);
}

void memzero_explicit(void *at, size_t size)
{
	explicit_bzero(at, size);
}

static TEE_Result hash_call(void)
{
	return ++flash_seen.hashes == flash_plan.hash_fail_at
		       ? TEE_ERROR_OUT_OF_MEMORY
		       : TEE_SUCCESS;
}

TEE_Result crypto_hash_alloc_ctx(void **ctx, uint32_t algo)
{
	TEE_Result res = hash_call();

	VCH_CHECK(algo == TEE_ALG_SHA256);
	if (!res)
		*ctx = calloc(1, sizeof(struct vch_sha256));
	VCH_CHECK(res || *ctx);
	return res;
}

TEE_Result crypto_hash_init(void *ctx)
{
	vch_sha256_init(ctx);
	return hash_call();
}

TEE_Result crypto_hash_update(void *ctx, const uint8_t *data, size_t size)
{
	vch_sha256_update(ctx, data, size);
	return hash_call();
}

TEE_Result crypto_hash_final(void *ctx, uint8_t *digest, size_t size)
{
	VCH_CHECK(size == VCH_SHA256_SIZE);
	vch_sha256_final(ctx, digest);
	return hash_call();
}

void crypto_hash_free_ctx(void *ctx)
{
	free(ctx);
}

TEE_Result crypto_rng_init(const void *data, size_t size)
{
	VCH_CHECK(size == sizeof(flash_seen.rng_seed));
	memcpy(flash_seen.rng_seed, data, size);
	return TEE_SUCCESS;
}
