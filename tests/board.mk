# SPDX-License-Identifier: Apache-2.0
# What the tests load on a board: tests/board.h. The product's trusted
# application as many devices and several instances; hasty and prompt are those
# of tests.mk; and the test programs with their own word for what a device is.
# newer and newest are the product's again, as its next versions. hasty does
# without the processor's instructions for SHA-256 and AES.
#
# Not here: what the board cannot do. ta_fault and every_call fail each call of
# the emulator and tear or lose its writes (a torn write of the board is
# tests/optee_cuts_test.py's, an application that panics instances_test's and
# tests/optee_luck_test.py's); upgrade's versions follow each other in
# tests/optee_upgrade_test.py; worker, worker_batch, entropy and stack look at
# the emulator's process or run without any TEE.
BOARD_TESTS := $(addprefix tests/,counter fresh instances model ta ta_change \
	ta_erase ta_import ta_intent ta_key ta_log ta_snapshot ta_use)
BOARD_TEST_TAS := $(addprefix out/optee/ta-,plain hasty prompt brittle newer \
	newest)
# many at once, for a device each; brittle is what vouchd may run
BOARD_MANY := -DTA_FLAGS=0 -DVCH_SLOT_MAX=1024u
BOARD_WORDS_plain := $(BOARD_MANY)
BOARD_WORDS_hasty := $(BOARD_MANY) -DVCH_DELAY_POLICY_S=2u
BOARD_WORDS_prompt := $(BOARD_MANY) -DVCH_DELAY_POLICY_S=0u
BOARD_WORDS_brittle := -DBOARD_BRITTLE
BOARD_WORDS_newer := -DVCH_TA_VERSION=2u
BOARD_WORDS_newest := -DVCH_TA_VERSION=3u

$(BOARD_TEST_TAS): out/optee/ta-%: out/ta/$(UUID).ta \
		tests/board_device.c tests/board.h tests/board.mk \
		host/cli/vector.c host/cli/vector.h
	@echo "  TA   $@"
	@mkdir -p $@.build
	@env -u MAKEFLAGS -u MFLAGS $(MAKE) --no-print-directory -s -j2 \
		-C trusted/ta \
		-f $(CURDIR)/out/deps/optee-dev-kit/mk/ta_dev_kit.mk \
		VCH_ROOT=../.. O=../../$@.build BINARY=$(UUID) \
		$(if $(filter newer newest,$*),,VCH_BOARD_TESTS=y) \
		CPPFLAGS="$(BOARD_WORDS_$*)" \
		$(if $(filter hasty,$*),VCH_BOARD_CPU=0) \
		TA_SIGN_KEY=$(CURDIR)/$(BOARD_KEY) \
		CROSS_COMPILE=aarch64-linux-gnu- PYTHON3=/usr/bin/python3 \
		../../$@.build/$(UUID).ta
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
$(OUT)/test/vectors_board: $(call obj,tests/board_vectors.c) $(LIB_HOST) \
		$(LIB_CORE)
	$(link) -lteec
.SECONDARY: $(BOARD_TESTS:%=$(OUT)/obj/%_test.o)
.PHONY: board-tests
board-tests: $(addprefix $(OUT)/test/,board_hostile vectors_board) \
		$(BOARD_TESTS:tests/%=$(OUT)/test/board_%) $(BOARD_TEST_TAS)
endif
