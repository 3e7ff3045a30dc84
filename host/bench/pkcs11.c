/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same work by a PKCS#11 token: a P-256 verification and a signature.
 * Makes a token of its own in the module it is given (SOFTHSM2_CONF names
 * the folder), and prints one line of JSON.
 */
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/bench/probe.h"

#define TIMES_MAX 100000
#define SLOTS_MAX 16

struct token {
	CK_FUNCTION_LIST *f;
	CK_SLOT_ID slot;
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE public;
	CK_OBJECT_HANDLE private;
};

static CK_UTF8CHAR pin[] = "123456";
static CK_UTF8CHAR label[33] = "vouch bench                     ";

static void check(CK_RV rv, const char *what)
{
	if (rv == CKR_OK)
		return;
	fprintf(stderr, "pkcs11: %s: 0x%lx\n", what, rv);
	exit(1);
}

static CK_SLOT_ID first_slot(const struct token *t)
{
	CK_SLOT_ID slots[SLOTS_MAX];
	CK_ULONG cnt = SLOTS_MAX;

	check(t->f->C_GetSlotList(CK_TRUE, slots, &cnt), "C_GetSlotList");
	if (cnt == 0)
		check(CKR_SLOT_ID_INVALID, "no slot");
	return slots[0];
}

static void open_token(struct token *t, const char *module)
{
	void *library = dlopen(module, RTLD_NOW);
	CK_C_GetFunctionList get;

	if (!library) {
		fprintf(stderr, "pkcs11: %s\n", dlerror());
		exit(1);
	}
	*(void **)&get = dlsym(library, "C_GetFunctionList");
	check(get ? get(&t->f) : CKR_FUNCTION_NOT_SUPPORTED, "its functions");
	check(t->f->C_Initialize(NULL), "C_Initialize");
	t->slot = first_slot(t);
	check(t->f->C_InitToken(t->slot, pin, sizeof(pin) - 1, label),
	      "C_InitToken");
	/* the module may give an initialised token another number */
	t->slot = first_slot(t);
	check(t->f->C_OpenSession(t->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION,
				  NULL, NULL, &t->session),
	      "C_OpenSession");
	check(t->f->C_Login(t->session, CKU_SO, pin, sizeof(pin) - 1),
	      "C_Login");
	check(t->f->C_InitPIN(t->session, pin, sizeof(pin) - 1), "C_InitPIN");
	check(t->f->C_Logout(t->session), "C_Logout");
	check(t->f->C_Login(t->session, CKU_USER, pin, sizeof(pin) - 1),
	      "C_Login");
}

static void make_key(struct token *t)
{
	/* the object identifier of P-256, in DER */
	static CK_BYTE curve[] = {0x06, 0x08, 0x2a, 0x86, 0x48,
				  0xce, 0x3d, 0x03, 0x01, 0x07};
	CK_MECHANISM how = {CKM_EC_KEY_PAIR_GEN, NULL, 0};
	CK_BBOOL yes = CK_TRUE;
	CK_ATTRIBUTE public[] = {
		{CKA_EC_PARAMS, curve, sizeof(curve)},
		{CKA_VERIFY, &yes, sizeof(yes)},
	};
	CK_ATTRIBUTE private[] = {
		{CKA_SIGN, &yes, sizeof(yes)},
		{CKA_TOKEN, &yes, sizeof(yes)},
	};

	check(t->f->C_GenerateKeyPair(t->session, &how, public, 2, private, 2,
				      &t->public, &t->private),
	      "C_GenerateKeyPair");
}

static void sign(const struct token *t, CK_BYTE signature[64])
{
	static CK_BYTE digest[32] = {1, 2, 3};
	CK_MECHANISM how = {CKM_ECDSA, NULL, 0};
	CK_ULONG len = 64;

	check(t->f->C_SignInit(t->session, &how, t->private), "C_SignInit");
	check(t->f->C_Sign(t->session, digest, 32, signature, &len), "C_Sign");
}

static void verify(const struct token *t, CK_BYTE signature[64])
{
	static CK_BYTE digest[32] = {1, 2, 3};
	CK_MECHANISM how = {CKM_ECDSA, NULL, 0};

	check(t->f->C_VerifyInit(t->session, &how, t->public), "C_VerifyInit");
	check(t->f->C_Verify(t->session, digest, 32, signature, 64),
	      "C_Verify");
}

static double time_one(const struct token *t, size_t times,
		       void (*one)(const struct token *t, CK_BYTE *signature))
{
	static uint64_t ns[TIMES_MAX];
	CK_BYTE signature[64];

	sign(t, signature);
	for (size_t i = 0; i < times; i++) {
		uint64_t began = vch_probe_thread_ns();

		one(t, signature);
		ns[i] = vch_probe_thread_ns() - began;
	}
	return (double)vch_probe_quantile(ns, times, 0.5);
}

int main(int argc, char **argv)
{
	size_t times = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	struct token token;

	if (times == 0 || times > TIMES_MAX) {
		fprintf(stderr, "usage: pkcs11 MODULE TIMES\n");
		return 2;
	}
	open_token(&token, argv[1]);
	make_key(&token);
	printf("{\"sign\": %.1f", time_one(&token, times, sign));
	printf(", \"verify\": %.1f}\n", time_one(&token, times, verify));
	return token.f->C_Finalize(NULL) == CKR_OK ? 0 : 1;
}
