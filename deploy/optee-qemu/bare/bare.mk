# SPDX-License-Identifier: Apache-2.0
# What `make bench` loads on a board besides the product: the bare trusted
# application, and the load generator and its like for arm64.
BARE_UUID := 64f4a4f0-05f8-4ef7-b407-2306ceb12246
BARE_TA := out/optee/bare/$(BARE_UUID).ta

$(BARE_TA): out/ta/$(UUID).ta $(wildcard deploy/optee-qemu/bare/*)
	@echo "  TA   $@"
	@mkdir -p $(@D)
	@$(MAKE) --no-print-directory -s -C deploy/optee-qemu/bare \
		-f $(CURDIR)/out/deps/optee-dev-kit/mk/ta_dev_kit.mk \
		VCH_ROOT=../../.. O=../../../$(@D) BINARY=$(BARE_UUID) \
		MAKEFLAGS= TA_SIGN_KEY=$(CURDIR)/$(BOARD_KEY) \
		CROSS_COMPILE=aarch64-linux-gnu- PYTHON3=/usr/bin/python3

ifeq ($(BOARD),optee)
$(OUT)/bench/bare: $(call obj,host/bench/bare.c host/bench/inputs.c \
		host/bench/probe.c) $(LIB_CLI) $(LIB_HOST) $(LIB_CORE)
	$(link) -lcrypto -lteec
.PHONY: board-bench
board-bench: $(OUT)/bench/bare $(OUT)/bench/load $(BARE_TA)
endif
