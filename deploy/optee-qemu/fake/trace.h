/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/optee-qemu/fake/core.h"
