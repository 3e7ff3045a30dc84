/* SPDX-License-Identifier: Apache-2.0 */
/* vouch log prune | reindex: a log that no node uses. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "host/cli/cli.h"
#include "host/cli/term.h"
#include "host/store/prune.h"

#define MIB (1024.0 * 1024.0)

/* Most often: the node still runs. */
static enum vch_err fail(struct vch_cli *cli, enum vch_err err)
{
	if (err == VCH_FILE && errno == EWOULDBLOCK)
		return vch_cli_fail(cli, err, "a node uses %s: stop it first",
				    cli->args[0]);
	if (err == VCH_FILE && errno != 0)
		return vch_cli_fail(cli, err, "the log in %s: %s", cli->args[0],
				    strerror(errno));
	return vch_cli_fail(cli, err, "the log in %s", cli->args[0]);
}

static enum vch_err prune(struct vch_cli *cli, struct vch_prune *p)
{
	uint32_t cnt = p->keep - p->first;

	if (cnt == 0) {
		puts("nothing can go: all of it is behind the last two "
		     "snapshots");
		return VCH_OK;
	}
	if (!cli->yes) {
		printf("segments %u to %u can go, %.1f MiB; nothing was "
		       "removed (--yes removes them)\n",
		       p->first, p->keep - 1, (double)p->bytes / MIB);
		return VCH_OK;
	}
	VCH_TRY(vch_prune_run(p));
	printf("%s✓%s removed segments %u to %u, %.1f MiB; the log begins with "
	       "segment %u\n",
	       vch_ink(VCH_INK_GREEN), vch_ink(VCH_INK_NONE), p->first,
	       p->keep - 1, (double)p->bytes / MIB, p->keep);
	return VCH_OK;
}

enum vch_err vch_cmd_log_prune(struct vch_cli *cli)
{
	static struct vch_prune p;
	enum vch_err err;

	errno = 0;
	err = vch_prune_begin(&p, cli->args[0]);
	if (err == VCH_UNCOVERED)
		return vch_cli_fail(cli, err, "shard %u has not two snapshots",
				    p.shard);
	if (err != VCH_OK)
		return fail(cli, err);
	err = prune(cli, &p);
	vch_prune_end(&p);
	return err == VCH_OK ? VCH_OK : fail(cli, err);
}

enum vch_err vch_cmd_log_reindex(struct vch_cli *cli)
{
	struct vch_index_stats stats;
	uint32_t removed;
	enum vch_err err;

	errno = 0;
	err = vch_reindex(&stats, &removed, cli->args[0]);
	if (err != VCH_OK)
		return fail(cli, err);
	printf("%s✓%s %llu records of %llu accounts and keys fold; %u files of "
	       "snapshots removed\n  the next start makes index and snapshots "
	       "from the log\n",
	       vch_ink(VCH_INK_GREEN), vch_ink(VCH_INK_NONE),
	       (unsigned long long)stats.records,
	       (unsigned long long)stats.accounts, removed);
	return VCH_OK;
}
