/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/ports.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/net/unix.h"
#include "host/node/methods.h"
#include "host/node/operator.h"
#include "trusted/base/check.h"
#include "trusted/base/wipe.h"

#define OPERATOR_CONNECTIONS_MAX 64
#define THREADS_MAX 64
#define NOBODY 65534u
#define PEM_MAX (256u << 10)
/* A request may wait its deadline and then one invocation, twice over. */
#define DRAIN_S 45
#define SEND_S 2
#define US_PER_S 1000000u

/* ---- binding -------------------------------------------------------- */

static enum vch_err bind_one(struct vch_address *address, int *ret_fd,
			     const char *option)
{
	char text[VCH_ADDRESS_TEXT_MAX];
	enum vch_err err = vch_address_bind(address, ret_fd);

	if (err == VCH_OK)
		return VCH_OK;
	vch_address_print(text, address);
	if (errno == EADDRINUSE)
		fprintf(stderr,
			"vouchd: %s is taken by another program; stop it or "
			"choose another port with %s\n",
			text, option);
	else
		fprintf(stderr, "vouchd: cannot listen on %s: %s\n", text,
			strerror(errno));
	return err;
}

static enum vch_err bind_unix(struct vch_ports *p, const char *path,
			      bool shared)
{
	enum vch_err err;

	p->unix_fd = -1;
	if (!path[0])
		return VCH_OK;
	err = vch_unix_bind(&p->unix_fd, path, shared);
	if (err == VCH_OK)
		return VCH_OK;
	fprintf(stderr, "vouchd: cannot listen on %s: %s\n", path,
		err == VCH_SOCKET   ? strerror(errno)
		: err == VCH_EXISTS ? "it is in use, or not a socket"
				    : "the path is too long");
	return err;
}

/* A number, or a name that the system knows. */
static enum vch_err find_user(uint32_t *ret, const char *name)
{
	const struct passwd *user;
	size_t len = strlen(name);
	uint32_t uid;

	if (len < 10 && strspn(name, "0123456789") == len) {
		uid = (uint32_t)strtoul(name, NULL, 10);
	} else {
		user = getpwnam(name);
		uid = user ? user->pw_uid : NOBODY;
	}
	/* How the kernel shows whoever it cannot show: many, not one. */
	if (uid == NOBODY) {
		fprintf(stderr, "vouchd: there is no user '%s' here\n", name);
		return VCH_ARGUMENT;
	}
	*ret = uid;
	return VCH_OK;
}

static enum vch_err find_users(struct vch_ports *p,
			       const struct vch_setting_list *names)
{
	p->users[0] = geteuid();
	for (size_t i = 0; i < names->cnt; i++)
		VCH_TRY(find_user(&p->users[i + 1], names->item[i]));
	p->user_cnt = names->cnt + 1;
	return VCH_OK;
}

/* Zero bytes would end the text before its end. */
static enum vch_err read_pem(struct vch_buf *ret, const char *path, bool secret)
{
	enum vch_err err;

	*ret = vch_buf(PEM_MAX);
	if (!path[0])
		return VCH_OK;
	errno = 0;
	err = secret ? vch_file_read_private(ret, path)
		     : vch_file_read(ret, path);
	if (err == VCH_OK &&
	    (ret->len == 0 || strlen(vch_buf_text(ret)) != ret->len))
		err = VCH_FORMAT;
	if (err != VCH_OK)
		fprintf(stderr, "vouchd: cannot use %s: %s%s\n", path,
			err == VCH_FILE ? strerror(errno)
					: "not PEM, or too long",
			secret && errno == EACCES ? " (it must be ours, mode "
						    "0600)"
						  : "");
	return err;
}

enum vch_err vch_ports_bind(struct vch_ports *ret, struct vch_settings *config)
{
	struct vch_ports p = {0};

	VCH_TRY(read_pem(&p.certificate, config->certificate, false));
	VCH_TRY(read_pem(&p.secret_key, config->key, true));
	VCH_TRY(find_users(&p, &config->unix_users));
	VCH_TRY(bind_one(&config->rpc, &p.rpc_fd, "--listen"));
	VCH_TRY(bind_one(&config->operator, & p.operator_fd, "--operator"));
	VCH_TRY(bind_unix(&p, config->unix_path, config->unix_users.cnt > 0));
	*ret = p;
	return VCH_OK;
}

/* ---- opening -------------------------------------------------------- */

static const struct vch_http_route RPC_ROUTES[] = {
	{"POST", "/", vch_methods_serve},
	{"GET", "/health", vch_operator_health},
	VCH_CONSOLE_ROUTES,
};

static const struct vch_http_route OPERATOR_ROUTES[] = {
	{"GET", "/health", vch_operator_health},
	{"GET", "/metrics", vch_operator_metrics},
};

static uint32_t thread_cnt(void)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (cores < 1)
		return 1;
	return cores > THREADS_MAX ? THREADS_MAX : (uint32_t)cores;
}

static enum vch_err add_doors(struct vch_doors *ret,
			      const struct vch_settings *config,
			      const struct vch_address *address)
{
	const char *local[] = {"127.0.0.1", "localhost", "[::1]"};
	char text[VCH_ADDRESS_TEXT_MAX];

	for (size_t i = 0; i < VCH_ARRAY_LEN(local); i++)
		VCH_TRY(vch_doors_add(ret, local[i], address->port));
	vch_address_print(text, address);
	VCH_TRY(vch_doors_add(ret, text, address->port));
	for (size_t i = 0; i < config->names.cnt; i++)
		VCH_TRY(vch_doors_add(ret, config->names.item[i],
				      address->port));
	return VCH_OK;
}

/* What all three have in common: JSON-RPC's. */
static struct vch_http_options rpc_options(const struct vch_settings *c,
					   struct vch_node *node,
					   struct vch_tokens *tokens)
{
	return (struct vch_http_options){
		.tokens = tokens,
		.routes = RPC_ROUTES,
		.route_cnt = VCH_ARRAY_LEN(RPC_ROUTES),
		.ctx = node,
		.threads = thread_cnt(),
		.connections_max = (uint32_t)c->connections,
		.connections_per_address = (uint32_t)c->per_address,
		.rate_known = (uint32_t)c->rate_token,
		.rate_address = (uint32_t)c->rate_address,
		.idle_s = (uint32_t)((c->idle_us + US_PER_S - 1) / US_PER_S),
		.request_s =
			(uint32_t)((c->request_us + US_PER_S - 1) / US_PER_S),
	};
}

static enum vch_err new_rpc(struct vch_ports *p, const struct vch_settings *c,
			    struct vch_node *node, struct vch_tokens *tokens)
{
	struct vch_http_options opt = rpc_options(c, node, tokens);

	vch_console_cookie(node->cookie, c->rpc.port);
	opt.listen_fd = p->rpc_fd;
	opt.sessions = node->sessions;
	opt.cookie = node->cookie;
	node->tls = p->certificate.len > 0;
	if (node->tls) {
		opt.certificate = vch_buf_text(&p->certificate);
		opt.secret_key = vch_buf_text(&p->secret_key);
	}
	VCH_TRY(add_doors(&opt.doors, c, &c->rpc));
	node->rpc = vch_http_new(&opt);
	return VCH_OK;
}

/* curl and its like say `Host: localhost` to a Unix socket. */
static enum vch_err new_unix(struct vch_ports *p, const struct vch_settings *c,
			     struct vch_node *node, struct vch_tokens *tokens)
{
	struct vch_http_options opt = rpc_options(c, node, tokens);

	if (p->unix_fd < 0)
		return VCH_OK;
	opt.listen_fd = p->unix_fd;
	opt.users = p->users;
	opt.user_cnt = p->user_cnt;
	VCH_TRY(vch_doors_add(&opt.doors, "localhost", 80));
	node->local = vch_http_new(&opt);
	return VCH_OK;
}

static enum vch_err new_operator(struct vch_ports *p,
				 const struct vch_settings *c,
				 struct vch_node *node,
				 struct vch_tokens *tokens)
{
	struct vch_http_options opt = rpc_options(c, node, tokens);

	opt.listen_fd = p->operator_fd;
	opt.routes = OPERATOR_ROUTES;
	opt.route_cnt = VCH_ARRAY_LEN(OPERATOR_ROUTES);
	opt.threads = 1;
	opt.connections_max = OPERATOR_CONNECTIONS_MAX;
	VCH_TRY(add_doors(&opt.doors, c, &c->operator));
	node->operator= vch_http_new(&opt);
	return VCH_OK;
}

enum vch_err vch_ports_open(struct vch_ports *ports,
			    const struct vch_settings *config,
			    struct vch_node *node, struct vch_tokens *tokens)
{
	enum vch_err err;

	/* All are there before any handler may ask for their counts. */
	VCH_TRY(new_rpc(ports, config, node, tokens));
	VCH_TRY(new_unix(ports, config, node, tokens));
	VCH_TRY(new_operator(ports, config, node, tokens));
	err = vch_http_start(node->rpc);
	if (ports->secret_key.ptr)
		vch_wipe(ports->secret_key.ptr, ports->secret_key.cap);
	if (err == VCH_OK && node->local)
		err = vch_http_start(node->local);
	return err == VCH_OK ? vch_http_start(node->operator) : err;
}

/* ---- closing -------------------------------------------------------- */

void vch_ports_drain(struct vch_node *node)
{
	if (node->rpc)
		vch_http_drain(node->rpc, DRAIN_S);
	if (node->local)
		vch_http_drain(node->local, DRAIN_S);
	if (node->operator)
		vch_http_drain(node->operator, SEND_S);
}

void vch_ports_stop(struct vch_node *node)
{
	if (node->operator)
		vch_http_stop(node->operator, SEND_S);
	if (node->local)
		vch_http_stop(node->local, SEND_S);
	if (node->rpc)
		vch_http_stop(node->rpc, SEND_S);
}
