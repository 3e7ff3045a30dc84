/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/json_account.h"

static void put_passkeys(struct vch_buf *out, const struct vch_config *config)
{
	vch_json_open(out, "passkeys", '[');
	for (size_t i = 0; i < config->passkeys_cnt; i++) {
		const struct vch_passkey *passkey = &config->passkeys[i];

		vch_json_open(out, NULL, '{');
		vch_json_put_hex(out, "x", passkey->x, 32);
		vch_json_put_hex(out, "y", passkey->y, 32);
		vch_json_put_hex(out, "rpIdHash", passkey->rp_id_hash, 32);
		vch_json_put_quantity(out, "flags", passkey->flags);
		vch_json_close(out, '}');
	}
	vch_json_close(out, ']');
}

static void put_origins(struct vch_buf *out, const struct vch_config *config)
{
	vch_json_open(out, "origins", '[');
	for (size_t i = 0; i < config->origins_cnt; i++)
		vch_json_put_text(out, NULL,
				  (const char *)config->origins[i].ptr,
				  config->origins[i].len);
	vch_json_close(out, ']');
}

static void put_networks(struct vch_buf *out, const struct vch_config *config)
{
	vch_json_open(out, "networks", '[');
	for (size_t i = 0; i < config->networks_cnt; i++) {
		const struct vch_network *network = &config->networks[i];

		vch_json_open(out, NULL, '{');
		vch_json_put_quantity(out, "chainId", network->chain_id);
		vch_json_put_hex(out, "entryPoint", network->entry_point, 20);
		vch_json_close(out, '}');
	}
	vch_json_close(out, ']');
}

static void put_assets(struct vch_buf *out, const struct vch_config *config,
		       const struct vch_counters *counters)
{
	vch_json_open(out, "assets", '[');
	for (size_t i = 0; i < config->assets_cnt; i++) {
		const struct vch_asset *asset = &config->assets[i];
		vch_u128 spent = 0;

		if (i < counters->spent_cnt)
			spent = counters->spent[i];
		vch_json_open(out, NULL, '{');
		vch_json_put_hex(out, "token", asset->token, 20);
		vch_json_put_quantity(out, "dailyLimit", asset->daily_limit);
		vch_json_put_quantity(out, "spent", spent);
		vch_json_close(out, '}');
	}
	vch_json_close(out, ']');
}

enum vch_err vch_json_account(struct vch_buf *out,
			      const struct vch_account_view *account)
{
	const struct vch_slot *slot = &account->slot;
	struct vch_config config;
	struct vch_counters counters;

	if (vch_config_decode(&config,
			      vch_span(account->config, account->config_len)) !=
		    VCH_OK ||
	    vch_counters_decode(&counters, vch_span(account->counters,
						    account->counters_len)) !=
		    VCH_OK)
		return VCH_CORRUPT;
	vch_json_open(out, NULL, '{');
	vch_json_put_hex(out, "address", config.address, 20);
	vch_json_put_hex(out, "cosigner", config.cosigner, 20);
	vch_json_put_hex(out, "factory", config.factory, 20);
	vch_json_put_hex(out, "implementation", config.implementation, 20);
	vch_json_put_quantity(out, "feeMax", config.fee_max);
	put_passkeys(out, &config);
	put_origins(out, &config);
	put_networks(out, &config);
	/* `spent` is of this day (UTC days since the epoch). */
	vch_json_put_quantity(out, "day", counters.day);
	put_assets(out, &config, &counters);
	vch_json_put_bool(out, "frozen", (slot->flags & VCH_SLOT_FROZEN) != 0);
	vch_json_put_quantity(out, "seq", slot->seq);
	vch_json_put_hex(out, "receipt", account->receipt,
			 account->receipt_len);
	vch_json_close(out, '}');
	return VCH_OK;
}
