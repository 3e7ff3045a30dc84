# SPDX-License-Identifier: Apache-2.0
# BOARD=optee: the host's programs for the normal world of a board with OP-TEE,
# arm64, over libteec; into out/optee/arm64. Its libraries are those of
# deploy/optee-qemu/lock, unpacked; the board brings a newer C library than the
# compiler's, so what libraries ask of it is settled when they are loaded.
ifeq ($(BOARD),optee)
ARCH := aarch64
OUT := out/optee/arm64
SYSROOT := out/deps/optee/sysroot
CC := aarch64-linux-gnu-gcc --sysroot=$(CURDIR)/$(SYSROOT)
LDFLAGS += -Wl,--allow-shlib-undefined
# what the image gets is stripped: lines are enough to look things up in
CFLAGS := $(patsubst -g,-g1,$(CFLAGS))
TEE_TRANSPORT := transport_teec
TEE_LIBS := -lteec
endif
TEE_TRANSPORT ?= transport

BOARD_TOOL := deploy/optee-qemu/board
BOARD_KEY := out/deps/optee/keys/ta.pem

.PHONY: board-programs
# first what ends with one long step that nothing else can share
board-programs: out/ta/size $(addprefix $(OUT)/bin/,vouchd vouch)

.PHONY: optee-image
optee-image: deps ## build OP-TEE, kernel and programs for the board in QEMU
	@$(BOARD_TOOL) build

.PHONY: optee
optee: optee-image ## a board with OP-TEE in QEMU: starts it, waits until it serves
	@$(BOARD_TOOL) start

.PHONY: optee-stop
optee-stop: ## end it in good order
	@$(BOARD_TOOL) stop

.PHONY: optee-shell
optee-shell: ## a terminal in its normal world
	@$(BOARD_TOOL) shell

.PHONY: ta-measure
ta-measure: ta ## the measurement that a board must have in its evidence
	@$(BOARD_TOOL) measure
