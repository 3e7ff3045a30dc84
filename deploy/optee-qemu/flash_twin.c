/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/optee-qemu/flash_twin.h"

#include "trusted/base/check.h"

/* Few ones: of a torn program it is the last to look right. */
#define MARK UINT64_C(0x0081)
#define VALUES_MAX (1u << 16)
#define BOTH UINT64_C(0x00010001)

static uint32_t last_value;
/* In which place a value was to be; 0 none, else one more than its number. */
static uint8_t home[VALUES_MAX];

uint32_t twin_value(void)
{
	VCH_CHECK(last_value < VALUES_MAX - 1);
	return ++last_value;
}

struct vouch_code twin_code(uint8_t code)
{
	struct vouch_code ret = {.uuid = {.timeLow = 0x1000u + code / 4u}};

	memset(ret.measurement, 0x30 + code, sizeof(ret.measurement));
	return ret;
}

/* At least two words: chance does not make it, in cells half erased. */
static size_t value_size(uint32_t value)
{
	return sizeof(uint64_t) * (2 + value * 7 % 237);
}

/* In each chip by itself the value and the mark: the half betrays it, too. */
static void value_bytes(uint8_t bytes[VOUCH_PLACE_MAX], uint32_t value)
{
	uint64_t word = MARK * BOTH << 32 | value * BOTH;

	for (size_t i = 0; i < VOUCH_PLACE_MAX; i += sizeof(word))
		memcpy(bytes + i, &word, sizeof(word));
}

/* ---- the twin ---------------------------------------------------------- */

static struct twin_place *place_of(struct twin *t, uint8_t code)
{
	for (size_t i = 0; i < FLASH_PLACES; i++)
		if (t->place[i].used && t->place[i].owner == code)
			return &t->place[i];
	return NULL;
}

/* Its application has a place that was given away: only its owner counts. */
static bool is_denied(const struct twin *t, uint8_t code)
{
	for (size_t i = 0; i < FLASH_PLACES; i++) {
		const struct twin_place *p = &t->place[i];

		if (p->used && p->owner != p->origin &&
		    p->owner / 4 == code / 4)
			return true;
	}
	return false;
}

static TEE_Result absent(const struct twin *t, uint8_t code)
{
	return is_denied(t, code) ? TEE_ERROR_ACCESS_DENIED
				  : TEE_ERROR_ITEM_NOT_FOUND;
}

static TEE_Result do_write(struct twin *t, const struct twin_op *op)
{
	struct twin_place *p = place_of(t, op->code);

	if (!p && is_denied(t, op->code))
		return TEE_ERROR_ACCESS_DENIED;
	for (size_t i = 0; !p && i < FLASH_PLACES; i++)
		if (!t->place[i].used)
			p = &t->place[i];
	if (!p)
		return TEE_ERROR_STORAGE_NO_SPACE;
	if (!p->used)
		*p = (struct twin_place){
			.used = true, .owner = op->code, .origin = op->code};
	p->value = op->value;
	if (op->kind == TWIN_FORGET)
		p->floor = op->value;
	if (op->kind != TWIN_COUNT)
		home[op->value] = (uint8_t)(p - t->place + 1);
	return TEE_SUCCESS;
}

static TEE_Result do_give(struct twin *t, const struct twin_op *op)
{
	struct twin_place *p = place_of(t, op->code);

	if (!p)
		return absent(t, op->code);
	for (size_t i = 0; i < FLASH_PLACES; i++)
		if (t->place[i].used && (t->place[i].owner == op->to ||
					 t->place[i].origin == op->to))
			return TEE_ERROR_ACCESS_CONFLICT;
	if (op->kind == TWIN_GIVE) {
		p->owner = op->to;
		p->floor = p->value;
	}
	return TEE_SUCCESS;
}

static TEE_Result do_count(struct twin *t, const struct twin_op *op)
{
	const struct twin_op as_write = {TWIN_COUNT, TWIN_COUNTER, 0,
					 op->value};
	const struct twin_place *p = place_of(t, TWIN_COUNTER);

	return op->value <= (p ? p->value : 0) ? TEE_SUCCESS
					       : do_write(t, &as_write);
}

TEE_Result twin_do(struct twin *t, const struct twin_op *op)
{
	switch (op->kind) {
	case TWIN_READ:
		return place_of(t, op->code) ? TEE_SUCCESS
					     : absent(t, op->code);
	case TWIN_WRITE:
	case TWIN_FORGET:
		return do_write(t, op);
	case TWIN_GIVE:
	case TWIN_MAY_GIVE:
		return do_give(t, op);
	default:
		return do_count(t, op);
	}
}

/* ---- the driver -------------------------------------------------------- */

/* Who began the place that this code has, or would begin. */
static uint8_t origin_of(const struct vouch_code *code)
{
	uint8_t origin[32] = {};

	if (vouch_place_origin(origin, code))
		return TWIN_NONE;
	return (uint8_t)(origin[0] - 0x30);
}

TEE_Result twin_drive(const struct twin_op *op)
{
	struct vouch_code code = twin_code(op->code);
	struct vouch_code to = twin_code(op->to);
	uint8_t data[VOUCH_PLACE_MAX];
	size_t size = sizeof(data);

	switch (op->kind) {
	case TWIN_READ:
		return vouch_place_read(&code, data, &size);
	case TWIN_WRITE:
	case TWIN_FORGET:
		value_bytes(data, op->value);
		return vouch_place_write(&code, data, value_size(op->value),
					 op->kind == TWIN_FORGET);
	case TWIN_GIVE:
	case TWIN_MAY_GIVE:
		return vouch_place_hand_over(&code, to.measurement,
					     op->kind == TWIN_GIVE);
	default:
		return nv_counter_incr_ree_fs_to(op->value);
	}
}

static bool code_holds(const struct twin *t, uint8_t code)
{
	const struct twin_place *p = place_of((struct twin *)t, code);
	struct vouch_code c = twin_code(code);
	uint8_t data[VOUCH_PLACE_MAX], wanted[VOUCH_PLACE_MAX];
	size_t size = sizeof(data);
	TEE_Result res = vouch_place_read(&c, data, &size);

	if (!p)
		return res == absent(t, code) &&
		       origin_of(&c) == (is_denied(t, code) ? TWIN_NONE : code);
	value_bytes(wanted, p->value);
	return !res && size == value_size(p->value) &&
	       !memcmp(data, wanted, size) && origin_of(&c) == p->origin;
}

bool twin_holds(const struct twin *t)
{
	const struct twin_place *p = place_of((struct twin *)t, TWIN_COUNTER);
	uint32_t counter = 0;

	for (uint8_t code = 0; code < TWIN_CODES; code++)
		if (!code_holds(t, code))
			return false;
	return !nv_counter_get_ree_fs(&counter) &&
	       counter == (p ? p->value : 0);
}

/* Two words of the flash, as one chip has them; may they be there? */
static bool may_stand(const struct twin *t, const uint64_t word[2], int chip)
{
	const uint64_t half = UINT64_C(0x0000ffff0000ffff) << 16 * chip;
	uint32_t value = (uint32_t)(word[0] >> 16 * chip) & 0xffff;

	if ((word[0] >> (32 + 16 * chip) & 0xffff) != MARK ||
	    ((word[0] ^ word[1]) & half))
		return true;
	/* bits of a torn one make a number that nobody drew */
	if (!value || value > last_value)
		return true;
	return home[value] && value >= t->place[home[value] - 1].floor;
}

bool twin_forgot(const struct twin *t)
{
	const uint8_t *end = flash_bytes + sizeof(flash_bytes) - 8;
	const uint8_t *at = flash_bytes + FLASH_PLACES_AT;
	uint64_t word[2];

	for (; at < end; at += sizeof(word[0])) {
		memcpy(word, at, sizeof(word));
		/* most are blank */
		if (word[0] != UINT64_MAX &&
		    !(may_stand(t, word, 0) && may_stand(t, word, 1)))
			return false;
	}
	return true;
}
