/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/optee-qemu/flash_model.h"

#include "trusted/base/check.h"

#define CHIPS 2u
#define BLOCK_WORDS (FLASH_BLOCK / sizeof(uint32_t))

#define CMD_PROGRAM 0xe8
#define CMD_ERASE 0x20
#define CMD_CONFIRM 0xd0
#define CMD_STATUS_CLR 0x50
#define CMD_READ 0xff
#define READY 0x80
#define ERASE_ERROR 0x20
#define PROGRAM_ERROR 0x10

enum chip_state {
	READING,
	SHOWS_STATUS,
	ERASING,  /* waits for its confirmation */
	COUNTING, /* the number of words comes next */
	FILLING,
	FILLED, /* waits for its confirmation */
};

struct chip {
	enum chip_state state;
	uint16_t status;
	uint64_t busy; /* reads of the status until it is ready */
	bool stuck;
	size_t at; /* the sector, or the block once it is known */
	size_t left;
	uint16_t buffer[BLOCK_WORDS];
	bool has[BLOCK_WORDS];
};

_Alignas(uint64_t) uint8_t flash_bytes[FLASH_SIZE_MODEL];
struct flash_plan flash_plan;
struct flash_seen flash_seen;
jmp_buf flash_out;
bool flash_reading;

static uint8_t kept[FLASH_SIZE_MODEL];
static struct chip chips[CHIPS];
static uint64_t random_state = 1;

void flash_seed(uint64_t seed)
{
	random_state = seed ? seed : 1;
}

/* xorshift64* */
uint64_t flash_draw(uint64_t below)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (random_state * UINT64_C(2685821657736338717) >> 11) % below;
}

void flash_power_on(void)
{
	uint32_t dirty = flash_seen.dirty;

	memset(chips, 0, sizeof(chips));
	memset(&flash_plan, 0, sizeof(flash_plan));
	memset(&flash_seen, 0, sizeof(flash_seen));
	flash_seen.dirty = dirty;
	flash_reading = true;
}

void flash_keep(void)
{
	memcpy(kept, flash_bytes, sizeof(kept));
	flash_seen.dirty = 0;
}

void flash_restore(void)
{
	for (size_t i = 0; i < FLASH_SECTORS; i++)
		if (flash_seen.dirty >> i & 1)
			memcpy(flash_bytes + i * FLASH_SECTOR,
			       kept + i * FLASH_SECTOR, FLASH_SECTOR);
	flash_seen.dirty = 0;
}

/* ---- cells ------------------------------------------------------------- */

static uint16_t *cell(size_t c, size_t at)
{
	return (uint16_t *)(void *)(flash_bytes + at + c * sizeof(uint16_t));
}

/* Which of an operation's words are done, if it did not come to its end. */
struct progress {
	enum flash_tear tear;
	size_t words, first;
	bool chip, erases;
};

static struct progress progress_of(enum flash_tear tear, size_t c, size_t words)
{
	return (struct progress){
		.tear = tear,
		.words = words,
		.first = flash_draw(words + 1),
		/* the same one, when the other asks */
		.chip = c == flash_seen.writes / 2 % CHIPS,
		.erases = words > BLOCK_WORDS,
	};
}

static uint16_t word_after(const struct progress *p, uint16_t was,
			   uint16_t wanted, size_t i)
{
	switch (p->tear) {
	case FLASH_ALL:
		return wanted;
	case FLASH_WORDS:
		return flash_draw(2) ? wanted : was;
	case FLASH_FIRST:
		return i < p->first ? wanted : was;
	case FLASH_CHIP:
		return p->chip ? wanted : was;
	case FLASH_ZEROS:
		if (p->erases) /* a blank sector's, too */
			return 0;
		break;
	case FLASH_RANDOM:
		if (p->erases)
			return (uint16_t)flash_draw(1u << 16);
		break;
	case FLASH_BITS:
		break;
	default:
		return was;
	}
	/* bits that are to change did, or did not */
	return was ^ ((was ^ wanted) & (uint16_t)flash_draw(1u << 16));
}

static void erase(size_t c, size_t sector, enum flash_tear tear)
{
	struct progress p =
		progress_of(tear, c, FLASH_SECTOR / sizeof(uint32_t));
	uint32_t *whole = (uint32_t *)(void *)(flash_bytes + sector);

	for (size_t i = 0; tear == FLASH_ALL && i < p.words; i++)
		whole[i] |= UINT32_C(0xffff) << 16 * c;
	for (size_t i = 0; tear != FLASH_ALL && i < p.words; i++) {
		uint16_t *at = cell(c, sector + i * sizeof(uint32_t));

		*at = word_after(&p, *at, 0xffff, i);
	}
	flash_seen.dirty |= 1u << sector / FLASH_SECTOR;
}

static void put_word(size_t c, size_t at, uint16_t word,
		     const struct progress *p, size_t i)
{
	uint16_t *to = cell(c, at);

	flash_seen.bits_set += (word & ~*to) != 0;
	*to = word_after(p, *to, *to & word, i);
	flash_seen.dirty |= 1u << at / FLASH_SECTOR;
}

static void program(size_t c, const struct chip *chip, enum flash_tear tear)
{
	struct progress p = progress_of(tear, c, BLOCK_WORDS);

	for (size_t i = 0; i < BLOCK_WORDS; i++)
		if (chip->has[i])
			put_word(c, chip->at + i * sizeof(uint32_t),
				 chip->buffer[i], &p, i);
}

/* ---- one chip ---------------------------------------------------------- */

/* What was confirmed is done, as far as the plan lets it. */
static void operate(struct chip *chip, size_t c, bool cut)
{
	bool erases = chip->state == ERASING;
	bool fails = !cut && flash_seen.ops == flash_plan.fail_at &&
		     c == flash_plan.chip;
	enum flash_tear tear = cut ? flash_plan.tear : FLASH_ALL;

	if (fails && flash_plan.fault == FLASH_SAID)
		tear = FLASH_NOTHING;
	if (fails && flash_plan.fault == FLASH_SILENT)
		tear = FLASH_BITS;
	if (fails && flash_plan.fault <= FLASH_DONE)
		chip->status |= erases ? ERASE_ERROR : PROGRAM_ERROR;
	if (fails && flash_plan.fault == FLASH_STUCK)
		chip->stuck = true;
	if (!erases)
		program(c, chip, tear);
	else if (!flash_plan.straight)
		erase(c, chip->at, tear);
	chip->busy = flash_draw(3);
	chip->state = SHOWS_STATUS;
}

static void command(struct chip *chip, size_t c, size_t at, uint16_t word)
{
	chip->at = at - at % FLASH_SECTOR;
	switch (word) {
	case CMD_READ:
		chip->state = READING;
		break;
	case CMD_STATUS_CLR:
		chip->status = 0;
		break;
	case CMD_ERASE:
		chip->state = ERASING;
		flash_seen.erased[at / FLASH_SECTOR] += c == 0;
		if (flash_plan.straight)
			erase(c, chip->at, FLASH_ALL);
		break;
	case CMD_PROGRAM:
		chip->state = COUNTING;
		memset(chip->has, 0, sizeof(chip->has));
		break;
	default:
		VCH_CHECK(!"a command no driver needs");
	}
}

static void fill(struct chip *chip, size_t c, size_t at, uint16_t word)
{
	static const struct progress whole = {.tear = FLASH_ALL};
	size_t i = at % FLASH_BLOCK / sizeof(uint32_t);

	if (!memchr(chip->has, true, BLOCK_WORDS))
		chip->at = at - at % FLASH_BLOCK;
	VCH_CHECK(chip->at == at - at % FLASH_BLOCK);
	chip->has[i] = true;
	chip->buffer[i] = word;
	if (flash_plan.straight)
		put_word(c, at, word, &whole, i);
	if (--chip->left == 0)
		chip->state = FILLED;
}

static void chip_write(struct chip *chip, size_t c, size_t at, uint16_t word)
{
	VCH_CHECK(chip->stuck || !chip->busy);
	if (chip->stuck)
		return;
	switch (chip->state) {
	case COUNTING:
		VCH_CHECK(chip->at == at - at % FLASH_SECTOR);
		VCH_CHECK(word < BLOCK_WORDS);
		chip->left = word + 1u;
		chip->state = FILLING;
		break;
	case FILLING:
		fill(chip, c, at, word);
		break;
	case ERASING:
	case FILLED:
		VCH_CHECK(word == CMD_CONFIRM);
		VCH_CHECK(chip->at - chip->at % FLASH_SECTOR ==
			  at - at % FLASH_SECTOR);
		operate(chip, c, false);
		break;
	default:
		command(chip, c, at, word);
	}
}

static uint16_t chip_read(struct chip *chip, size_t c, size_t at)
{
	if (chip->state == READING)
		return *cell(c, at);
	if (chip->stuck)
		return chip->status;
	if (chip->busy) {
		chip->busy--;
		return chip->status;
	}
	return chip->status | READY;
}

/* ---- both, as the processor sees them ---------------------------------- */

uint32_t flash_read_slow(uintptr_t at)
{
	size_t from = at - FLASH_AT;
	uint32_t word = 0;

	VCH_CHECK(at >= FLASH_AT && from < FLASH_SIZE_MODEL && from % 4 == 0);
	flash_seen.reads++;
	for (size_t c = 0; c < CHIPS; c++)
		word |= (uint32_t)chip_read(&chips[c], c, from) << 16 * c;
	return word;
}

void io_write32(uintptr_t at, uint32_t word)
{
	size_t to = at - FLASH_AT;
	bool confirms = chips[0].state == ERASING || chips[0].state == FILLED;
	bool cut = ++flash_seen.writes == flash_plan.cut_at;

	VCH_CHECK(at >= FLASH_AT && to < FLASH_SIZE_MODEL && to % 4 == 0);
	flash_seen.ops += confirms;
	cut |= confirms && flash_seen.ops == flash_plan.cut_op;
	for (size_t c = 0; c < CHIPS; c++)
		if (cut && confirms)
			operate(&chips[c], c, true);
		else if (!cut)
			chip_write(&chips[c], c, to,
				   (uint16_t)(word >> 16 * c));
	flash_reading = chips[0].state == READING && chips[1].state == READING;
	if (cut)
		longjmp(flash_out, FLASH_CUT);
}
