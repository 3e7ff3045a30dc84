/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What vouch_flash.c takes from OP-TEE's core, for its tests on the host: the
 * headers beside this one only bring it. Hashes are real, the flash behind
 * io_read32 and io_write32 is flash_model.c, the rest is flash_driver.c.
 */
#ifndef DEPLOY_OPTEE_QEMU_FAKE_CORE_H
#define DEPLOY_OPTEE_QEMU_FAKE_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <tee_internal_api.h> /* of emu/include */

#include "deploy/optee-qemu/flash_model.h"

#define TEE_ALG_SHA256 0x50000004
#define HW_UNIQUE_KEY_LENGTH 32

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define ROUNDUP(v, to) (((v) + (to) - 1) / (to) * (to))
#define COMPILE_TIME_ASSERT(cond) _Static_assert(cond, #cond)

#define paddr_t uintptr_t
#define vaddr_t uintptr_t

/* What the board maps is what the model has, and no byte more. */
#define MEM_AREA_IO_SEC 1
#define register_phys_mem_pgdir(area, at, size)                                \
	_Static_assert((area) == MEM_AREA_IO_SEC && (at) == FLASH_AT &&        \
			       (size) == FLASH_SIZE_MODEL,                     \
		       "the model is of another flash")

struct mutex {
	bool locked;
};
#define MUTEX_INITIALIZER {.locked = false}

struct tee_hw_unique_key {
	uint8_t data[HW_UNIQUE_KEY_LENGTH];
};

void *phys_to_virt(paddr_t at, int area, size_t size);
void mutex_lock(struct mutex *m);
void mutex_unlock(struct mutex *m);
void panic(const char *said) __attribute__((noreturn));
void memzero_explicit(void *at, size_t size);

TEE_Result crypto_hash_alloc_ctx(void **ctx, uint32_t algo);
TEE_Result crypto_hash_init(void *ctx);
TEE_Result crypto_hash_update(void *ctx, const uint8_t *data, size_t size);
TEE_Result crypto_hash_final(void *ctx, uint8_t *digest, size_t size);
void crypto_hash_free_ctx(void *ctx);
TEE_Result crypto_rng_init(const void *data, size_t size);

/* What the driver gives the core. */
TEE_Result tee_otp_get_hw_unique_key(struct tee_hw_unique_key *hwkey);
void plat_rng_init(void);
TEE_Result nv_counter_get_ree_fs(uint32_t *value);
TEE_Result nv_counter_incr_ree_fs_to(uint32_t value);

#endif
