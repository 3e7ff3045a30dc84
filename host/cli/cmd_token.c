/* SPDX-License-Identifier: Apache-2.0 */
/* vouch token add | list | revoke: who may ask a node to sign. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "host/base/clock.h"
#include "host/base/file.h"
#include "host/cli/cli.h"
#include "host/cli/doc.h"
#include "host/cli/node_files.h"
#include "host/net/tokens.h"
#include "trusted/base/check.h"

static enum vch_err find_file(struct vch_cli *cli, char ret[VCH_PATH_MAX])
{
	int len;

	if (!cli->tokens && vch_path_join(ret, cli->data, "tokens") == VCH_OK)
		return VCH_OK;
	len = snprintf(ret, VCH_PATH_MAX, "%s", cli->tokens ? cli->tokens : "");
	if (len > 0 && len < VCH_PATH_MAX)
		return VCH_OK;
	return vch_cli_fail(cli, VCH_ARGUMENT, "the path is too long");
}

static enum vch_err load(struct vch_cli *cli, struct vch_token_list *list,
			 char path[VCH_PATH_MAX])
{
	enum vch_err err;

	VCH_TRY(find_file(cli, path));
	err = vch_token_list_read(list, path);
	return err == VCH_OK ? VCH_OK
			     : vch_cli_fail(cli, err, "%.900s: %s", path,
					    err == VCH_FILE ? strerror(errno)
							    : "not a list of "
							      "tokens");
}

/* Writes the list; a node that runs reads it anew at once. */
static enum vch_err store(struct vch_cli *cli,
			  const struct vch_token_list *list, const char *path)
{
	enum vch_err err = vch_token_list_write(list, path);
	int pid;

	if (err != VCH_OK)
		return vch_cli_fail(cli, err, "%.900s: %s", path,
				    strerror(errno));
	pid = vch_node_pid(cli->data);
	if (pid > 0 && kill(pid, SIGHUP) == 0)
		fprintf(stderr, "vouchd (process %d) was told.\n", pid);
	else
		fprintf(stderr,
			"No vouchd of %s runs; it takes effect when it "
			"starts, or on SIGHUP.\n",
			cli->data);
	return VCH_OK;
}

static yyjson_mut_doc *new_doc(yyjson_mut_val **ret_root, bool list)
{
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);

	VCH_CHECK(doc);
	*ret_root = list ? yyjson_mut_arr(doc) : yyjson_mut_obj(doc);
	yyjson_mut_doc_set_root(doc, *ret_root);
	return doc;
}

static void show_new(const struct vch_cli *cli, const char *name,
		     const struct vch_token_text *text)
{
	yyjson_mut_doc *doc;
	yyjson_mut_val *root;

	if (!cli->json) {
		fputs(text->secret_text, stdout);
		return;
	}
	doc = new_doc(&root, false);
	VCH_CHECK(yyjson_mut_obj_add_str(doc, root, "name", name));
	VCH_CHECK(yyjson_mut_obj_add_strn(doc, root, "token", text->secret_text,
					  VCH_TOKEN_DIGITS));
	vch_doc_show(doc);
	yyjson_mut_doc_free(doc);
}

enum vch_err vch_cmd_token_add(struct vch_cli *cli)
{
	const char *name = cli->args[0];
	struct vch_token_list list;
	VCH_AUTO(token_text) text;
	char path[VCH_PATH_MAX];
	enum vch_err err;

	VCH_TRY(load(cli, &list, path));
	VCH_TRY(vch_token_draw(&text));
	err = vch_token_list_add(&list, name, vch_clock_wall_s(), &text);
	if (err == VCH_ARGUMENT)
		return vch_cli_fail(cli, err,
				    "a name is 1 to %d letters, digits, '.', "
				    "'_', '-'",
				    VCH_TOKEN_NAME_MAX - 1);
	if (err == VCH_EXISTS)
		return vch_cli_fail(cli, VCH_ARGUMENT,
				    "there is a token '%s' already", name);
	if (err != VCH_OK)
		return vch_cli_fail(cli, err, "%d tokens are the most",
				    VCH_TOKENS_MAX);
	VCH_TRY(store(cli, &list, path));
	show_new(cli, name, &text);
	return VCH_OK;
}

static void made_text(char ret[32], uint64_t made_s)
{
	time_t at = (time_t)made_s;
	struct tm utc;

	gmtime_r(&at, &utc);
	strftime(ret, 32, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

enum vch_err vch_cmd_token_list(struct vch_cli *cli)
{
	struct vch_token_list list;
	char path[VCH_PATH_MAX];
	yyjson_mut_val *root;
	yyjson_mut_doc *doc;
	char made[32];

	VCH_TRY(load(cli, &list, path));
	doc = new_doc(&root, true);
	for (size_t i = 0; i < list.cnt; i++) {
		yyjson_mut_val *one = yyjson_mut_arr_add_obj(doc, root);

		made_text(made, list.token[i].made_s);
		VCH_CHECK(yyjson_mut_obj_add_strcpy(doc, one, "name",
						    list.token[i].name));
		VCH_CHECK(yyjson_mut_obj_add_strcpy(doc, one, "made", made));
		if (!cli->json)
			printf("%-32s %s\n", list.token[i].name, made);
	}
	if (cli->json)
		vch_doc_show(doc);
	else if (list.cnt == 0)
		puts("none but the first, in the file `token`");
	yyjson_mut_doc_free(doc);
	return VCH_OK;
}

enum vch_err vch_cmd_token_revoke(struct vch_cli *cli)
{
	struct vch_token_list list;
	char path[VCH_PATH_MAX];
	yyjson_mut_val *root;
	yyjson_mut_doc *doc;

	VCH_TRY(load(cli, &list, path));
	if (vch_token_list_remove(&list, cli->args[0]) != VCH_OK)
		return vch_cli_fail(cli, VCH_ARGUMENT, "there is no token '%s'",
				    cli->args[0]);
	VCH_TRY(store(cli, &list, path));
	if (!cli->json) {
		printf("%s opens nothing any more\n", cli->args[0]);
		return VCH_OK;
	}
	doc = new_doc(&root, false);
	VCH_CHECK(yyjson_mut_obj_add_str(doc, root, "revoked", cli->args[0]));
	vch_doc_show(doc);
	yyjson_mut_doc_free(doc);
	return VCH_OK;
}
