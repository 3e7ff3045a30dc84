# SPDX-License-Identifier: Apache-2.0
# Test programs: every x_test.c is one, named out/test/<its path, with _ for />.

CTIME_SRC := trusted/crypto/ctime_test.c
CTIME := $(OUT)/test/ctime
TEST_SRCS := $(filter-out $(CTIME_SRC),$(wildcard */*_test.c */*/*_test.c))
test_bin = $(OUT)/test/$(subst /,_,$(basename $(1)))
TEST_BINS := $(foreach t,$(TEST_SRCS),$(call test_bin,$(t)))

TEST_TEES := $(addprefix $(OUT)/test/,vouch-tee-faults vouch-tee-test \
	vouch-tee-test-faults)

.PHONY: tests
tests: $(TEST_BINS) $(CTIME) $(TEST_TEES) $(OUT)/bench/load

# What a test may link: the rooms it may include.
LIBS_TEE := $(LIB_EMU) $(LIB_TA) $(LIB_CORE)
LIB_RIG := $(OUT)/obj/librig.a
$(LIB_RIG): $(call obj,tests/rig.c)
LIBS_HOST := $(LIB_RIG) $(LIB_NODE) $(LIB_CLI) $(LIB_HOST) $(LIB_CORE) $(LIB_YYJSON)
libs_of = $(if $(filter trusted/ta/% emu/%,$(1)),$(LIBS_TEE),$(LIBS_HOST))

define test_rule
$(call test_bin,$(1)): $(call obj,$(1)) $(call libs_of,$(1))
	$$(link) -lcmocka -lseccomp -lmicrohttpd -lcurl -lcrypto -lpthread
endef
$(foreach t,$(TEST_SRCS),$(eval $(call test_rule,$(t))))

# The emulated TEE with a trusted application that only echoes, and both with
# one that can be told to fail. Never installed.
$(OUT)/test/vouch-tee-test: $(call obj,emu/main.c emu/test_ta.c) $(LIB_EMU) \
		$(LIB_CORE)
	$(link) -lseccomp
FAULT_OBJS := $(patsubst $(OUT)/obj/%,$(OUT)/obj/faults/%, \
	$(call obj,emu/main.c emu/fault.c $(EMU_SRCS)))
$(OUT)/obj/faults/%.o: %.c
	@$(cc) $(WARN) -DVCH_FAULTS -I. -Iemu/include -c $< -o $@
$(OUT)/test/vouch-tee-faults: $(FAULT_OBJS) $(LIB_TA) $(LIB_CORE)
	$(link) -lseccomp
$(OUT)/test/vouch-tee-test-faults: $(FAULT_OBJS) $(call obj,emu/test_ta.c) \
		$(LIB_CORE)
	$(link) -lseccomp

# Everything secret is marked as undefined memory: a flavour of its own.
CTIME_SRCS := $(CTIME_SRC) $(VCH_CRYPTO_SRCS) trusted/base/bytes.c \
	trusted/base/ct.c trusted/base/wipe.c $(THIRD_SRCS)
$(CTIME): $(CTIME_SRCS) $(VCH_P256_TABLE) $(wildcard trusted/*/*.h)
	@echo "  CC   $@"
	@mkdir -p $(@D)
	@$(CC) -std=gnu11 -D_GNU_SOURCE -O3 -g -w $(VCH_CTIME_CPPFLAGS) \
		$(VCH_CRYPTO_CPPFLAGS) $(VCH_SECP256K1_CPPFLAGS) \
		$(SECP256K1_ARCH) $(VCH_S2N_CPPFLAGS) $(VCH_SHA_CPPFLAGS) \
		$(CTIME_SRCS) -o $@ \
		-lcmocka
