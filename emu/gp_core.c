/* SPDX-License-Identifier: Apache-2.0 */
/* Start, panic, randomness, clocks and properties. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "emu/fault.h"
#include "emu/gp.h"

static struct vch_device secret_device;
static struct vch_store secret_store;

void vch_gp_start(const struct vch_device *device, int storage_fd)
{
	secret_device = *device;
	vch_store_open(&secret_store, storage_fd, device);
	vch_gp_objects_reset();
}

const struct vch_device *vch_gp_device(void)
{
	return &secret_device;
}

struct vch_store *vch_gp_store(void)
{
	return &secret_store;
}

void vch_gp_say(const char *line)
{
	char text[160];
	int len = snprintf(text, sizeof(text), "vouch-tee: %s\n", line);

	if (len <= 0)
		return;
	if ((size_t)len >= sizeof(text))
		len = (int)sizeof(text) - 1;
	/* there is nobody to tell if even this fails */
	if (write(VCH_PIPE_SAY, text, (size_t)len) < 0)
		return;
}

void TEE_Panic(TEE_Result panicCode)
{
	char line[80];

	snprintf(line, sizeof(line),
		 "the trusted application panicked with code 0x%08x",
		 panicCode);
	vch_gp_say(line);
	_exit(VCH_EXIT_PANIC);
}

void TEE_GenerateRandom(void *randomBuffer, size_t randomBufferLen)
{
	uint8_t *at = randomBuffer;

	if (vch_fault_call())
		TEE_Panic(TEE_ERROR_GENERIC);
	while (randomBufferLen > 0) {
		/* newer C libraries map memory of their own for getrandom() */
		ssize_t n = syscall(SYS_getrandom, at, randomBufferLen, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			TEE_Panic(TEE_ERROR_GENERIC);
		at += n;
		randomBufferLen -= (size_t)n;
	}
}

static void clock_read(TEE_Time *ret, clockid_t clock)
{
	struct timespec now;

	if (vch_fault_call() || clock_gettime(clock, &now) != 0)
		TEE_Panic(TEE_ERROR_GENERIC);
	/* GP's seconds have 32 bits: this clock ends in 2106 */
	ret->seconds = (uint32_t)now.tv_sec;
	ret->millis = (uint32_t)(now.tv_nsec / 1000000);
}

void TEE_GetSystemTime(TEE_Time *time)
{
	clock_read(time, CLOCK_MONOTONIC);
}

void TEE_GetREETime(TEE_Time *time)
{
	clock_read(time, CLOCK_REALTIME);
}

TEE_Result TEE_GetPropertyAsString(TEE_PropSetHandle propsetOrEnumerator,
				   const char *name, char *valueBuffer,
				   size_t *valueBufferLen)
{
	static const char description[] = "vouch TEE (EMULATED)";
	size_t room;

	if (!name || !valueBuffer || !valueBufferLen)
		TEE_Panic(TEE_ERROR_BAD_PARAMETERS);
	if (vch_fault_call())
		return TEE_ERROR_GENERIC;
	if (propsetOrEnumerator != TEE_PROPSET_TEE_IMPLEMENTATION ||
	    strcmp(name, "gpd.tee.description") != 0)
		return TEE_ERROR_ITEM_NOT_FOUND;
	room = *valueBufferLen;
	*valueBufferLen = sizeof(description);
	if (room < sizeof(description))
		return TEE_ERROR_SHORT_BUFFER;
	memcpy(valueBuffer, description, sizeof(description));
	return TEE_SUCCESS;
}
