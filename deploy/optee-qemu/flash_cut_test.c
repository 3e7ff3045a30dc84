/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The secure flash's driver, and the power goes: at every write to the chips,
 * with every way an erasure or a program can have been half done, and again
 * while the next start mends that. What is read then is the old or the new;
 * what was acknowledged is there, what was forgotten is nowhere. The same of
 * chips that fail and of a core without memory.
 *
 * VOUCH_SEED=N (1) chooses what is random, VOUCH_FLASH_STEPS=N (1500) makes
 * the random part longer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "deploy/optee-qemu/flash_twin.h"
#include "trusted/base/check.h"

#define SECTOR_ENTRIES (FLASH_SECTOR / FLASH_ENTRY)
#define TEAR_ROUNDS 2

static struct twin world;
static uint64_t cuts, mended;

struct call {
	struct twin_op op;
	TEE_Result res;
};

static void drive(void *arg)
{
	struct call *call = arg;

	call->res = twin_drive(&call->op);
}

static uint64_t knob(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

static int begin(void **state)
{
	(void)state;
	flash_seed(knob("VOUCH_SEED", 1));
	print_message("# seed: VOUCH_SEED=%llu\n",
		      (unsigned long long)knob("VOUCH_SEED", 1));
	memset(&world, 0, sizeof(world));
	flash_make();
	return 0;
}

/* ---- one operation ----------------------------------------------------- */

/* Nothing goes wrong. */
static void well(struct twin_op op)
{
	TEE_Result res = twin_do(&world, &op);

	assert_int_equal(twin_drive(&op), res);
	assert_true(flash_is_wiped());
	assert_int_equal(flash_seen.bits_set, 0);
}

static void wrote(uint8_t code, size_t times)
{
	while (times--)
		well((struct twin_op){TWIN_WRITE, code, 0, twin_value()});
}

static struct twin_op write_of(uint8_t code, bool forget)
{
	return (struct twin_op){.kind = forget ? TWIN_FORGET : TWIN_WRITE,
				.code = code,
				.value = twin_value()};
}

static bool is(const struct twin *t)
{
	return twin_holds(t) && twin_forgot(t);
}

/* As it is found now, or the test has failed: `after` if it is both. */
static void found(const struct twin *before, const struct twin *after)
{
	bool is_after = is(after);

	assert_true(is_after || is(before));
	world = is_after ? *after : *before;
	assert_int_equal(flash_seen.bits_set, 0);
	assert_true(flash_is_wiped());
}

/*
 * Somebody who may write does, and the next start knows it. What was before
 * is one of two; but of a place that is written again, it is what was seen.
 */
static void goes_on(const struct twin *before, const struct twin *after,
		    const struct twin_op *was)
{
	uint8_t first =
		flash_draw(4) ? was->code : (uint8_t)flash_draw(TWIN_CODES);

	for (uint8_t i = 0; i < TWIN_CODES; i++) {
		struct twin_op op =
			write_of((first + i) % TWIN_CODES, !flash_draw(4));
		struct twin one = *before, other = *after;
		bool both = !twin_do(&other, &op);

		/* nobody but the owner comes between a hand-over's two tries */
		if (was->kind == TWIN_GIVE && op.code != was->code &&
		    op.code / 4 == was->code / 4)
			continue;
		/* last, as it is there that the driver puts it */
		if (twin_do(&one, &op))
			continue;
		if (!both)
			other = one;
		assert_int_equal(twin_drive(&op), TEE_SUCCESS);
		flash_boot();
		found(&one, &other);
		return;
	}
}

/* The next start; sometimes the power goes in that, too. */
static void starts(const struct twin *before, const struct twin *after)
{
	struct call look = {.op = {.kind = TWIN_READ}};

	while (flash_draw(3) == 0) {
		flash_boot();
		flash_plan.cut_at = 1 + flash_draw(5);
		flash_plan.tear = (enum flash_tear)flash_draw(FLASH_TEARS);
		flash_plan.straight = flash_draw(2);
		mended += flash_try(drive, &look) == FLASH_CUT;
	}
	flash_boot();
	found(before, after);
	if (flash_draw(8) == 0)
		goes_on(&world, &world, &look.op);
}

/* ---- a cut everywhere -------------------------------------------------- */

struct cut {
	struct twin before, after;
	struct call call;
};

static void cut_once(struct cut *c, struct flash_plan plan)
{
	flash_restore();
	flash_boot();
	flash_plan = plan;
	assert_int_equal(flash_try(drive, &c->call), FLASH_CUT);
	assert_int_equal(flash_seen.bits_set, 0);
	cuts++;
	starts(&c->before, &c->after);
}

/* Where the chips begin to work, in every way that it can have ended. */
static void cut_torn(struct cut *c, uint64_t op)
{
	for (int tear = 0; tear < FLASH_TEARS; tear++)
		for (int i = 0; i < TEAR_ROUNDS; i++)
			cut_once(c, (struct flash_plan){
					    .cut_op = op,
					    .tear = (enum flash_tear)tear});
}

/*
 * From the world as it is, after a start: the operation ended at each of its
 * writes. Then it is done, and the world is what it makes of it.
 */
static void cut_everywhere(struct twin_op op, uint64_t ops)
{
	struct cut c = {.before = world, .after = world, .call = {.op = op}};
	TEE_Result res = twin_do(&c.after, &op);
	uint64_t writes;

	flash_keep();
	flash_boot();
	assert_int_equal(flash_try(drive, &c.call), FLASH_RETURNED);
	assert_int_equal(c.call.res, res);
	ops++; /* a start's first clears the seed */
	assert_int_equal(flash_seen.ops, ops);
	writes = flash_seen.writes;
	for (uint64_t at = 1; at <= writes; at++)
		cut_once(&c,
			 (struct flash_plan){.cut_at = at, .straight = true});
	for (uint64_t i = 1; i <= ops; i++)
		cut_torn(&c, i);
	flash_restore();
	flash_boot();
	world = c.before;
	well(op);
	found(&world, &world);
}

/* The power goes as that operation of the chips begins. */
static void leave_torn(struct twin_op op, uint64_t at, enum flash_tear tear)
{
	struct call call = {.op = op};
	struct twin unused = world;

	(void)twin_do(&unused, &op);
	flash_boot();
	flash_plan = (struct flash_plan){.cut_op = at, .tear = tear};
	assert_int_equal(flash_try(drive, &call), FLASH_CUT);
	flash_boot();
}

static void test_first(void **state)
{
	(void)state;
	cut_everywhere(write_of(0, false), 1);
	cut_everywhere(write_of(0, false), 1);
	cut_everywhere(write_of(5, true), 1);
}

static void test_seed(void **state)
{
	(void)state;
	cut_everywhere((struct twin_op){.kind = TWIN_READ}, 0);
}

static void test_full_sector(void **state)
{
	(void)state;
	wrote(2, SECTOR_ENTRIES);
	cut_everywhere(write_of(2, false), 3);
	/* and back again */
	wrote(2, SECTOR_ENTRIES - 1);
	cut_everywhere(write_of(2, false), 3);
}

static void test_forget(void **state)
{
	(void)state;
	wrote(1, 3);
	cut_everywhere(write_of(1, true), 3);
	cut_everywhere(write_of(1, true), 3);
}

/* A first write that was cut leaves bytes: a forgetting one leaves none. */
static void test_forget_a_torn_first(void **state)
{
	(void)state;
	leave_torn(write_of(3, false), 2, FLASH_WORDS);
	leave_torn(write_of(3, false), 2, FLASH_WORDS);
	found(&world, &world);
	cut_everywhere(write_of(3, true), 3);
}

static void test_hand_over(void **state)
{
	struct twin_op op = {.kind = TWIN_MAY_GIVE, .code = 0, .to = 1};

	(void)state;
	wrote(0, 2);
	wrote(4, 1);
	cut_everywhere(op, 0);
	op.kind = TWIN_GIVE;
	cut_everywhere(op, 3);
	assert_int_equal(world.place[0].owner, 1);
	/* the successor's journal is full, and it hands on */
	wrote(1, SECTOR_ENTRIES - 1);
	op = (struct twin_op){.kind = TWIN_GIVE, .code = 1, .to = 3};
	cut_everywhere(op, 3);
	assert_int_equal(world.place[0].owner, 3);
	assert_int_equal(world.place[0].origin, 0);
}

static void test_counter(void **state)
{
	struct twin_op op = {.kind = TWIN_COUNT, .value = 7};

	(void)state;
	wrote(6, 1);
	cut_everywhere(op, 1);
	op.value = 6; /* it never goes back */
	cut_everywhere(op, 0);
	while (op.value++ < 7 + SECTOR_ENTRIES - 1)
		well(op);
	cut_everywhere(op, 3);
}

static void test_many_owners(void **state)
{
	(void)state;
	well((struct twin_op){.kind = TWIN_COUNT, .value = 1});
	for (uint8_t code = 0; code < FLASH_PLACES - 1; code++)
		wrote(code, 1 + code);
	cut_everywhere(write_of(2, true), 3);
	/* there is no place for a stranger */
	cut_everywhere(write_of(7, false), 0);
}

static bool is_used(size_t sector)
{
	const uint8_t *at =
		flash_bytes + FLASH_PLACES_AT + sector * FLASH_SECTOR;
	size_t i = 0;

	while (i < FLASH_SECTOR && at[i] == 0xff)
		i++;
	return i < FLASH_SECTOR;
}

/* What a cut left, the next look ends: cut that at every write. */
static void test_look(void **state)
{
	struct twin_op read = {.kind = TWIN_READ, .code = 1};
	struct twin_op op;
	struct twin after;

	(void)state;
	wrote(1, SECTOR_ENTRIES / 2);
	flash_keep();
	for (int tear = 0; tear < FLASH_TEARS; tear++) {
		flash_restore();
		op = write_of(1, true);
		after = world;
		(void)twin_do(&after, &op);
		/* the new one is whole, the old sector is half erased */
		leave_torn(op, 4, (enum flash_tear)tear);
		world = after;
		cut_everywhere(read, is_used(0) && is_used(1));
		found(&world, &world);
		wrote(1, 1);
		flash_keep();
	}
}

/* ---- what fails -------------------------------------------------------- */

/* It was refused, or the flash had an error: either is there, for ever. */
static void failed(const struct twin *before, const struct twin *after,
		   const struct twin_op *op, bool stuck)
{
	flash_plan = (struct flash_plan){0};
	if (!stuck && flash_draw(4)) {
		bool is_after = twin_holds(after);

		assert_true(is_after || twin_holds(before));
		goes_on(is_after ? after : before, is_after ? before : after,
			op);
		return;
	}
	flash_boot();
	found(before, after);
}

/* Without a start before it; if it says it is done, then it is. */
static void do_failing(struct twin_op op, struct flash_plan plan)
{
	struct twin before = world, after = world;
	TEE_Result res = twin_do(&after, &op);
	struct call call = {.op = op};
	bool stuck = plan.fail_at && plan.fault == FLASH_STUCK;

	flash_seen.writes = flash_seen.ops = flash_seen.hashes = 0;
	flash_plan = plan;
	assert_int_equal(flash_try(drive, &call), FLASH_RETURNED);
	flash_plan = (struct flash_plan){0};
	assert_int_equal(flash_seen.bits_set, 0);
	assert_true(flash_is_wiped());
	if (call.res == TEE_SUCCESS) {
		assert_int_equal(res, TEE_SUCCESS);
		before = after;
	}
	if (call.res == res && !stuck)
		found(&before, &after);
	failed(&before, &after, &op, stuck);
}

static struct twin_op some_op(unsigned int i)
{
	switch (i) {
	case 0:
		return write_of(0, false);
	case 1:
		return write_of(0, true);
	case 2:
		return (struct twin_op){.kind = TWIN_GIVE, .code = 0, .to = 1};
	case 3:
		return (struct twin_op){.kind = TWIN_COUNT, .value = 4};
	default:
		return (struct twin_op){.kind = TWIN_READ, .code = 0};
	}
}

/* From the world as it is: both chips, each operation, each way to fail. */
static void every_fault(void)
{
	struct twin start = world;

	flash_keep();
	for (unsigned int i = 0; i < 5 * 2 * 3 * FLASH_FAULTS; i++) {
		unsigned int kind = i / 6 / FLASH_FAULTS;
		struct flash_plan plan = {
			.chip = i % 2,
			.fail_at = 1 + i / 2 % 3,
			.fault = (enum flash_fault)(i / 6 % FLASH_FAULTS),
		};
		/* of an erasure nobody but the chip says that it is whole */
		if (plan.fault == FLASH_SILENT)
			plan.fail_at = kind == 1 || kind == 2 ? 2 : 1;
		for (int round = 0; round < 4; round++) {
			flash_restore();
			world = start;
			flash_boot();
			if (round % 2) /* or it fails in its look */
				found(&world, &world);
			do_failing(some_op(kind), plan);
		}
	}
	flash_restore();
	world = start;
	flash_boot();
}

static void test_failing_chips(void **state)
{
	(void)state;
	wrote(0, 2);
	well((struct twin_op){.kind = TWIN_COUNT, .value = 3});
	every_fault();
	/* its newest entry is in the other sector */
	well(write_of(0, true));
	every_fault();
}

/* A core without memory is no damage: nothing is lost for want of a hash. */
static void test_failing_hashes(void **state)
{
	struct twin start;

	(void)state;
	wrote(0, 3);
	well((struct twin_op){.kind = TWIN_COUNT, .value = 3});
	start = world;
	flash_keep();
	for (unsigned int i = 0; i < 5; i++) {
		bool reached = true;

		for (uint64_t at = 1; reached; at++) {
			flash_restore();
			world = start;
			flash_boot();
			do_failing(some_op(i),
				   (struct flash_plan){.hash_fail_at = at});
			flash_restore();
			world = start;
			flash_boot();
			flash_plan.hash_fail_at = at;
			(void)twin_drive(&(struct twin_op){.kind = TWIN_READ});
			reached = flash_seen.hashes >= at;
			flash_plan.hash_fail_at = 0;
			found(&world, &world);
		}
	}
}

/* ---- anything ---------------------------------------------------------- */

static struct twin_op any_op(void)
{
	struct twin_op op = {
		.kind = (enum twin_kind)flash_draw(TWIN_KINDS),
		.code = (uint8_t)flash_draw(TWIN_CODES),
		.to = (uint8_t)flash_draw(TWIN_CODES),
		.value = twin_value(),
	};

	/* hand-overs are between versions of one application, and rare */
	if (op.kind == TWIN_GIVE && flash_draw(8))
		op.kind = TWIN_WRITE;
	op.to = (uint8_t)(op.code / 4 * 4 + op.to % 4);
	return op;
}

static struct flash_plan any_plan(void)
{
	struct flash_plan plan = {
		.straight = flash_draw(2),
		.chip = (unsigned int)flash_draw(2),
	};
	uint64_t what = flash_draw(16);

	if (what < 6) {
		plan.cut_at = 1 + flash_draw(flash_draw(2) ? 8 : 530);
		plan.tear = (enum flash_tear)flash_draw(FLASH_TEARS);
	} else if (what == 6) {
		plan.fail_at = 1 + flash_draw(3);
		plan.fault = (enum flash_fault)flash_draw(FLASH_SILENT);
	} else if (what == 7) {
		plan.hash_fail_at = 1 + flash_draw(12);
	}
	return plan;
}

static void one_step(void)
{
	struct call call = {.op = any_op()};
	struct flash_plan plan = any_plan();
	struct twin after = world;
	struct twin before = world;

	if (flash_draw(4) == 0)
		flash_boot();
	if (!plan.cut_at) {
		do_failing(call.op, plan);
		return;
	}
	(void)twin_do(&after, &call.op);
	flash_seen.writes = 0;
	flash_plan = plan;
	if (flash_try(drive, &call) == FLASH_CUT) {
		cuts++;
		starts(&before, &after);
		return;
	}
	flash_plan = (struct flash_plan){0};
	assert_int_equal(call.res, twin_do(&world, &call.op));
	found(&world, &world);
}

static void test_random(void **state)
{
	uint64_t steps = knob("VOUCH_FLASH_STEPS", 1500);

	(void)state;
	for (uint64_t i = 0; i < steps; i++) {
		/* now and then another device: places run out */
		if (i % 100 == 0) {
			memset(&world, 0, sizeof(world));
			flash_make();
		}
		one_step();
	}
}

/* The tests above did what their names say. */
static void test_counted(void **state)
{
	(void)state;
	print_message("# %llu cuts, %llu more while one was mended\n",
		      (unsigned long long)cuts, (unsigned long long)mended);
	assert_true(cuts > 5000 && mended > 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_first, begin),
		cmocka_unit_test_setup(test_seed, begin),
		cmocka_unit_test_setup(test_full_sector, begin),
		cmocka_unit_test_setup(test_forget, begin),
		cmocka_unit_test_setup(test_forget_a_torn_first, begin),
		cmocka_unit_test_setup(test_hand_over, begin),
		cmocka_unit_test_setup(test_counter, begin),
		cmocka_unit_test_setup(test_many_owners, begin),
		cmocka_unit_test_setup(test_look, begin),
		cmocka_unit_test_setup(test_failing_chips, begin),
		cmocka_unit_test_setup(test_failing_hashes, begin),
		cmocka_unit_test_setup(test_random, begin),
		cmocka_unit_test(test_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
