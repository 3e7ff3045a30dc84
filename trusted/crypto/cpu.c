/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/crypto/cpu.h"

#define ASKED 0x80000000u

static uint32_t known;
static bool hide;

#ifdef __x86_64__

/*
 * CPUID of a leaf: registers a, b, c, d. Very slow in a virtual machine:
 * volatile, so that it stays where it is asked once.
 */
static void cpuid(uint32_t ret[4], uint32_t leaf)
{
	__asm__ volatile("cpuid"
			 : "=a"(ret[0]), "=b"(ret[1]), "=c"(ret[2]),
			   "=d"(ret[3])
			 : "0"(leaf), "2"(0));
}

static uint32_t ask(void)
{
	/* of leaf 1, register c */
	const uint32_t pclmul = 1u << 1, ssse3 = 1u << 9, sse41 = 1u << 19,
		       aes = 1u << 25;
	const uint32_t sha = 1u << 29; /* of leaf 7, register b */
	uint32_t top[4], basic[4], extended[4], has = 0;

	cpuid(top, 0);
	if (top[0] < 7)
		return 0;
	cpuid(basic, 1);
	cpuid(extended, 7);
	if (!(basic[2] & ssse3) || !(basic[2] & sse41))
		return 0;
	if (extended[1] & sha)
		has |= VCH_CPU_SHA;
	if (basic[2] & aes && basic[2] & pclmul)
		has |= VCH_CPU_AES;
	return has;
}

#elif defined(VCH_BOARD_CPU)

/* A trusted application cannot ask: whoever builds for a board knows. */
static uint32_t ask(void)
{
	return VCH_BOARD_CPU;
}

#else

/* A register of the kernel's, which answers for it: in Linux since 4.11. */
static uint32_t ask(void)
{
	uint64_t isar0;
	uint32_t has = 0;

	__asm__ volatile("mrs %0, id_aa64isar0_el1" : "=r"(isar0));
	if ((isar0 >> 4 & 15) >= 1) /* AES */
		has |= VCH_CPU_AES;
	if ((isar0 >> 12 & 15) >= 1) /* SHA2 */
		has |= VCH_CPU_SHA;
	return has;
}

#endif

bool vch_cpu_has(uint32_t features)
{
	uint32_t has = __atomic_load_n(&known, __ATOMIC_RELAXED);

	/* threads that ask at the same time learn the same */
	if (!has) {
		has = ASKED | ask();
		__atomic_store_n(&known, has, __ATOMIC_RELAXED);
	}
	return !hide && (has & features) == features;
}

void vch_cpu_hide(bool hidden)
{
	hide = hidden;
}
