/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a person with a browser sees of a node: the page itself (web/console,
 * part of the program), a session to look with, the state and the events. All
 * of it only looks: nothing here can sign or change anything.
 *
 *	GET    /             the page; tells nothing
 *	GET    /session      {"session":bool}
 *	POST   /session      {"token":"…"}: begins one, sets its cookie
 *	DELETE /session      ends it
 *	GET    /state        session or token: counts, accounts, rates
 *	GET    /events       session or token: host/node/events.h
 */
#ifndef HOST_NODE_CONSOLE_H
#define HOST_NODE_CONSOLE_H

#include "host/net/http.h"

/* Accounts in /state: those with the latest records. */
#define VCH_CONSOLE_ACCOUNTS 50

/* The routes of the console; their ctx is the struct vch_node. */
#define VCH_CONSOLE_ROUTES                                                     \
	{"GET", "/", vch_console_page},                                        \
		{"GET", "/console.css", vch_console_style},                    \
		{"GET", "/console.js", vch_console_script},                    \
		{"GET", "/icon.svg", vch_console_icon},                        \
		{"GET", "/session", vch_console_ask},                          \
		{"POST", "/session", vch_console_begin},                       \
		{"DELETE", "/session", vch_console_end},                       \
		{"GET", "/state", vch_console_state},                          \
	{                                                                      \
		"GET", "/events", vch_console_events                           \
	}

vch_http_fn vch_console_page;
vch_http_fn vch_console_style;
vch_http_fn vch_console_script;
vch_http_fn vch_console_icon;
vch_http_fn vch_console_ask;
vch_http_fn vch_console_begin;
vch_http_fn vch_console_end;
vch_http_fn vch_console_state;
vch_http_fn vch_console_events;

/* Size of the cookie's name: "vouch_" and the port, so that nodes on one
 * machine do not overwrite each other's. */
#define VCH_CONSOLE_COOKIE_MAX 16

/* Writes the cookie's name for a port. */
void vch_console_cookie(char ret[VCH_CONSOLE_COOKIE_MAX], uint16_t port);

#endif
