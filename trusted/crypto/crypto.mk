# SPDX-License-Identifier: Apache-2.0
#
# What the crypto room is made of: ours, and the one list of third-party
# files inside the TEE, natively and in the TA. Lists and flags only; paths
# are relative to the root of the repository. Ours are built with the
# project's warnings; the third-party groups with -w, and everything here with
# -O3 (the dev kit's own -Os halves BearSSL).
#
#	object of			flags
#	VCH_CRYPTO_SRCS			$(VCH_CRYPTO_CPPFLAGS)
#	VCH_S2N_X86, VCH_S2N_ARM	$(VCH_S2N_CPPFLAGS)
#	VCH_AWS_X86, VCH_AWS_ARM	$(VCH_AWS_CPPFLAGS)
#	VCH_BEARSSL, VCH_BEARSSL_X86	$(VCH_BEARSSL_CPPFLAGS)
#	VCH_SECP256K1			$(VCH_SECP256K1_CPPFLAGS) and _X86 or _ARM
#
# Link with -Wl,--gc-sections and -ffunction-sections: what the libraries have
# beyond our calls (among it secp256k1's malloc) then stays out.

VCH_DEPS ?= out/deps
VCH_CRYPTO_GEN ?= out/gen

VCH_CRYPTO_SRCS := $(addprefix trusted/crypto/, aead.c aes_armv8.c cpu.c \
	ed25519.c hkdf.c hmac.c hpke.c keccak256.c p256.c secp256k1.c sha256.c \
	sha512.c x25519.c)

# p256.c includes this; trusted/crypto/p256_table.py prints it (0.1 s).
VCH_P256_TABLE := $(VCH_CRYPTO_GEN)/trusted/crypto/p256_table.h

VCH_S2N := $(VCH_DEPS)/vendor/aws-lc-sys/aws-lc/third_party/s2n-bignum/s2n-bignum-imported
VCH_S2N_FILES := \
	curve25519/bignum_madd_n25519_alt.S curve25519/bignum_mod_n25519.S \
	curve25519/bignum_neg_p25519.S curve25519/curve25519_x25519_alt.S \
	curve25519/edwards25519_decode_alt.S curve25519/edwards25519_encode.S \
	curve25519/edwards25519_scalarmulbase_alt.S \
	curve25519/edwards25519_scalarmuldouble_alt.S \
	fastmul/bignum_mul_4_8_alt.S generic/bignum_modinv.S \
	p256/bignum_add_p256.S p256/bignum_montmul_p256_alt.S \
	p256/bignum_montsqr_p256_alt.S p256/bignum_sub_p256.S \
	p256/p256_montjadd_alt.S p256/p256_montjdouble_alt.S \
	p256/p256_montjscalarmul_alt.S p256/p256_scalarmulbase_alt.S \
	sha3/sha3_keccak_f1600.S
VCH_S2N_X86 := $(addprefix $(VCH_S2N)/x86_att/, $(VCH_S2N_FILES) \
	p256/bignum_mod_n256_alt.S p256/bignum_tomont_p256_alt.S)
VCH_S2N_ARM := $(addprefix $(VCH_S2N)/arm/, $(VCH_S2N_FILES) \
	p256/bignum_mod_n256.S p256/bignum_tomont_p256.S)
VCH_S2N_CPPFLAGS := -Itrusted/crypto/s2n -I$(VCH_S2N)/include

# SHA-256 by the processor's own instructions, where it has them; for Armv8
# AES too, which BearSSL has for x86-64 alone.
VCH_AWS_LC := $(VCH_DEPS)/vendor/aws-lc-sys/aws-lc
VCH_AWS_X86 := $(VCH_AWS_LC)/generated-src/linux-x86_64/crypto/fipsmodule/sha256-x86_64.S
VCH_AWS_ARM := $(addprefix $(VCH_AWS_LC)/generated-src/linux-aarch64/crypto/fipsmodule/, \
	aesv8-armx.S sha256-armv8.S)
VCH_AWS_CPPFLAGS := -I$(VCH_AWS_LC)/include

VCH_BEARSSL := $(addprefix $(VCH_DEPS)/bearssl/src/, \
	aead/gcm.c codec/dec32be.c codec/dec32le.c codec/dec64be.c \
	codec/enc32be.c codec/enc32le.c codec/enc64be.c hash/ghash_ctmul64.c \
	hash/sha2big.c hash/sha2small.c symcipher/aes_ct64.c \
	symcipher/aes_ct64_ctr.c symcipher/aes_ct64_enc.c)
# AES-GCM by the processor's own instructions
VCH_BEARSSL_X86 := $(addprefix $(VCH_DEPS)/bearssl/src/, hash/ghash_pclmul.c \
	symcipher/aes_x86ni.c symcipher/aes_x86ni_ctr.c)
VCH_BEARSSL_CPPFLAGS := -I$(VCH_DEPS)/bearssl/inc -I$(VCH_DEPS)/bearssl/src

# One unit and two tables of constants. The first table serves verification
# and recovery: 1 MiB in a process, 8 KiB in the TA.
VCH_SECP256K1 := trusted/crypto/secp256k1_lib.c \
	$(VCH_DEPS)/secp256k1/src/precomputed_ecmult.c \
	$(VCH_DEPS)/secp256k1/src/precomputed_ecmult_gen.c
VCH_SECP256K1_CPPFLAGS := -I$(VCH_DEPS)/secp256k1 \
	-I$(VCH_DEPS)/secp256k1/src -DENABLE_MODULE_RECOVERY=1 \
	-DUSE_EXTERNAL_DEFAULT_CALLBACKS=1 -DCOMB_BLOCKS=43 -DCOMB_TEETH=6
VCH_SECP256K1_X86 := -DECMULT_WINDOW_SIZE=15 -DUSE_ASM_X86_64=1
VCH_SECP256K1_ARM := -DECMULT_WINDOW_SIZE=8

# As system headers: our warnings are for our code. The project's own
# trusted/crypto must not be on the include path (secp256k1.h exists twice).
VCH_CRYPTO_CPPFLAGS := -I. -I$(VCH_CRYPTO_GEN) \
	-isystem $(VCH_DEPS)/bearssl/inc -isystem $(VCH_DEPS)/bearssl/src \
	-isystem $(VCH_DEPS)/secp256k1/include -isystem $(VCH_S2N)/include

# For the flavour that ctime_test.c is built in, with all of the above.
VCH_CTIME_CPPFLAGS := -DVCH_CTIME=1 -DVALGRIND
