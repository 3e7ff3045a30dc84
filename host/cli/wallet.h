/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the CLI keeps for its user: a demo passkey and the accounts made with
 * it, in one private JSON file; and where the contracts are, in another.
 */
#ifndef HOST_CLI_WALLET_H
#define HOST_CLI_WALLET_H

#include <yyjson.h>

#include "host/cli/demo_passkey.h"
#include "trusted/base/bytes.h"
#include "wire/gen/ta.h"

#define VCH_WALLET_ACCOUNTS_MAX 256

/* Where the contracts are on one chain. */
struct vch_deployment {
	uint64_t chain_id;
	uint8_t entry_point[20];
	uint8_t factory[20];
	uint8_t implementation[20];
};

/* VCH_FILE, or VCH_JSON if it is something else. */
VCH_MUST enum vch_err vch_deployment_load(struct vch_deployment *ret,
					  const char *path);
VCH_MUST enum vch_err vch_deployment_save(const struct vch_deployment *dep,
					  const char *path);
/* The fields of that file, into a JSON object. */
void vch_deployment_put(yyjson_mut_doc *doc, yyjson_mut_val *obj,
			const struct vch_deployment *dep);

/*
 * An account as its owner pins it at birth: who co-signs, and whose log
 * vouches for that. seq is the highest account sequence a receipt has shown;
 * a lower one later means an older copy of the log. receipt is that receipt
 * (receipt_len 0: none yet); it is shown with every request, so that a trusted
 * application on another history stops the account.
 */
struct vch_wallet_account {
	uint8_t address[20];
	uint8_t cosigner[20];
	struct vch_deployment at;
	uint8_t log_key[32];
	uint8_t device_key[32];
	uint64_t seq;
	uint8_t receipt[VCH_RECEIPT_ENC_MAX];
	size_t receipt_len;
	struct vch_intent waits; /* on chain, as carried; number 0: none */
};

struct vch_wallet {
	struct vch_demo_passkey passkey;
	struct vch_wallet_account account[VCH_WALLET_ACCOUNTS_MAX];
	size_t account_cnt;
};
VCH_SECRET(wallet)

/* VCH_FILE (also if others may read it), VCH_JSON, VCH_PUBLIC_KEY. */
VCH_MUST enum vch_err vch_wallet_load(struct vch_wallet *ret, const char *path);
/* Written with mode 0600, the old content or the new, never a part. */
VCH_MUST enum vch_err vch_wallet_save(const struct vch_wallet *wallet,
				      const char *path);

/* Settings as objects of an array, as vouch_cosignIntent takes them. */
void vch_settings_put(yyjson_mut_doc *doc, yyjson_mut_val *arr,
		      const struct vch_chain_setting *settings, size_t cnt);

/* The account with that address, or NULL. */
struct vch_wallet_account *vch_wallet_find(struct vch_wallet *wallet,
					   const uint8_t address[20]);
/* VCH_FULL if there is no place. */
VCH_MUST enum vch_err vch_wallet_add(struct vch_wallet *wallet,
				     const struct vch_wallet_account *account);

#endif
