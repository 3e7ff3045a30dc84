# SPDX-License-Identifier: Apache-2.0
# The only entry point; `make help` lists what there is to ask for.

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash

include trusted/ta/sub.mk

CC := gcc
OUT := out
WARN := -Wall -Wextra -Wconversion -Wshadow -Wvla -Werror
HARDEN := -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE
# SAN=address, thread, fuzz: flavours for tests, each in a folder of its own
include tests/san.mk
CFLAGS := -std=gnu11 -D_GNU_SOURCE -O2 -g -MMD -MP -ffunction-sections -fdata-sections \
	$(HARDEN)
LDFLAGS := -pie -Wl,-z,relro,-z,now,-z,noexecstack,--gc-sections $(SAN_FLAGS)
YYJSON := out/deps/yyjson/src
# Without what nobody here uses, and two thirds of the time it takes to compile:
# comments in JSON, pointers, patches, fast floats (we compute with none).
YYJSON_CPPFLAGS := -DYYJSON_DISABLE_NON_STANDARD -DYYJSON_DISABLE_UTILS \
	-DYYJSON_DISABLE_FAST_FP_CONV
# BOARD=optee: the same for a board with OP-TEE
include deploy/optee-qemu/board.mk

ifeq ($(ARCH),aarch64)
S2N := $(VCH_S2N_ARM)
AWS := $(VCH_AWS_ARM)
BEARSSL := $(VCH_BEARSSL)
SECP256K1_ARCH := $(VCH_SECP256K1_ARM)
else
S2N := $(VCH_S2N_X86)
AWS := $(VCH_AWS_X86)
BEARSSL := $(VCH_BEARSSL) $(VCH_BEARSSL_X86)
SECP256K1_ARCH := $(VCH_SECP256K1_X86)
endif

obj = $(addprefix $(OUT)/obj/,$(addsuffix .o,$(basename $(1))))
room = $(filter-out %_test.c %_fuzz.c %/fuzz.c,$(wildcard $(1)/*.c))

THIRD_SRCS := $(S2N) $(AWS) $(BEARSSL) $(VCH_SECP256K1)
CORE_SRCS := $(VCH_TRUSTED_SRCS) wire/gen/errors.c
EMU_SRCS := $(addprefix emu/,gp_core.c gp_session.c gp_storage.c sandbox.c \
	store.c)
HOST_SRCS := $(call room,host/base) $(call room,host/store) \
	$(filter-out host/tee/transport%.c,$(call room,host/tee)) \
	host/tee/$(TEE_TRANSPORT).c
NODE_SRCS := $(call room,host/net) $(call room,host/node)
CLI_SRCS := $(filter-out host/cli/vector.c host/cli/vectors.c,$(call room,host/cli)) host/net/web.c
BENCH_SRCS := $(addprefix host/bench/,inputs.c keys.c pool.c probe.c work.c)

LIB_CORE := $(OUT)/obj/libcore.a
LIB_HOST := $(OUT)/obj/libhost.a
LIB_NODE := $(OUT)/obj/libnode.a
LIB_CLI := $(OUT)/obj/libcli.a
LIB_TA := $(OUT)/obj/libta.a
LIB_EMU := $(OUT)/obj/libemu.a
LIB_YYJSON := $(OUT)/obj/libyyjson.a

BINS := $(addprefix $(OUT)/bin/,vouch vouchd vouch-tee vch-vectors)
BENCH_BINS := $(addprefix $(OUT)/bench/,load primitives pkcs11)

# ---- what a person asks for ------------------------------------------------

.PHONY: help
help: ## this list
	@echo "vouch: accounts that need a passkey and a TEE to agree"
	@echo
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | \
		sed -E 's/:.*## /\t/' | expand -t 14 | sed 's/^/  make /'

.PHONY: run
run: build $(if $(filter optee,$(VOUCH_TEE)),optee-image) ## install, build, start a node and a chain, pay once, stay up
	@tools/demo --stay

.PHONY: demo
demo: build $(if $(filter optee,$(VOUCH_TEE)),optee-image) ## the same, then stop: exit 0 only if everything happened
	@tools/demo

.PHONY: test
test: deps ## every test, the real components included
	@$(MAKE) --no-print-directory build tests
	@tools/test all

.PHONY: check
check: deps ## under a minute: tidy, generated files, unit tests, vectors
	@$(MAKE) --no-print-directory build tests
	@tools/test check

.PHONY: bench
bench: build $(BENCH_BINS) ## measure: a table, and out/bench/results.json
	@tools/bench $(if $(QUICK),--quick)

.PHONY: test-san
test-san: deps ## unit tests and vouchd's under ASan+UBSan and TSan
	@$(MAKE) --no-print-directory programs tests
	@tools/test san

.PHONY: build
build: deps ## install what is missing and build every program
	@$(MAKE) --no-print-directory programs contracts

.PHONY: deps
deps: ## fetch and install what is missing, pinned and checked
	@tools/deps/install

.PHONY: fmt
fmt: ## format the C sources and write the generated files anew
	@python3 tools/wire.py
	@git ls-files -co --exclude-standard '*.c' '*.h' | \
		grep -v '^wire/gen/' | xargs clang-format-19 -i

.PHONY: papers
papers: programs ## write deploy/vouch.toml and doc/openrpc.json anew
	@tools/papers

.PHONY: man
man: programs ## the man pages, out/man/
	@tools/papers --man

.PHONY: ta
ta: deps ## build the trusted application for OP-TEE (arm64)
	@$(MAKE) --no-print-directory out/ta/size

.PHONY: clean
clean: ## remove what was built, keep what was fetched
	@rm -rf $(addprefix $(OUT)/,bin obj gen test man contracts \
		contracts-cache run ta san-address san-thread san-fuzz \
		san-stack san-stack-arm64 fuzz optee run-optee)

# ---- programs --------------------------------------------------------------

.PHONY: programs
programs: $(BINS)

ifneq ($(SAN),thread)
$(OUT)/bin/vouch-tee: $(call obj,emu/main.c) $(LIB_EMU) $(LIB_TA) $(LIB_CORE)
	$(link) -lseccomp
endif

$(OUT)/bin/vouchd: $(call obj,$(NODE_SRCS)) $(LIB_HOST) $(LIB_CORE) $(LIB_YYJSON)
	$(link) -lgnutls -lcurl -lpthread $(TEE_LIBS)

$(OUT)/bin/vouch: $(call obj,$(CLI_SRCS)) $(LIB_NODE) $(LIB_HOST) $(LIB_CORE) $(LIB_YYJSON)
	$(link) -lcurl -lcrypto -lpthread $(TEE_LIBS)

$(OUT)/bin/vch-vectors: $(call obj,host/cli/vectors.c host/cli/vector.c) $(LIB_HOST) $(LIB_CORE)
	$(link)

# What `make bench` measures with; host/bench/README.
$(OUT)/bench/load $(OUT)/bench/primitives: $(OUT)/bench/%: \
		$(OUT)/obj/host/bench/%.o $(call obj,$(BENCH_SRCS)) $(LIB_NODE) \
		$(LIB_CLI) $(LIB_HOST) $(LIB_CORE) $(LIB_YYJSON)
	$(link) -lcurl -lcrypto -lpthread $(TEE_LIBS)
$(OUT)/bench/pkcs11: $(call obj,host/bench/pkcs11.c host/bench/probe.c) \
		$(LIB_HOST) $(LIB_CORE)
	$(link) -ldl

define link
	@echo "  LD   $@"
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) \
		-Wl,--start-group $(filter %.a,$^) -Wl,--end-group
endef

# ---- archives and objects --------------------------------------------------

$(LIB_CORE): $(call obj,$(CORE_SRCS) $(THIRD_SRCS))
$(LIB_TA): $(call obj,$(VCH_TA_SRCS))
$(LIB_EMU): $(call obj,$(EMU_SRCS))
$(LIB_HOST): $(call obj,$(HOST_SRCS))
# the rooms with a main(), without it: for their unit tests
$(LIB_NODE): $(filter-out %/main.o,$(call obj,$(NODE_SRCS)))
$(LIB_CLI): $(filter-out %/main.o,$(call obj,$(CLI_SRCS)))
$(LIB_YYJSON): $(call obj,$(YYJSON)/yyjson.c)

%.a:
	@rm -f $@
	@ar rcs $@ $^

cc = mkdir -p $(@D) && echo "  CC   $<" && $(CC) $(CFLAGS)

$(VCH_P256_TABLE): trusted/crypto/p256_table.py
	@mkdir -p $(@D)
	@python3 $< > $@.new && mv $@.new $@

# Who may name the next version of the trusted application. RELEASE_KEYS=LIST:
# those on the list (tools/release_keys.py); else one key of this machine only.
# Looked at each time; written when it changes.
RELEASE_KEY := out/deps/release/development.pem
$(RELEASE_KEY):
	@mkdir -p -m 700 $(@D)
	@umask 077; openssl genpkey -algorithm ed25519 -out $@.new; mv $@.new $@
.PHONY: release-keys
release-keys:
$(VCH_RELEASE_HEADER): release-keys | $(RELEASE_KEY)
	@python3 tools/release_keys.py \
		$(or $(RELEASE_KEYS),--development $(RELEASE_KEY)) $@

$(OUT)/obj/trusted/crypto/p256.o: $(VCH_P256_TABLE)
$(addprefix $(OUT)/obj/trusted/ta/,attest.o upgrade.o): $(VCH_RELEASE_HEADER)
$(OUT)/obj/trusted/crypto/%.o: trusted/crypto/%.c
	@$(cc) $(WARN) -O3 $(VCH_CRYPTO_CPPFLAGS) -c $< -o $@
$(OUT)/obj/trusted/crypto/secp256k1_lib.o: trusted/crypto/secp256k1_lib.c
	@$(cc) -w -O3 $(VCH_SECP256K1_CPPFLAGS) $(SECP256K1_ARCH) -c $< -o $@
$(OUT)/obj/$(VCH_DEPS)/secp256k1/%.o: $(VCH_DEPS)/secp256k1/%.c
	@$(cc) -w -O3 $(VCH_SECP256K1_CPPFLAGS) $(SECP256K1_ARCH) -c $< -o $@
$(OUT)/obj/$(VCH_DEPS)/bearssl/%.o: $(VCH_DEPS)/bearssl/%.c
	@$(cc) -w -O3 $(VCH_BEARSSL_CPPFLAGS) -c $< -o $@
$(OUT)/obj/$(VCH_S2N)/%.o: $(VCH_S2N)/%.S
	@mkdir -p $(@D)
	@$(CC) $(VCH_S2N_CPPFLAGS) -c $< -o $@
$(OUT)/obj/$(VCH_AWS_LC)/generated-src/%.o: $(VCH_AWS_LC)/generated-src/%.S
	@mkdir -p $(@D)
	@$(CC) $(VCH_AWS_CPPFLAGS) -c $< -o $@
$(OUT)/obj/$(YYJSON)/%.o: $(YYJSON)/%.c
	@$(cc) -w $(YYJSON_CPPFLAGS) -c $< -o $@
$(OUT)/obj/trusted/ta/%.o: trusted/ta/%.c
	@$(cc) $(WARN) -I. -I$(VCH_GEN) -Iemu/include -c $< -o $@
$(OUT)/obj/emu/%.o: emu/%.c
	@$(cc) $(WARN) -I. -Iemu/include -c $< -o $@
$(OUT)/obj/host/bench/pkcs11.o: host/bench/pkcs11.c
	@$(cc) $(WARN) -I. -isystem /usr/include/p11-kit-1 -c $< -o $@
# its assembler copies the pages in
$(OUT)/obj/host/node/console_files.o: $(wildcard web/console/*)
$(OUT)/obj/host/%.o: host/%.c
	@$(cc) $(WARN) -I. -isystem $(YYJSON) -c $< -o $@
$(OUT)/obj/%.o: %.c
	@$(cc) $(WARN) -I. -c $< -o $@

-include $(shell find $(OUT)/obj -name '*.d' 2>/dev/null)

include tests/tests.mk

# ---- the trusted application for OP-TEE ------------------------------------

UUID := 12345678-5b69-11d4-9fee-00c04f4c3456
# What OP-TEE on QEMU has for all trusted applications together.
TA_RAM_MAX := 12582912
TA_FILE_MAX := 1048576

# The board accepts what its development key signed; both are made on demand.
$(BOARD_KEY):
	@mkdir -p -m 700 $(@D)
	@umask 077; openssl genrsa -out $@.new 3072 2>/dev/null; mv $@.new $@

# Written when it is another one than the last time.
BOARD_CPU := out/gen/board-cpu
.PHONY: board-cpu
board-cpu:
$(BOARD_CPU): board-cpu
	@mkdir -p $(@D)
	@echo $(VCH_BOARD_CPU) | cmp -s - $@ || echo $(VCH_BOARD_CPU) >$@

out/ta/$(UUID).ta: $(BOARD_KEY) $(VCH_P256_TABLE) $(VCH_RELEASE_HEADER) \
		$(BOARD_CPU) trusted/ta/sub.mk \
		trusted/ta/user_ta_header_defines.h $(wildcard wire/gen/*.[ch] \
		trusted/*/*.[ch])
	@echo "  TA   $@"
	@mkdir -p $(@D)
	@env -u MAKEFLAGS -u MFLAGS $(MAKE) --no-print-directory -s -j2 \
		-C trusted/ta \
		-f $(CURDIR)/out/deps/optee-dev-kit/mk/ta_dev_kit.mk \
		VCH_ROOT=../.. O=../../out/ta BINARY=$(UUID) \
		TA_SIGN_KEY=$(CURDIR)/$(BOARD_KEY) \
		CROSS_COMPILE=aarch64-linux-gnu- PYTHON3=/usr/bin/python3 \
		../../$@

out/ta/size: out/ta/$(UUID).ta
	@aarch64-linux-gnu-size out/ta/$(UUID).stripped.elf | awk 'NR == 2 { \
		print "text " $$1 ", data " $$2 ", bss " $$3 " bytes"; \
		exit !($$1 + $$2 + $$3 <= $(TA_RAM_MAX)) }' >$@.new || \
		{ cat $@.new; echo "too large for OP-TEE" >&2; exit 1; }
	@test $$(stat -c %s $<) -le $(TA_FILE_MAX) || \
		{ echo "$<: over $(TA_FILE_MAX) bytes" >&2; exit 1; }
	@mv $@.new $@; echo "  $< $$(stat -c %s $<) bytes: $$(cat $@)"

include tests/board.mk
include deploy/optee-qemu/bare/bare.mk

# ---- contracts -------------------------------------------------------------

.PHONY: contracts
contracts: $(OUT)/contracts/.built
$(OUT)/contracts/.built: $(shell find contracts -name '*.sol') \
		contracts/foundry.toml tools/solc-js.cjs
	@echo "  SOLC contracts"
	@tools/forge build --quiet
	@touch $@
