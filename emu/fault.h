/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults on demand, in the test flavour only (VCH_FAULTS). In the product
 * every hook is an empty inline function and fault.c is not linked.
 */
#ifndef EMU_FAULT_H
#define EMU_FAULT_H

#include <stdbool.h>

#include "trusted/base/err.h"

enum vch_fault_write {
	VCH_FAULT_WRITE_NONE,
	VCH_FAULT_WRITE_FAIL, /* nothing is written, the caller hears it */
	VCH_FAULT_WRITE_TEAR, /* half a slot is written, then death */
	VCH_FAULT_WRITE_LOSE, /* nothing is written, but "done" is said */
};

#ifdef VCH_FAULTS

/*
 * A plan is a list of steps with commas between them; n counts from 1:
 *	fail-call=n     the n-th GP call fails (one that cannot fail panics)
 *	die-call=n      the process vanishes at the n-th GP call
 *	fail-write=n, tear-write=n, lose-write=n    the n-th storage write
 *	die-before=n, die-after=n    around the n-th reply to the host
 *	rollback        at start the storage is as before its last write
 * VCH_ARGUMENT if it is not that.
 */
VCH_MUST enum vch_err vch_fault_plan(const char *plan);

/* At the head of each GP call: true if it is to fail. */
bool vch_fault_call(void);
/* At each storage write. keep: before it, for a later rollback. */
enum vch_fault_write vch_fault_write(void);
void vch_fault_keep(int storage_fd);
/* At start, before the storage is read. */
void vch_fault_start(int storage_fd);
/* Around each reply. */
void vch_fault_before_reply(void);
void vch_fault_after_reply(void);
/* Ends the process at once, as SIGKILL or a power cut would. */
void vch_fault_die(void) __attribute__((noreturn));

#else

static inline bool vch_fault_call(void)
{
	return false;
}

static inline enum vch_fault_write vch_fault_write(void)
{
	return VCH_FAULT_WRITE_NONE;
}

static inline void vch_fault_keep(int storage_fd)
{
	(void)storage_fd;
}

static inline void vch_fault_start(int storage_fd)
{
	(void)storage_fd;
}

static inline void vch_fault_before_reply(void)
{
}

static inline void vch_fault_after_reply(void)
{
}

static inline void vch_fault_die(void)
{
}

#endif
#endif
