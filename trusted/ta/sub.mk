# SPDX-License-Identifier: Apache-2.0
#
# The one list of what is inside the TEE. OP-TEE's dev kit reads it as its
# sub.mk (through tools/ta/sub.mk, which adds the compiler flags of arm64);
# the root Makefile reads it for the emulated TEE. Paths are relative to the
# root of the repository.
include trusted/crypto/crypto.mk

VCH_TRUSTED_SRCS := \
	trusted/base/bytes.c trusted/base/ct.c trusted/base/wipe.c \
	wire/gen/log.c wire/gen/ta.c \
	$(VCH_CRYPTO_SRCS) \
	trusted/log/chain.c \
	trusted/policy/account.c trusted/policy/calls.c \
	trusted/policy/decide.c trusted/policy/userop.c \
	trusted/policy/webauthn.c

VCH_TA_SRCS := \
	trusted/ta/account.c trusted/ta/attest.c trusted/ta/cosign.c \
	trusted/ta/draft.c trusted/ta/entry.c trusted/ta/fold.c \
	trusted/ta/keys.c trusted/ta/platform.c trusted/ta/start.c \
	trusted/ta/state.c
