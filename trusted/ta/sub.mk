# SPDX-License-Identifier: Apache-2.0
#
# The one list of what is inside the TEE. The root Makefile reads it for the
# emulated TEE; OP-TEE's dev kit reads the same file as its sub.mk (`make ta`,
# from this folder, with VCH_ROOT=../..). Paths are relative to the root.
VCH_ROOT ?= .
include $(VCH_ROOT)/trusted/crypto/crypto.mk

VCH_TRUSTED_SRCS := \
	trusted/base/ct.c trusted/base/wipe.c \
	wire/gen/log.c wire/gen/ta.c \
	$(VCH_CRYPTO_SRCS) \
	trusted/log/chain.c \
	trusted/policy/account.c trusted/policy/calls.c \
	trusted/policy/change.c trusted/policy/change_hash.c \
	trusted/policy/decide.c trusted/policy/ethtx.c \
	trusted/policy/intent.c trusted/policy/key.c \
	trusted/policy/key_owner.c trusted/policy/paymaster.c \
	trusted/policy/resume.c trusted/policy/spend.c \
	trusted/policy/typed.c trusted/policy/userop.c \
	trusted/policy/webauthn.c

VCH_TA_SRCS := \
	trusted/ta/account.c trusted/ta/attest.c trusted/ta/change.c \
	trusted/ta/cosign.c trusted/ta/counter.c trusted/ta/draft.c \
	trusted/ta/entry.c trusted/ta/fold.c trusted/ta/generation.c \
	trusted/ta/history.c trusted/ta/import.c trusted/ta/intent.c \
	trusted/ta/key.c trusted/ta/key_admin.c trusted/ta/key_birth.c \
	trusted/ta/key_sign.c trusted/ta/keys.c trusted/ta/platform.c \
	trusted/ta/resume.c trusted/ta/snapshot.c trusted/ta/start.c \
	trusted/ta/state.c trusted/ta/upgrade.c

# attest.c and upgrade.c include this; tools/release_keys.py writes it.
VCH_GEN ?= out/gen
VCH_RELEASE_HEADER := $(VCH_GEN)/trusted/ta/release_keys.h

# What the board's processor has (trusted/crypto/cpu.h): SHA2 and AES, as most
# have; a Raspberry Pi 4 has neither and wants 0.
VCH_BOARD_CPU ?= 3u

ifdef ta-dev-kit-dir
VCH_TRUSTED_SRCS += trusted/base/memory_board.c
VCH_TA_SRCS += trusted/ta/platform_board.c
else
VCH_TA_SRCS += trusted/ta/platform_plain.c
endif

ifdef ta-dev-kit-dir
# relative to this folder, so that no path of the machine gets in
rooted = $(patsubst -I%,-I$(VCH_ROOT)/%,$(subst -isystem ,-I,$(1)))
with = $(foreach f,$(1),$(eval cppflags-$(f)-y := $(call rooted,$(2))) \
	$(eval cflags-$(f)-y := $(3)))

srcs_ext_base-y := $(VCH_ROOT)
srcs_ext-y := $(VCH_TRUSTED_SRCS) $(VCH_TA_SRCS) $(VCH_S2N_ARM) \
	$(VCH_AWS_ARM) $(VCH_BEARSSL) $(VCH_SECP256K1)
cflags-y += -O3 -std=gnu11
# OP-TEE lets applications read at any address; the kit compiles as if not,
# and copies 32 bytes by a call and byte by byte
cflags-y += -mno-strict-align
# lines are enough to look an address up in; no byte of what is loaded changes
cflags-remove-y += -g3
cflags-y += -g1
# an enum switch without default: lets the compiler name what it lacks
cflags-remove-y += -Wswitch-default
# what the headers of our libraries are not written for
cflags-remove-y += -Wundef -Wmissing-noreturn

$(call with,$(filter-out $(VCH_CRYPTO_SRCS),$(VCH_TRUSTED_SRCS)) \
	$(VCH_TA_SRCS),-I. -I$(VCH_GEN) -DVCH_BOARD)
# user_ta_header_defines.h is read by a file of the kit
global-incdirs-y += $(VCH_ROOT)
ifdef VCH_BOARD_TESTS
# what the tests on a board load instead: tests/board_device.c
VCH_BOARD_TEST_SRCS := tests/board_device.c host/cli/vector.c host/base/hex.c
srcs_ext-y += $(VCH_BOARD_TEST_SRCS)
$(call with,$(VCH_BOARD_TEST_SRCS),-I. -DVCH_BOARD \
	-DVCH_VECTOR_LINE_MAX=8192)
cppflags-trusted/ta/entry.c-y += -DTA_InvokeCommandEntryPoint=vch_door
cppflags-trusted/ta/platform.c-y += \
	-Dvch_platform_unique_key=vch_board_unique_key \
	-DTEE_OpenPersistentObject=board_open \
	-DTEE_CreatePersistentObject=board_create \
	-DTEE_WriteObjectData=board_write
endif
$(call with,$(VCH_CRYPTO_SRCS),$(VCH_CRYPTO_CPPFLAGS) \
	-DVCH_BOARD_CPU=$(VCH_BOARD_CPU))
$(call with,$(VCH_S2N_ARM),$(VCH_S2N_CPPFLAGS))
$(call with,$(VCH_AWS_ARM),$(VCH_AWS_CPPFLAGS))
$(call with,$(VCH_BEARSSL),$(VCH_BEARSSL_CPPFLAGS),-w)
$(call with,$(VCH_SECP256K1),$(VCH_SECP256K1_CPPFLAGS) \
	$(VCH_SECP256K1_ARM),-w)
endif
