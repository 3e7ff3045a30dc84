# SPDX-License-Identifier: Apache-2.0
# Test programs: every x_test.c is one, named out/test/<its path, with _ for />.

comma := ,
CTIME_SRC := trusted/crypto/ctime_test.c
CTIME := $(OUT)/test/ctime
TEST_SRCS := $(filter-out $(CTIME_SRC),$(wildcard */*_test.c */*/*_test.c))
test_bin = $(OUT)/test/$(subst /,_,$(basename $(1)))
TEST_BINS := $(foreach t,$(TEST_SRCS),$(call test_bin,$(t)))

TEST_TEES := $(addprefix $(OUT)/test/,vouch-tee-faults vouch-tee-test \
	vouch-tee-test-faults vouch-tee-hasty vouch-tee-v1 vouch-tee-v2 \
	vouch-tee-v3)

# TSan is for the host's threads: the TEE has one, and is the ordinary one.
ifeq ($(SAN),thread)
$(OUT)/bin/vouch-tee $(TEST_TEES): $(OUT)/%: out/%
	@mkdir -p $(@D)
	@ln -sf $(CURDIR)/$< $@
endif

.PHONY: tests
tests: $(TEST_BINS) $(CTIME) $(TEST_TEES) $(OUT)/test/vouchd-faults \
	$(OUT)/test/vouch-hasty \
	$(OUT)/bench/load

# What a test may link: the rooms it may include.
LIBS_TEE := $(LIB_EMU) $(LIB_TA) $(LIB_CORE)
LIB_RIG := $(OUT)/obj/librig.a
$(LIB_RIG): $(call obj,tests/rig.c tests/rig_intent.c tests/rig_key.c \
	tests/rig_snapshot.c tests/rig_upgrade.c tests/model_key.c)
LIBS_HOST := $(LIB_RIG) $(LIB_NODE) $(LIB_CLI) $(LIB_HOST) $(LIB_CORE) $(LIB_YYJSON)
# The trusted application alone: platform.c's place is taken by tests/alone.c.
STACK_TEST := $(call obj,tests/alone.c tests/stack_test.c)
$(STACK_TEST): WARN += -Iemu/include
LIBS_ALONE := $(call obj,tests/alone.c) $(LIB_TA) $(LIBS_HOST)
libs_of = $(if $(filter trusted/ta/% emu/%,$(1)),$(LIBS_TEE),$(if \
	$(filter tests/stack_test.c,$(1)),$(LIBS_ALONE),$(LIBS_HOST)))

define test_rule
$(call test_bin,$(1)): $(call obj,$(1)) $(call libs_of,$(1))
	$$(link) -lcmocka -lseccomp -lgnutls -lcurl -lcrypto -lpthread
endef
$(foreach t,$(TEST_SRCS),$(eval $(call test_rule,$(t))))

# The secure flash's driver, which is OP-TEE's otherwise, on a model of chips.
FLASH := $(call obj,$(addprefix deploy/optee-qemu/flash_,driver.c model.c \
	twin.c))
FLASH_TESTS := $(addprefix deploy/optee-qemu/flash_,cut_test.c test.c)
$(foreach t,$(FLASH_TESTS),$(call test_bin,$(t))): $(FLASH)
$(FLASH) $(call obj,$(FLASH_TESTS) deploy/optee-qemu/flash_fuzz.c): \
	WARN += -Ideploy/optee-qemu/fake -Ideploy/optee-qemu/optee \
	-Iemu/include
# it is written for the warnings that OP-TEE is built with
$(call obj,deploy/optee-qemu/flash_driver.c): WARN += -Wno-conversion

$(call test_bin,tests/entropy_test.c): LDFLAGS += -Wl,--wrap=getrandom

# The emulated TEE with a trusted application that only echoes, and both with
# one that can be told to fail, and in which what loosens waits for no time.
# Never installed.
ifneq ($(SAN),thread)
$(OUT)/test/vouch-tee-test: $(call obj,emu/main.c emu/test_ta.c) $(LIB_EMU) \
		$(LIB_CORE)
	$(link) -lseccomp
FAULT_OBJS := $(patsubst $(OUT)/obj/%,$(OUT)/obj/faults/%, \
	$(call obj,emu/main.c emu/fault.c $(EMU_SRCS)))
$(OUT)/obj/faults/%.o: %.c
	@$(cc) $(WARN) -DVCH_FAULTS -I. -Iemu/include -c $< -o $@
$(OUT)/obj/prompt/%.o: %.c
	@$(cc) $(WARN) -DVCH_DELAY_POLICY_S=0u -I. -c $< -o $@
$(OUT)/test/vouch-tee-faults: $(FAULT_OBJS) \
		$(OUT)/obj/prompt/trusted/policy/change.o \
		$(OUT)/obj/v1/trusted/ta/upgrade.o $(LIB_TA) $(LIB_CORE)
	$(link) -lseccomp
# Versions of it, with the release keys of tests.
VERSIONED := $(addprefix trusted/ta/,attest.o snapshot.o start.o upgrade.o)
define version_rule
$(addprefix $(OUT)/obj/v$(1)/,$(VERSIONED)): $(OUT)/obj/v$(1)/%.o: %.c
	@$$(cc) $(WARN) -DVCH_TA_VERSION=$(1)u -Itests/release -I. \
		-Iemu/include -c $$< -o $$@
$(OUT)/test/vouch-tee-v$(1): $(FAULT_OBJS) \
		$(addprefix $(OUT)/obj/v$(1)/,$(VERSIONED)) $(LIB_TA) $(LIB_CORE)
	$$(link) -lseccomp
endef
$(foreach v,1 2 3,$(eval $(call version_rule,$(v))))
$(OUT)/test/vouch-tee-test-faults: $(FAULT_OBJS) $(call obj,emu/test_ta.c) \
		$(LIB_CORE)
	$(link) -lseccomp
endif

# vouchd with a log that can be told to fail: not in the product.
$(OUT)/test/vouchd-faults: $(call obj,$(NODE_SRCS) tests/vouchd_faults.c) \
		$(LIB_HOST) $(LIB_CORE) $(LIB_YYJSON)
	$(link) -lgnutls -lcurl -lpthread

# The emulated TEE in which what loosens waits two seconds, not two days.
$(OUT)/obj/hasty/%.o: %.c
	@$(cc) $(WARN) -DVCH_DELAY_POLICY_S=2u -I. -c $< -o $@
$(OUT)/test/vouch-tee-hasty: $(call obj,emu/main.c) \
		$(OUT)/obj/hasty/trusted/policy/change.o $(LIB_EMU) $(LIB_TA) \
		$(LIB_CORE)
	$(link) -lseccomp
# And the client that expects it so: the product's believes no such TEE.
$(OUT)/test/vouch-hasty: $(call obj,$(CLI_SRCS)) \
		$(OUT)/obj/hasty/trusted/policy/change.o $(LIB_NODE) \
		$(LIB_HOST) $(LIB_CORE) $(LIB_YYJSON)
	$(link) -lcurl -lcrypto -lpthread

# Everything secret is marked as undefined memory: a flavour of its own.
CTIME_SRCS := $(CTIME_SRC) $(VCH_CRYPTO_SRCS) \
	trusted/base/ct.c trusted/base/wipe.c $(THIRD_SRCS)
$(CTIME): $(CTIME_SRCS) $(VCH_P256_TABLE) $(wildcard trusted/*/*.h)
	@echo "  CC   $@"
	@mkdir -p $(@D)
	@$(CC) -std=gnu11 -D_GNU_SOURCE -O3 -g -w $(VCH_CTIME_CPPFLAGS) \
		$(VCH_CRYPTO_CPPFLAGS) $(VCH_SECP256K1_CPPFLAGS) \
		$(SECP256K1_ARCH) $(VCH_S2N_CPPFLAGS) $(VCH_AWS_CPPFLAGS) \
		$(CTIME_SRCS) -o $@ \
		-lcmocka

# What is inside the TEE and nothing else, as tools/ta_check.py reads it.
.PHONY: trusted-objects
trusted-objects: $(LIB_TA) $(LIB_CORE)

# libFuzzer targets, in the flavour SAN=fuzz: out/san-fuzz/fuzz/<path>.
INSIDE := $(call obj,tests/inside.c trusted/ta/platform.c) \
	$(OUT)/obj/v1/trusted/ta/upgrade.o
INSIDE_WRAPS := $(addprefix -Wl$(comma)--wrap=,TEE_GenerateRandom \
	TEE_GetSystemTime TEE_GetREETime TEE_Panic vch_panic)
FUZZ_SRCS := wire/fuzz.c $(wildcard */*_fuzz.c */*/*_fuzz.c)
fuzz_bin = $(OUT)/fuzz/$(subst /,_,$(basename $(patsubst %/fuzz.c,%_fuzz.c,$(1))))

define fuzz_rule
$(call fuzz_bin,$(1)): $(call obj,$(1)) $(LIBS_HOST)
	$$(link) -fsanitize=fuzzer -lcurl -lcrypto -lgnutls -lpthread
endef
$(foreach t,$(filter-out tests/door_fuzz.c,$(FUZZ_SRCS)), \
	$(eval $(call fuzz_rule,$(t))))
$(call fuzz_bin,deploy/optee-qemu/flash_fuzz.c): $(FLASH)
$(OUT)/fuzz/tests_door_fuzz: $(call obj,tests/door_fuzz.c) $(INSIDE) \
		$(LIBS_HOST) $(LIBS_TEE)
	$(link) -fsanitize=fuzzer $(INSIDE_WRAPS) -lcrypto -lpthread
$(INSIDE) $(call obj,tests/door_fuzz.c): WARN += -Iemu/include

.PHONY: fuzzers
fuzzers: $(foreach t,$(FUZZ_SRCS),$(call fuzz_bin,$(t)))

.PHONY: fuzz
fuzz: deps ## fuzz every parser: FUZZ_SECONDS=3600 in all
	@$(MAKE) --no-print-directory -s SAN=fuzz fuzzers
	@tools/fuzz --seconds $(or $(FUZZ_SECONDS),3600)
