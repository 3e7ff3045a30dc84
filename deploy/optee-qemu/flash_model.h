/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A model of the board's secure flash for the tests of its driver: two 16-bit
 * chips side by side, command set 1 (Intel). Programming only clears bits,
 * erasing sets a sector to ones; a buffer takes up to 512 words a chip within
 * one aligned block of as many, which is what chips with such a buffer have
 * and half of what QEMU's take. What no driver may send ends the program:
 * unknown commands, words out of the block, a write to a busy chip.
 *
 * The power can go at any write, an operation can fail.
 */
#ifndef DEPLOY_OPTEE_QEMU_FLASH_MODEL_H
#define DEPLOY_OPTEE_QEMU_FLASH_MODEL_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
	FLASH_AT = 0x200000, /* of the fuses; the places follow */
	FLASH_SECTOR = 0x40000,
	FLASH_SECTORS = 13,
	FLASH_SIZE_MODEL = FLASH_SECTORS * FLASH_SECTOR,
	FLASH_BLOCK = 2048, /* what one buffered program can write */
};

/* How far an erasure or a program had got when the power went. */
enum flash_tear {
	FLASH_NOTHING,
	FLASH_ALL,
	FLASH_BITS,   /* each bit as it was or as it was to be */
	FLASH_WORDS,  /* each word whole or not begun */
	FLASH_FIRST,  /* whole up to some word */
	FLASH_CHIP,   /* whole in one chip, not begun in the other */
	FLASH_ZEROS,  /* erasures begin with this; else as FLASH_BITS */
	FLASH_RANDOM, /* erasures: any bits at all; else as FLASH_BITS */
	FLASH_TEARS,
};

enum flash_fault {
	FLASH_SAID,   /* an error, and nothing was done */
	FLASH_DONE,   /* an error, and yet all was done */
	FLASH_SILENT, /* no error, some bits were not done */
	FLASH_STUCK,  /* all is done, and the chip never says so */
	FLASH_FAULTS,
};

struct flash_plan {
	/* The power goes at that write, or as that operation begins; from 1. */
	uint64_t cut_at, cut_op;
	enum flash_tear tear;
	bool straight;	  /* words land and sectors go at once, as QEMU's do */
	uint64_t fail_at; /* the operation that fails; from 1 */
	enum flash_fault fault;
	unsigned int chip;     /* of the two the one that fails */
	uint64_t hash_fail_at; /* the call for a hash that finds no memory */
};

struct flash_seen {
	uint64_t writes, reads, hashes;
	uint64_t ops;	   /* erasures and programs */
	uint64_t bits_set; /* words that wanted a bit back: never right */
	uint64_t erased[FLASH_SECTORS];
	uint32_t dirty; /* sectors that changed since flash_keep */
	uint8_t rng_seed[64];
	const char *panic;
};

enum flash_end {
	FLASH_RETURNED,
	FLASH_CUT,
	FLASH_PANIC,
};

extern uint8_t flash_bytes[FLASH_SIZE_MODEL];
extern struct flash_plan flash_plan;
extern struct flash_seen flash_seen;
extern jmp_buf flash_out;
extern bool flash_reading; /* both chips show what they hold */

/* The same numbers from the same seed, for tears and for the tests. */
void flash_seed(uint64_t seed);
uint64_t flash_draw(uint64_t below);

/* Chips as they are when the power comes; no plan, nothing seen. */
void flash_power_on(void);

/* All of it kept, and as it was kept; one copy only. */
void flash_keep(void);
void flash_restore(void);

uint32_t flash_read_slow(uintptr_t at);
void io_write32(uintptr_t at, uint32_t word);

static inline uint32_t io_read32(uintptr_t at)
{
	uint32_t word;

	if (!flash_reading || at - FLASH_AT > FLASH_SIZE_MODEL - sizeof(word))
		return flash_read_slow(at);
	flash_seen.reads++;
	memcpy(&word, flash_bytes + (at - FLASH_AT), sizeof(word));
	return word;
}

#endif
