/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/json_account.h"

#include "host/node/json_change.h"
#include "host/node/json_parts.h"

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

/* The change that waits, or null. */
static enum vch_err put_pending(struct vch_buf *out,
				const struct vch_config *config,
				const struct vch_account_view *account)
{
	struct vch_change change;

	if (config->pending_due == 0) {
		vch_json_put_json(out, "pending", "null", 4);
		return VCH_OK;
	}
	if (vch_change_decode(&change, vch_span(account->change,
						account->change_len)) != VCH_OK)
		return VCH_CORRUPT;
	vch_json_open(out, "pending", '{');
	vch_json_put_quantity(out, "due", config->pending_due);
	vch_json_put_hex(out, "hash", config->pending_hash, 32);
	vch_json_put_change(out, "change", &change);
	vch_json_put_hex(out, "bytes", account->change, account->change_len);
	vch_json_close(out, '}');
	return VCH_OK;
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
	vch_json_put_origins(out, config.origins, config.origins_cnt);
	vch_json_put_networks(out, config.networks, config.networks_cnt);
	/* `spent` is of this day (UTC days since the epoch). */
	vch_json_put_quantity(out, "day", counters.day);
	put_assets(out, &config, &counters);
	vch_json_put_calls(out, config.calls, config.calls_cnt);
	vch_json_put_quantity(out, "number", config.number);
	VCH_TRY(put_pending(out, &config, account));
	/* all of the above, byte for byte: the receipt's state proves it */
	vch_json_put_hex(out, "config", account->config, account->config_len);
	vch_json_put_hex(out, "counters", account->counters,
			 account->counters_len);
	vch_json_put_bool(out, "frozen", (slot->flags & VCH_SLOT_FROZEN) != 0);
	vch_json_put_bool(out, "stopped",
			  (slot->flags & VCH_SLOT_STOPPED) != 0);
	vch_json_put_quantity(out, "seq", slot->seq);
	vch_json_put_hex(out, "receipt", account->receipt,
			 account->receipt_len);
	vch_json_close(out, '}');
	return VCH_OK;
}
