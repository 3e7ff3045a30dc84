# SPDX-License-Identifier: Apache-2.0
# Flavours that watch themselves. Never a product: VCH_SAN opens the sandbox
# of vouch-tee for what a sanitizer needs (emu/sandbox.c), and so
# `make SAN=address` builds into out/san-address, never into out/bin.
#
#	address	ASan and UBSan, gcc
#	thread	TSan, gcc; its vouch-tee is the ordinary one: it has one thread
#	fuzz	libFuzzer with ASan and UBSan, clang; BearSSL's tables of
#		functions are of another type than C wants (-fno-sanitize=function)
#	stack	not to run: each object with its call graph and stack use, for
#		tools/ta_check.py; stack-arm64 the same for OP-TEE's processor

ARCH := $(shell uname -m)
ifdef SAN
ifeq ($(filter $(SAN),address thread fuzz stack stack-arm64),)
$(error SAN is address, thread, fuzz, stack or stack-arm64)
endif
OUT := out/san-$(SAN)
SAN_FLAGS_address := -fsanitize=address,undefined -fno-sanitize-recover=all
SAN_FLAGS_thread := -fsanitize=thread
SAN_FLAGS_fuzz := -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=all -fno-sanitize=function
SAN_FLAGS_stack := -fcallgraph-info=su
SAN_FLAGS_stack-arm64 := -fcallgraph-info=su
SAN_FLAGS := $(SAN_FLAGS_$(SAN))
ifneq ($(filter stack%,$(SAN)),)
HARDEN += $(SAN_FLAGS)
else
# warnings are the product's: sanitizers make the compiler see ghosts
WARN := -w
HARDEN := -fPIE -fno-omit-frame-pointer -DVCH_SAN $(SAN_FLAGS)
endif
ifeq ($(SAN),fuzz)
CC := clang-19
else ifeq ($(SAN),stack-arm64)
CC := aarch64-linux-gnu-gcc
ARCH := aarch64
endif
endif
