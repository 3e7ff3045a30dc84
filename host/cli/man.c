/* SPDX-License-Identifier: Apache-2.0 */
/* The man page vouch(1), from the tables of commands and options. */
#include <stdio.h>

#include "host/cli/cli.h"

/* Text that begins no request and holds no escape of roff. */
static void put(const char *text)
{
	for (bool first = true; *text; text++) {
		if (first && (*text == '.' || *text == '\''))
			fputs("\\&", stdout);
		if (*text == '-' || *text == '\\')
			putchar('\\');
		putchar(*text);
		first = *text == '\n';
	}
}

static void put_option(const struct vch_cli_option *o)
{
	fputs(".TP\n\\fB\\-\\-", stdout);
	put(o->name);
	printf("\\fR %s%s%s\n", o->arg ? "\\fI" : "", o->arg ? o->arg : "",
	       o->arg ? "\\fR" : "");
	put(o->help);
	if (o->fallback) {
		fputs(" (default ", stdout);
		put(o->fallback);
		putchar(')');
	}
	puts(".");
}

static void put_command(const struct vch_cli_command *c)
{
	printf(".SS vouch %s%s%s%s%s\n", c->noun, c->verb ? " " : "",
	       c->verb ? c->verb : "", c->args ? " " : "",
	       c->args ? c->args : "");
	put(c->summary);
	puts(".");
	if (c->details) {
		put(c->details);
		putchar('\n');
	}
	if (c->example) {
		fputs(".PP\nExample:\n.PP\n.RS\n.nf\n", stdout);
		put(c->example);
		puts("\n.fi\n.RE");
	}
	for (size_t i = 0; i < VCH_O_CNT; i++)
		if (c->options >> i & 1)
			put_option(&vch_cli_options[i]);
}

enum vch_err vch_cli_man(struct vch_cli *cli)
{
	(void)cli;
	puts(".TH VOUCH 1 \"\" vouch\n.SH NAME\n"
	     "vouch \\- accounts that need a passkey and a TEE to agree\n"
	     ".SH SYNOPSIS\n.B vouch\n.I COMMAND\n.RI [ OPTIONS ]\n"
	     ".SH DESCRIPTION\n"
	     "A client that trusts no node: it computes addresses itself and "
	     "believes an answer only after evidence, receipt and record have "
	     "been checked. Its passkey is a demo authenticator in a file.\n"
	     ".PP\nEvery command takes \\fB\\-\\-help\\fR.\n.SH COMMANDS");
	for (size_t i = 0; i < vch_cli_command_cnt; i++)
		put_command(&vch_cli_commands[i]);
	puts(".SH EXIT STATUS\n"
	     ".TP\n0\ndone\n"
	     ".TP\n1\nrefused or failed; the message names the error\n"
	     ".TP\n2\nwrong usage\n"
	     ".TP\n3\nthe other side cannot be reached\n"
	     ".TP\n4\na proof does not hold: do not trust that node\n"
	     ".SH ENVIRONMENT\n.TP\nNO_COLOR\nno colours, also on a "
	     "terminal\n"
	     ".SH SEE ALSO\n.BR vouchd (8), \\ vouch.toml (5)");
	return VCH_OK;
}
