# SPDX-License-Identifier: Apache-2.0
# The bare trusted application: the crypto room and the libraries of the one
# list, with its flags, and a door of its own.
include $(VCH_ROOT)/trusted/ta/sub.mk
srcs_ext-y := trusted/base/ct.c trusted/base/wipe.c \
	trusted/base/memory_board.c \
	$(VCH_CRYPTO_SRCS) $(VCH_S2N_ARM) $(VCH_AWS_ARM) $(VCH_BEARSSL) \
	$(VCH_SECP256K1) \
	deploy/optee-qemu/bare/bare_ta.c
cppflags-deploy/optee-qemu/bare/bare_ta.c-y := -I$(VCH_ROOT)
