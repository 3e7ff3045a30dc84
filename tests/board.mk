# SPDX-License-Identifier: Apache-2.0
# What the tests load on a board: tests/board.h. The product's trusted
# application as many devices and several instances; hasty and prompt are those
# of tests.mk; and the test programs with their own word for what a device is.
# newer and newest are the product's again, as its next versions.
BOARD_TESTS := $(addprefix tests/,counter fresh model ta ta_change \
	ta_key ta_log)
BOARD_TEST_TAS := $(addprefix out/optee/ta-,plain hasty prompt newer newest)
board_version = $(if $(filter %newer,$(1)),2)$(if $(filter %newest,$(1)),3)
board_flags = $(if $(call board_version,$(1)), \
	CPPFLAGS=-DVCH_TA_VERSION=$(call board_version,$(1))u, \
	VCH_BOARD_TESTS=y CPPFLAGS="-DTA_FLAGS=0 -DVCH_SLOT_MAX=1024u \
		$(if $(filter %hasty,$(1)),-DVCH_DELAY_POLICY_S=2u) \
		$(if $(filter %prompt,$(1)),-DVCH_DELAY_POLICY_S=0u)")

$(BOARD_TEST_TAS): out/optee/ta-%: out/ta/$(UUID).ta \
		tests/board_device.c tests/board.h
	@echo "  TA   $@"
	@mkdir -p $@.build
	@env -u MAKEFLAGS -u MFLAGS $(MAKE) --no-print-directory -s -j2 \
		-C trusted/ta \
		-f $(CURDIR)/out/deps/optee-dev-kit/mk/ta_dev_kit.mk \
		VCH_ROOT=../.. O=../../$@.build BINARY=$(UUID) \
		$(call board_flags,$@) \
		TA_SIGN_KEY=$(CURDIR)/$(BOARD_KEY) \
		CROSS_COMPILE=aarch64-linux-gnu- PYTHON3=/usr/bin/python3
	@cp $@.build/$(UUID).ta $@

.PHONY: optee-xtest
optee-xtest: deps ## OP-TEE's own tests on our board; XTEST="1004 6001": only these
	@tests/xtest $(XTEST)

ifeq ($(BOARD),optee)
BOARD_WRAPS := $(addprefix -Wl$(comma)--wrap=,vch_tee_factory vch_tee_start \
	TEEC_OpenSession)
BOARD_TESTING := $(call obj,tests/board_teec.c)
$(BOARD_TESTS:tests/%=$(OUT)/test/board_%): $(OUT)/test/board_%: \
		$(OUT)/obj/tests/%_test.o $(BOARD_TESTING) $(LIBS_HOST)
	$(link) $(BOARD_WRAPS) -lcmocka -lcurl -lcrypto -lpthread -lteec
$(OUT)/test/board_hostile: $(call obj,tests/board_hostile.c) $(LIB_CORE)
	$(link) -lcmocka -lpthread -lteec
.SECONDARY: $(BOARD_TESTS:%=$(OUT)/obj/%_test.o)
.PHONY: board-tests
board-tests: $(OUT)/test/board_hostile $(BOARD_TESTS:tests/%=$(OUT)/test/board_%) $(BOARD_TEST_TAS)
endif
