// SPDX-License-Identifier: Apache-2.0
/*
 * Secure flash of QEMU's virt machine: two 16-bit chips side by side, command
 * set 1 (Intel), sectors of 256 KiB. A place is two sectors with a journal:
 * each write is a new entry of 2 KiB, the newest whole one counts. When a
 * sector is full, or older entries are to be forgotten, the other sector is
 * erased, gets the entry, and then the first one is erased. So power can go at
 * any point, and one sector is erased in 128 writes. Flash wears out after
 * about 100,000 erasures of a sector: with one write a second, two sectors last
 * nine months; a board with so little wants RPMB or a longer window.
 */
#include <crypto/crypto.h>
#include <initcall.h>
#include <io.h>
#include <kernel/mutex.h>
#include <kernel/nv_counter.h>
#include <kernel/panic.h>
#include <kernel/tee_common_otp.h>
#include <mm/core_memprot.h>
#include <mm/core_mmu.h>
#include <platform_config.h>
#include <string.h>
#include <string_ext.h>
#include <tee/tee_cryp_utl.h>
#include <trace.h>
#include <vouch_flash.h>

#define FUSES_BASE 0x00200000
#define PLACES_BASE 0x00240000
#define SECTOR_SIZE 0x00040000
#define OWNERS 6
#define FLASH_SIZE (PLACES_BASE + 2 * OWNERS * SECTOR_SIZE - FUSES_BASE)
#define ENTRY_SIZE 2048
#define ENTRIES (SECTOR_SIZE / ENTRY_SIZE)
#define WAIT_MAX 1000000

/* Both chips at once. */
#define CMD_READ 0x00ff00ff
#define CMD_ERASE 0x00200020
#define CMD_CONFIRM 0x00d000d0
#define CMD_BUFFER 0x00e800e8
#define CMD_STATUS_CLR 0x00500050
#define STATUS_READY 0x00800080
#define STATUS_BAD 0x003a003a

register_phys_mem_pgdir(MEM_AREA_IO_SEC, FUSES_BASE, FLASH_SIZE);

struct entry {
	uint8_t magic[8];
	uint64_t number;
	struct vouch_code owner;
	uint8_t origin[32]; /* the first measurement that owned it */
	uint32_t size;
	uint32_t zero;
	uint8_t data[VOUCH_PLACE_MAX];
	uint8_t digest[32]; /* SHA-256 of all before */
};

struct place {
	bool looked;
	bool used;
	struct vouch_code owner; /* this and origin: as in the newest entry */
	uint8_t origin[32];
	uint64_t number;     /* the highest that was given to an entry */
	unsigned int sector; /* of the newest entry: 0 or 1 */
	unsigned int idx;
	bool spare_erased; /* the other sector was, whole, since the start */
};

static const uint8_t fuses_magic[8] = "VCHFUSE1";
static const uint8_t entry_magic[8] = "VCHPLAC2";
static struct place places[OWNERS];
static struct entry scratch;
static struct mutex flash_lock = MUTEX_INITIALIZER;

static vaddr_t flash_va(paddr_t at)
{
	vaddr_t va = (vaddr_t)phys_to_virt(at, MEM_AREA_IO_SEC, ENTRY_SIZE);

	if (!va)
		panic("no secure flash");
	return va;
}

static void flash_read(void *to, paddr_t at, size_t size)
{
	vaddr_t va = flash_va(at);
	uint8_t *bytes = to;
	size_t i = 0;

	for (i = 0; i < size; i += sizeof(uint32_t)) {
		uint32_t word = io_read32(va + i);

		memcpy(bytes + i, &word, MIN(sizeof(word), size - i));
	}
}

static TEE_Result flash_wait(vaddr_t va)
{
	TEE_Result res = TEE_ERROR_STORAGE_NOT_AVAILABLE;
	unsigned int n = 0;

	for (n = 0; n < WAIT_MAX; n++) {
		uint32_t status = io_read32(va);

		if ((status & STATUS_READY) != STATUS_READY)
			continue;
		if (!(status & STATUS_BAD))
			res = TEE_SUCCESS;
		break;
	}
	io_write32(va, CMD_STATUS_CLR);
	io_write32(va, CMD_READ);
	return res;
}

static TEE_Result flash_erase(paddr_t at)
{
	vaddr_t va = flash_va(at);

	io_write32(va, CMD_ERASE);
	io_write32(va, CMD_CONFIRM);
	return flash_wait(va);
}

/* size: at most ENTRY_SIZE, whole words, within one ENTRY_SIZE block. */
static TEE_Result flash_program(paddr_t at, const void *from, size_t size)
{
	uint32_t words = size / sizeof(uint32_t);
	vaddr_t va = flash_va(at);
	uint32_t i = 0;

	io_write32(va, CMD_BUFFER);
	io_write32(va, (words - 1) | (words - 1) << 16);
	for (i = 0; i < words; i++) {
		uint32_t word = 0;

		memcpy(&word, (const uint8_t *)from + i * sizeof(word),
		       sizeof(word));
		io_write32(va + i * sizeof(word), word);
	}
	io_write32(va, CMD_CONFIRM);
	return flash_wait(va);
}

void vouch_fuses_read(struct vouch_fuses *fuses)
{
	flash_read(fuses, FUSES_BASE, sizeof(*fuses));
	if (memcmp(fuses->magic, fuses_magic, sizeof(fuses_magic)))
		panic("this device was never made: no fuses");
}

TEE_Result tee_otp_get_hw_unique_key(struct tee_hw_unique_key *hwkey)
{
	struct vouch_fuses fuses = {};

	COMPILE_TIME_ASSERT(sizeof(hwkey->data) == sizeof(fuses.secret));
	vouch_fuses_read(&fuses);
	memcpy(hwkey->data, fuses.secret, sizeof(hwkey->data));
	memzero_explicit(&fuses, sizeof(fuses));
	return TEE_SUCCESS;
}

static const uint8_t no_seed[sizeof(((struct vouch_fuses *)0)->seed)];
static bool seed_cleared;

/* A start that got no new seed would repeat random numbers: it ends here. */
void plat_rng_init(void)
{
	struct vouch_fuses fuses = {};

	vouch_fuses_read(&fuses);
	if (!memcmp(fuses.seed, no_seed, sizeof(no_seed)))
		panic("no seed for the random generator");
	if (crypto_rng_init(fuses.seed, sizeof(fuses.seed)))
		panic("no random generator");
	memzero_explicit(&fuses, sizeof(fuses));
}

/*
 * Before the flash is first used: the seed was. Not at the start itself,
 * because until the normal world has released them the other processors wait
 * in code that lies in this flash, and it cannot be read while it is written.
 */
static TEE_Result seed_clear(void)
{
	struct vouch_fuses fuses = {};
	TEE_Result res = TEE_SUCCESS;

	if (seed_cleared)
		return TEE_SUCCESS;
	res = flash_program(FUSES_BASE + offsetof(struct vouch_fuses, seed),
			    no_seed, sizeof(no_seed));
	if (res)
		return res;
	vouch_fuses_read(&fuses);
	if (memcmp(fuses.seed, no_seed, sizeof(no_seed)))
		res = TEE_ERROR_STORAGE_NOT_AVAILABLE;
	memzero_explicit(&fuses, sizeof(fuses));
	seed_cleared = !res;
	return res;
}

/* ---- places ---------------------------------------------------------- */

static paddr_t sector_at(const struct place *p, unsigned int sector)
{
	return PLACES_BASE + ((p - places) * 2 + sector) * SECTOR_SIZE;
}

static TEE_Result digest_of(const struct entry *e, uint8_t digest[32])
{
	void *ctx = NULL;
	TEE_Result res = crypto_hash_alloc_ctx(&ctx, TEE_ALG_SHA256);

	if (res)
		return res;
	res = crypto_hash_init(ctx);
	if (!res)
		res = crypto_hash_update(ctx, (const uint8_t *)e,
					 offsetof(struct entry, digest));
	if (!res)
		res = crypto_hash_final(ctx, digest, 32);
	crypto_hash_free_ctx(ctx);
	return res;
}

/* A whole entry into scratch; TEE_ERROR_CORRUPT_OBJECT: there is none. */
static TEE_Result entry_read(paddr_t at)
{
	uint8_t digest[32] = {};
	TEE_Result res = TEE_SUCCESS;

	flash_read(&scratch, at, sizeof(scratch));
	if (memcmp(scratch.magic, entry_magic, sizeof(entry_magic)) ||
	    scratch.size > VOUCH_PLACE_MAX)
		return TEE_ERROR_CORRUPT_OBJECT;
	res = digest_of(&scratch, digest);
	if (!res && memcmp(scratch.digest, digest, sizeof(digest)))
		res = TEE_ERROR_CORRUPT_OBJECT;
	return res;
}

static bool is_blank(paddr_t at, size_t size)
{
	vaddr_t va = flash_va(at);
	size_t i = 0;

	for (i = 0; i < size; i += sizeof(uint32_t))
		if (io_read32(va + i) != UINT32_MAX)
			return false;
	return true;
}

static bool sector_is_blank(const struct place *p, unsigned int sector)
{
	unsigned int i = 0;

	for (i = 0; i < ENTRIES; i++)
		if (!is_blank(sector_at(p, sector) + i * ENTRY_SIZE,
			      ENTRY_SIZE))
			return false;
	return true;
}

/* The entry in scratch is the newest. */
static void place_take(struct place *p, unsigned int sector, unsigned int idx)
{
	p->used = true;
	p->owner = scratch.owner;
	memcpy(p->origin, scratch.origin, sizeof(p->origin));
	p->number = scratch.number;
	p->sector = sector;
	p->idx = idx;
}

/* An entry that cannot be judged, for want of memory, is no older one. */
static TEE_Result entry_look(struct place *p, unsigned int sector,
			     unsigned int idx)
{
	paddr_t at = sector_at(p, sector) + idx * ENTRY_SIZE;
	TEE_Result res = TEE_SUCCESS;

	if (is_blank(at, sizeof(uint32_t)))
		return TEE_SUCCESS;
	res = entry_read(at);
	if (!res && (!p->used || scratch.number > p->number))
		place_take(p, sector, idx);
	return res == TEE_ERROR_CORRUPT_OBJECT ? TEE_SUCCESS : res;
}

/* Finds the newest entry, and ends a forgetting that was cut short. */
static TEE_Result place_look(struct place *p)
{
	TEE_Result res = TEE_SUCCESS;
	unsigned int i = 0;

	if (p->looked)
		return TEE_SUCCESS;
	for (i = 0; !res && i < 2 * ENTRIES; i++)
		res = entry_look(p, i / ENTRIES, i % ENTRIES);
	if (res)
		return res;
	if (p->used && !sector_is_blank(p, !p->sector) &&
	    flash_erase(sector_at(p, !p->sector)))
		return TEE_ERROR_STORAGE_NOT_AVAILABLE;
	p->looked = true;
	return TEE_SUCCESS;
}

static TEE_Result place_look_all(void)
{
	TEE_Result res = seed_clear();
	unsigned int i = 0;

	for (i = 0; !res && i < OWNERS; i++)
		res = place_look(&places[i]);
	return res;
}

static bool is_owner(const struct place *p, const uint8_t measurement[32])
{
	return p->used && !memcmp(p->owner.measurement, measurement, 32);
}

/* Given away by the code that began it: this UUID means its owner alone. */
static bool is_handed_over(const struct place *p, const TEE_UUID *uuid)
{
	return p->used && !is_owner(p, p->origin) &&
	       !memcmp(&p->owner.uuid, uuid, sizeof(*uuid));
}

/* That code's place, or a free one if `make`. */
static TEE_Result place_find(struct place **ret, const struct vouch_code *code,
			     bool make)
{
	struct place *spare = NULL;
	TEE_Result res = place_look_all();
	bool denied = false;
	unsigned int i = 0;

	if (res)
		return res;
	for (i = 0; i < OWNERS; i++) {
		struct place *p = &places[i];

		if (!p->used && !spare)
			spare = p;
		denied = denied || is_handed_over(p, &code->uuid);
		if (!is_owner(p, code->measurement))
			continue;
		*ret = p;
		return TEE_SUCCESS;
	}
	if (denied)
		return TEE_ERROR_ACCESS_DENIED;
	if (!make)
		return TEE_ERROR_ITEM_NOT_FOUND;
	*ret = spare;
	return spare ? TEE_SUCCESS : TEE_ERROR_STORAGE_NO_SPACE;
}

TEE_Result vouch_place_read(const struct vouch_code *code, uint8_t *data,
			    size_t *size)
{
	struct place *p = NULL;
	TEE_Result res = TEE_SUCCESS;

	mutex_lock(&flash_lock);
	res = place_find(&p, code, false);
	if (!res)
		res = entry_read(sector_at(p, p->sector) + p->idx * ENTRY_SIZE);
	if (!res && *size < scratch.size)
		res = TEE_ERROR_SHORT_BUFFER;
	if (!res) {
		memcpy(data, scratch.data, scratch.size);
		*size = scratch.size;
	}
	memzero_explicit(&scratch, sizeof(scratch));
	mutex_unlock(&flash_lock);
	return res;
}

/* scratch into entry idx of a sector; read back. */
static TEE_Result entry_write(struct place *p, unsigned int sector,
			      unsigned int idx)
{
	paddr_t at = sector_at(p, sector) + idx * ENTRY_SIZE;
	TEE_Result res =
		flash_program(at, &scratch, ROUNDUP(sizeof(scratch), 4));

	if (!res)
		res = entry_read(at);
	if (res)
		return TEE_ERROR_STORAGE_NOT_AVAILABLE;
	place_take(p, sector, idx);
	return TEE_SUCCESS;
}

/* The next entry of its journal that was never written, or ENTRIES. */
static unsigned int next_blank(const struct place *p)
{
	unsigned int i = p->used ? p->idx + 1 : 0;

	while (i < ENTRIES &&
	       !is_blank(sector_at(p, p->sector) + i * ENTRY_SIZE, ENTRY_SIZE))
		i++;
	return i;
}

/* forget, idx 0: there is nothing, not even a first write that was cut. */
static TEE_Result place_put(struct place *p, bool forget)
{
	unsigned int idx = next_blank(p);
	unsigned int old = p->sector;
	TEE_Result res = TEE_SUCCESS;

	if (idx < ENTRIES && !(forget && idx))
		return entry_write(p, p->sector, idx);
	if (!p->spare_erased)
		res = flash_erase(sector_at(p, !old));
	if (!res)
		res = entry_write(p, !old, 0);
	if (!res)
		res = flash_erase(sector_at(p, old));
	p->spare_erased = !res;
	return res;
}

/*
 * The next entry of that place, begun in scratch. One that fails keeps its
 * number: it may stand in the flash all the same, and the next one is newer.
 */
static void entry_begin(struct place *p, const struct vouch_code *owner)
{
	memset(&scratch, 0, sizeof(scratch));
	memcpy(scratch.magic, entry_magic, sizeof(entry_magic));
	scratch.number = ++p->number;
	scratch.owner = *owner;
	memcpy(scratch.origin, p->used ? p->origin : owner->measurement,
	       sizeof(scratch.origin));
}

TEE_Result vouch_place_write(const struct vouch_code *code, const uint8_t *data,
			     size_t size, bool forget)
{
	struct place *p = NULL;
	TEE_Result res = TEE_SUCCESS;

	if (size > VOUCH_PLACE_MAX)
		return TEE_ERROR_BAD_PARAMETERS;
	mutex_lock(&flash_lock);
	res = place_find(&p, code, true);
	if (!res) {
		entry_begin(p, code);
		memcpy(scratch.data, data, size);
		scratch.size = size;
		res = digest_of(&scratch, scratch.digest);
	}
	if (!res)
		res = place_put(p, forget);
	memzero_explicit(&scratch, sizeof(scratch));
	mutex_unlock(&flash_lock);
	return res;
}

TEE_Result vouch_place_origin(uint8_t origin[32], const struct vouch_code *code)
{
	struct place *p = NULL;
	TEE_Result res = TEE_SUCCESS;

	mutex_lock(&flash_lock);
	res = place_find(&p, code, false);
	if (!res)
		memcpy(origin, p->origin, sizeof(p->origin));
	memzero_explicit(&scratch, sizeof(scratch));
	mutex_unlock(&flash_lock);
	if (res == TEE_ERROR_ITEM_NOT_FOUND) {
		memcpy(origin, code->measurement, sizeof(code->measurement));
		return TEE_SUCCESS;
	}
	return res;
}

/* The newest entry once more, under another owner; the old ones are erased. */
static TEE_Result place_give(struct place *p, const struct vouch_code *to)
{
	TEE_Result res =
		entry_read(sector_at(p, p->sector) + p->idx * ENTRY_SIZE);

	if (res)
		return res;
	scratch.number = ++p->number;
	scratch.owner = *to;
	res = digest_of(&scratch, scratch.digest);
	return res ? res : place_put(p, true);
}

TEE_Result vouch_place_hand_over(const struct vouch_code *code,
				 const uint8_t successor[32], bool really)
{
	struct vouch_code to = {.uuid = code->uuid};
	struct place *p = NULL;
	TEE_Result res = TEE_SUCCESS;
	unsigned int i = 0;

	memcpy(to.measurement, successor, sizeof(to.measurement));
	mutex_lock(&flash_lock);
	res = place_find(&p, code, false);
	for (i = 0; i < OWNERS; i++)
		if (!res && places[i].used &&
		    (is_owner(&places[i], successor) ||
		     !memcmp(places[i].origin, successor, 32)))
			res = TEE_ERROR_ACCESS_CONFLICT;
	if (!res && really)
		res = place_give(p, &to);
	memzero_explicit(&scratch, sizeof(scratch));
	mutex_unlock(&flash_lock);
	return res;
}

/*
 * The counter of OP-TEE's own storage on the normal world's disk: with it an
 * older copy of that storage is refused.
 */
static const struct vouch_code counter_owner = {
	.measurement = "OP-TEE: counter of the storage",
};

TEE_Result nv_counter_get_ree_fs(uint32_t *value)
{
	size_t size = sizeof(*value);
	TEE_Result res =
		vouch_place_read(&counter_owner, (uint8_t *)value, &size);

	if (res == TEE_ERROR_ITEM_NOT_FOUND) {
		*value = 0;
		return TEE_SUCCESS;
	}
	return !res && size != sizeof(*value) ? TEE_ERROR_CORRUPT_OBJECT : res;
}

TEE_Result nv_counter_incr_ree_fs_to(uint32_t value)
{
	uint32_t was = 0;
	TEE_Result res = nv_counter_get_ree_fs(&was);

	if (res || value <= was)
		return res;
	return vouch_place_write(&counter_owner, (const uint8_t *)&value,
				 sizeof(value), false);
}
