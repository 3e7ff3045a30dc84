/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vch-vectors on a board: each line of standard input is answered by the code
 * inside the trusted application (board.h: BOARD_VECTOR), one answer a line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tee_client_api.h>

#include "tests/board.h"
#include "trusted/base/check.h"
#include "trusted/ta/uuid.h"

enum { LINE_MAX_LEN = 8192, ANSWER_MAX = 2 * LINE_MAX_LEN };

static void respond(TEEC_Session *session, char *line, size_t len)
{
	static char answer[ANSWER_MAX];
	TEEC_Operation op = {
		.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_INPUT,
					       TEEC_MEMREF_TEMP_OUTPUT,
					       TEEC_NONE, TEEC_NONE),
	};

	op.params[0].tmpref.buffer = line;
	op.params[0].tmpref.size = len;
	op.params[1].tmpref.buffer = answer;
	op.params[1].tmpref.size = sizeof(answer);
	VCH_CHECK(TEEC_InvokeCommand(session, BOARD_VECTOR, &op, NULL) ==
		  TEEC_SUCCESS);
	fwrite(answer, 1, op.params[1].tmpref.size, stdout);
	putchar('\n');
}

int main(void)
{
	static const TEEC_UUID uuid = VCH_TA_UUID;
	static char line[LINE_MAX_LEN + 2];
	TEEC_Session session;
	TEEC_Context context;

	VCH_CHECK(TEEC_InitializeContext(NULL, &context) == TEEC_SUCCESS);
	VCH_CHECK(TEEC_OpenSession(&context, &session, &uuid, TEEC_LOGIN_PUBLIC,
				   NULL, NULL, NULL) == TEEC_SUCCESS);
	while (fgets(line, sizeof(line), stdin))
		respond(&session, line, strcspn(line, "\n"));
	TEEC_CloseSession(&session);
	TEEC_FinalizeContext(&context);
	return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
