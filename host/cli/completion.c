/* SPDX-License-Identifier: Apache-2.0 */
/* Completion for three shells, from the tables of commands and options. */
#include <stdio.h>
#include <string.h>

#include "host/cli/cli.h"

static bool takes(const struct vch_cli_command *c, size_t option)
{
	return option == VCH_O_HELP || (c->options >> option & 1) != 0;
}

/* The first command of its noun: nouns stand once. */
static bool is_first(size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (strcmp(vch_cli_commands[i].noun,
			   vch_cli_commands[at].noun) == 0)
			return false;
	return true;
}

/* Text within single quotes: of ' comes escape, of : \: if it divides. */
static void put_quoted(const char *text, const char *escape, bool colons)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs(escape, stdout);
		else if (*text == ':' && colons)
			fputs("\\:", stdout);
		else
			putchar(*text == '\n' ? ' ' : *text);
	}
}

/* ---- bash ----------------------------------------------------------- */

static void bash_case(const struct vch_cli_command *c)
{
	printf("\t\"%s%s%s\") words=\"", c->noun, c->verb ? " " : "",
	       c->verb ? c->verb : "");
	for (size_t i = 0; i < VCH_O_CNT; i++)
		if (takes(c, i))
			printf("--%s ", vch_cli_options[i].name);
	puts("\" ;;");
}

static void bash(void)
{
	puts("# bash completion of vouch: source <(vouch completion bash)\n"
	     "_vouch() {\n"
	     "\tlocal cur=${COMP_WORDS[COMP_CWORD]} words= at=\n"
	     "\tat=\"${COMP_WORDS[1]} ${COMP_WORDS[2]}\"\n"
	     "\t[[ $COMP_CWORD -eq 1 ]] && at=\n"
	     "\tcase \"${at% -*}\" in");
	for (size_t i = 0; i < vch_cli_command_cnt; i++)
		bash_case(&vch_cli_commands[i]);
	puts("\t*)");
	for (size_t i = 0; i < vch_cli_command_cnt; i++)
		if (is_first(i))
			printf("\t\t[[ $COMP_CWORD -eq 1 ]] && words+=\"%s "
			       "\"\n",
			       vch_cli_commands[i].noun);
	for (size_t i = 0; i < vch_cli_command_cnt; i++)
		if (vch_cli_commands[i].verb)
			printf("\t\t[[ $COMP_CWORD -eq 2 && "
			       "${COMP_WORDS[1]} == %s ]] && words+=\"%s \"\n",
			       vch_cli_commands[i].noun,
			       vch_cli_commands[i].verb);
	puts("\tesac\n"
	     "\tif [[ $cur == -* || $COMP_CWORD -le 2 ]]; then\n"
	     "\t\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
	     "\telse\n"
	     "\t\tCOMPREPLY=($(compgen -f -- \"$cur\"))\n"
	     "\tfi\n"
	     "}\n"
	     "complete -F _vouch vouch");
}

/* ---- zsh ------------------------------------------------------------ */

static void zsh_item(const char *dashes, const char *word, const char *help)
{
	printf(" '%s%s:", dashes, word);
	put_quoted(help, "'\\''", true);
	putchar('\'');
}

static void zsh_verbs(const char *noun)
{
	printf("\t%s)\n\t\tat=\"${words[2]} ${words[3]}\"\n"
	       "\t\tif (( CURRENT == 3 )); then\n\t\t\tlist=(",
	       noun);
	for (size_t i = 0; i < vch_cli_command_cnt; i++)
		if (strcmp(vch_cli_commands[i].noun, noun) == 0)
			zsh_item("", vch_cli_commands[i].verb,
				 vch_cli_commands[i].summary);
	puts(")\n\t\t\t_describe verb list\n\t\t\treturn\n\t\tfi ;;");
}

static void zsh_options(const struct vch_cli_command *c)
{
	printf("\t\"%s%s%s\") list=(", c->noun, c->verb ? " " : "",
	       c->verb ? c->verb : "");
	for (size_t i = 0; i < VCH_O_CNT; i++)
		if (takes(c, i))
			zsh_item("--", vch_cli_options[i].name,
				 vch_cli_options[i].help);
	puts(") ;;");
}

static void zsh(void)
{
	const struct vch_cli_command *all = vch_cli_commands;

	fputs("#compdef vouch\n"
	      "# zsh completion of vouch: source <(vouch completion zsh)\n"
	      "_vouch() {\n"
	      "\tlocal at=\"${words[2]}\"\n"
	      "\tlocal -a list\n"
	      "\tif (( CURRENT == 2 )); then\n"
	      "\t\tlist=(",
	      stdout);
	for (size_t i = 0; i < vch_cli_command_cnt; i++)
		if (is_first(i))
			zsh_item("", all[i].noun,
				 all[i].verb ? "" : all[i].summary);
	puts(")\n\t\t_describe command list\n\t\treturn\n\tfi\n"
	     "\tcase \"${words[2]}\" in");
	for (size_t i = 0; i < vch_cli_command_cnt; i++)
		if (is_first(i) && all[i].verb)
			zsh_verbs(all[i].noun);
	puts("\tesac\n\tcase \"$at\" in");
	for (size_t i = 0; i < vch_cli_command_cnt; i++)
		zsh_options(&all[i]);
	puts("\tesac\n"
	     "\tif [[ ${words[CURRENT]} == -* ]]; then\n"
	     "\t\t_describe -o option list\n"
	     "\telse\n"
	     "\t\t_files\n"
	     "\tfi\n"
	     "}\n"
	     "if [ \"$funcstack[1]\" = _vouch ]; then\n"
	     "\t_vouch \"$@\"\n"
	     "else\n"
	     "\tcompdef _vouch vouch\n"
	     "fi");
}

/* ---- fish ----------------------------------------------------------- */

static void fish_line(const char *condition, const char *what, const char *word,
		      const char *help)
{
	printf("complete -c vouch -n '%s' %s %s -d '", condition, what, word);
	put_quoted(help, "\\'", false);
	puts("'");
}

static void fish_options(const struct vch_cli_command *c)
{
	char at[160];

	snprintf(at, sizeof(at), "__fish_seen_subcommand_from %s%s%s", c->noun,
		 c->verb ? "; and __fish_seen_subcommand_from " : "",
		 c->verb ? c->verb : "");
	for (size_t i = 0; i < VCH_O_CNT; i++)
		if (takes(c, i))
			fish_line(at, vch_cli_options[i].arg ? "-r -l" : "-l",
				  vch_cli_options[i].name,
				  vch_cli_options[i].help);
}

static void fish(void)
{
	const struct vch_cli_command *all = vch_cli_commands;
	char at[160];

	puts("# fish completion of vouch: vouch completion fish | source");
	for (size_t i = 0; i < vch_cli_command_cnt; i++) {
		if (is_first(i))
			fish_line("test (count (commandline -opc)) -eq 1",
				  "-f -a", all[i].noun,
				  all[i].verb ? "" : all[i].summary);
		if (!all[i].verb)
			continue;
		snprintf(at, sizeof(at),
			 "test (count (commandline -opc)) -eq 2; and "
			 "__fish_seen_subcommand_from %s",
			 all[i].noun);
		fish_line(at, "-f -a", all[i].verb, all[i].summary);
	}
	for (size_t i = 0; i < vch_cli_command_cnt; i++)
		fish_options(&all[i]);
}

enum vch_err vch_cli_completion(struct vch_cli *cli)
{
	if (strcmp(cli->args[0], "bash") == 0)
		bash();
	else if (strcmp(cli->args[0], "zsh") == 0)
		zsh();
	else if (strcmp(cli->args[0], "fish") == 0)
		fish();
	else
		return vch_cli_fail(cli, VCH_ARGUMENT,
				    "%s: only for bash, zsh and fish",
				    cli->args[0]);
	return VCH_OK;
}
