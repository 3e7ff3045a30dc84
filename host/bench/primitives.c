/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the arithmetic alone costs here: the same objects that the trusted
 * application is made of, on all cores at once, as under load. One line of
 * JSON: nanoseconds of CPU for each operation, the median over many slices.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/bench/inputs.h"
#include "host/bench/probe.h"
#include "trusted/base/check.h"
#include "trusted/crypto/ed25519.h"
#include "trusted/crypto/p256.h"
#include "trusted/crypto/secp256k1.h"
#include "trusted/crypto/sha256.h"

#define CORES_MAX 64
#define SLICES_MAX 1000
#define SLICE_NS 1000000u
/* What a record of one decision has, about. */
#define HASHED 512

/* Inputs of all primitives, one set for each thread. */
struct inputs {
	struct vch_p256_pk p256;
	uint8_t digest[32];
	uint8_t p256_signature[64];
	struct vch_secp256k1_sk sk;
	struct vch_ed25519_sk ed25519;
	uint8_t bytes[HASHED];
};

static void run_p256(struct inputs *in)
{
	VCH_CHECK(vch_p256_verify_var(&in->p256, in->digest,
				      in->p256_signature) == VCH_OK);
}

static void run_secp256k1(struct inputs *in)
{
	uint8_t signature[65];

	vch_secp256k1_sign(signature, &in->sk, in->digest);
	in->bytes[0] ^= signature[0];
}

static void run_ed25519(struct inputs *in)
{
	uint8_t signature[64];

	vch_ed25519_sign(signature, &in->ed25519, vch_span(in->digest, 32));
	in->bytes[0] ^= signature[0];
}

static void run_sha256(struct inputs *in)
{
	vch_sha256_hash(in->bytes, vch_span(in->bytes, sizeof(in->bytes)));
}

static const struct {
	const char *name;
	void (*run)(struct inputs *in);
} primitives[] = {
	{"p256_verify", run_p256},
	{"secp256k1_sign", run_secp256k1},
	{"ed25519_sign", run_ed25519},
	{"sha256_512", run_sha256},
};
#define PRIMITIVES VCH_ARRAY_LEN(primitives)

struct bench {
	pthread_t thread;
	struct inputs in;
	uint32_t slices;
	double ns[PRIMITIVES];
};

static void make_inputs(struct inputs *in)
{
	static const uint8_t seed[32] = {1, 2, 3};
	struct vch_bench_assertion made;

	vch_bench_assertion_make(&made);
	VCH_CHECK(vch_p256_pk_parse(&in->p256, made.xy) == VCH_OK);
	memcpy(in->digest, made.digest, 32);
	memcpy(in->p256_signature, made.signature, 64);
	VCH_CHECK(vch_secp256k1_sk_parse(&in->sk, seed) == VCH_OK);
	vch_ed25519_sk_from_seed(&in->ed25519, seed);
	memset(in->bytes, 7, sizeof(in->bytes));
}

/* A slice is a millisecond or so: reading the clock costs nothing then. */
static double time_one(struct bench *b, void (*run)(struct inputs *in))
{
	static __thread uint64_t ns[SLICES_MAX];
	uint64_t began = vch_probe_thread_ns();
	uint32_t times = 0;

	while (vch_probe_thread_ns() - began < SLICE_NS) {
		run(&b->in);
		times++;
	}
	for (uint32_t i = 0; i < b->slices; i++) {
		began = vch_probe_thread_ns();
		for (uint32_t k = 0; k < times; k++)
			run(&b->in);
		ns[i] = vch_probe_thread_ns() - began;
	}
	return (double)vch_probe_quantile(ns, b->slices, 0.5) / times;
}

static void *run(void *arg)
{
	struct bench *b = arg;

	for (size_t i = 0; i < PRIMITIVES; i++)
		b->ns[i] = time_one(b, primitives[i].run);
	return NULL;
}

int main(int argc, char **argv)
{
	static struct bench bench[CORES_MAX];
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	uint32_t slices = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 200;

	if (argc > 2 || slices == 0 || slices > SLICES_MAX) {
		fprintf(stderr, "usage: primitives [SLICES, 1 to %d]\n",
			SLICES_MAX);
		return 2;
	}
	cores = cores < 1 ? 1 : cores > CORES_MAX ? CORES_MAX : cores;
	vch_secp256k1_init();
	for (long i = 0; i < cores; i++) {
		make_inputs(&bench[i].in);
		bench[i].slices = slices;
		VCH_CHECK(pthread_create(&bench[i].thread, NULL, run,
					 &bench[i]) == 0);
	}
	for (long i = 0; i < cores; i++)
		pthread_join(bench[i].thread, NULL);
	printf("{");
	for (size_t i = 0; i < PRIMITIVES; i++) {
		double sum = 0;

		for (long k = 0; k < cores; k++)
			sum += bench[k].ns[i];
		printf("%s\"%s\": %.1f", i ? ", " : "", primitives[i].name,
		       sum / (double)cores);
	}
	printf("}\n");
	return 0;
}
