/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Erasing what was deleted: GENERATION in wire/ta.wire. A thread that has all
 * blobs sealed anew and the old generation key overwritten whenever keys were
 * deleted; deletions that come meanwhile share the next round. It asks the
 * instances as anybody does, so what they serve goes on between its steps. A
 * round that was cut off, by whatever, is taken up again: until its end both
 * generations open.
 */
#ifndef HOST_TEE_SWEEP_H
#define HOST_TEE_SWEEP_H

#include "host/tee/batch.h"

struct vch_sweep;

/* Once for each worker; freed when nothing runs any more. */
struct vch_sweep *vch_sweep_new(struct vch_worker *worker);
void vch_sweep_free(struct vch_sweep *sweep);

/* Once the instances serve; looks for what was left to erase. */
void vch_sweep_start(struct vch_sweep *sweep);

/* An instance came back: what it did last may be without an answer. */
void vch_sweep_look(struct vch_sweep *sweep);

/* While they still serve; answers what waits. Nothing if it did not start. */
void vch_sweep_stop(struct vch_sweep *sweep);

/*
 * A key was deleted and this job, now the sweep's, wants to know what came of
 * it: it is answered `erased` with that record's receipt, or, if this round
 * fails, as it is (dropped) with the one given. The receipt is copied.
 */
void vch_sweep_take(struct vch_sweep *sweep, struct vch_job *job,
		    struct vch_span receipt);

#endif
