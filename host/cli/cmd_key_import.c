/* SPDX-License-Identifier: Apache-2.0 */
/* vouch key import | owner */
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

#include "host/base/file.h"
#include "host/base/hex.h"
#include "host/cli/doc.h"
#include "host/cli/key_cmd.h"
#include "host/cli/term.h"
#include "trusted/base/check.h"
#include "trusted/crypto/hpke.h"
#include "trusted/crypto/secp256k1.h"
#include "trusted/crypto/sha256.h"
#include "trusted/policy/key.h"

#define TEXT_MAX 128

VCH_SECRET(import_plain)

/* The key as text, and what it is sealed from. */
struct vch_import_text {
	char secret_text[TEXT_MAX];
	uint8_t secret_plain[VCH_IMPORT_PLAIN_ENC_MAX];
};
VCH_SECRET(import_text)

/* Up to TEXT_MAX bytes of the file, or of standard input for "-". */
static enum vch_err read_text(struct vch_import_text *ret, const char *path)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	size_t len;

	if (!file)
		return VCH_FILE;
	setvbuf(file, NULL, _IONBF, 0);
	len = fread(ret->secret_text, 1, TEXT_MAX - 1, file);
	if (file != stdin)
		fclose(file);
	while (len > 0 && strchr(" \r\n", ret->secret_text[len - 1]))
		len--;
	ret->secret_text[len] = '\0';
	return VCH_OK;
}

/* 64 digits of hex, with 0x or without. */
static enum vch_err read_secret(uint8_t ret[32], struct vch_cli *cli)
{
	VCH_AUTO(import_text) text = {0};
	char *hex = text.secret_text;
	enum vch_err err = read_text(&text, cli->args[0]);

	if (err)
		return vch_cli_fail(cli, err, "the key in %s", cli->args[0]);
	if (strlen(hex) == 64) {
		memmove(hex + 2, hex, 65);
		memcpy(hex, "0x", 2);
	}
	if (vch_hex_read(ret, 32, hex))
		return vch_cli_fail(cli, VCH_ARGUMENT,
				    "the key is to be 64 digits of hex");
	return VCH_OK;
}

/* The id that this key will have. VCH_FORMAT if it is none. */
static enum vch_err id_of(uint8_t ret[20], const struct vch_import_plain *plain)
{
	struct vch_key_config config = {.policy = plain->policy};
	VCH_AUTO(secp256k1_sk) sk;
	VCH_AUTO(ed25519_sk) ed;
	struct vch_secp256k1_pk pk;

	if (plain->policy.type == VCH_KEY_ED25519) {
		vch_ed25519_sk_from_seed(&ed, plain->secret);
		config.public_key = vch_span(ed.pk.b, 32);
	} else {
		VCH_TRY(vch_secp256k1_sk_parse(&sk, plain->secret));
		vch_secp256k1_pk_from_sk(&pk, &sk);
		config.public_key = vch_span(pk.xy, 64);
	}
	vch_key_id(ret, &config);
	return VCH_OK;
}

/* Draws a challenge; the evidence in the answer is checked before all else. */
static enum vch_err begin_import(struct vch_key_cmd *k,
				 struct vch_import_plain *plain)
{
	struct vch_attested *att = &k->attested;
	uint8_t challenge[32];
	yyjson_val *answer;

	if (RAND_bytes(challenge, sizeof(challenge)) != 1)
		return vch_cli_fail(k->cli, VCH_ENTROPY, "no randomness");
	vch_key_begin_with_key(k);
	vch_doc_put_bytes(k->doc, k->params, "challenge",
			  vch_span(challenge, 32));
	VCH_TRY(vch_key_call(k, &answer, "kms_importBegin"));
	if (vch_doc_get_fixed(answer, "importId", plain->import_id, 16) ||
	    vch_doc_get_bytes(answer, "claims", att->claims, &att->claims_len,
			      sizeof(att->claims)) ||
	    vch_doc_get_fixed(answer, "signature", att->signature, 64))
		return vch_key_unproved(k, "the node's answer lacks evidence");
	if (vch_attested_check_var(att, challenge))
		return vch_key_unproved(k, att->why);
	if (att->emulated && !k->cli->emulated)
		return vch_cli_fail(k->cli, VCH_UNFIT,
				    "this TEE is EMULATED and protects no key "
				    "from its host; --emulated for a trial");
	vch_sha256_hash(plain->evidence_hash,
			vch_span(att->claims, att->claims_len));
	return VCH_OK;
}

static enum vch_err put_sealed(struct vch_key_cmd *k,
			       const struct vch_import_plain *plain)
{
	VCH_AUTO(import_text) text;
	VCH_AUTO(x25519_sk) ephemeral;
	struct vch_writer w =
		vch_writer(text.secret_plain, sizeof(text.secret_plain));
	uint8_t enc[32], tag[16], sealed[VCH_IMPORT_PLAIN_ENC_MAX];
	struct vch_x25519_pk to;

	VCH_TRY(vch_import_plain_encode(&w, plain));
	if (RAND_priv_bytes(ephemeral.secret, sizeof(ephemeral.secret)) != 1)
		return vch_cli_fail(k->cli, VCH_ENTROPY, "no randomness");
	memcpy(to.b, k->attested.evidence.import_key, 32);
	VCH_TRY(vch_hpke_seal(enc, sealed, tag, &to, &ephemeral,
			      vch_span("vouch import v1", 15),
			      vch_span(plain->import_id, 16), vch_written(&w)));
	vch_key_begin(k);
	vch_doc_put_bytes(k->doc, k->params, "importId",
			  vch_span(plain->import_id, 16));
	vch_doc_put_bytes(k->doc, k->params, "enc", vch_span(enc, 32));
	vch_doc_put_bytes(k->doc, k->params, "sealed", vch_span(sealed, w.len));
	vch_doc_put_bytes(k->doc, k->params, "tag", vch_span(tag, 16));
	return VCH_OK;
}

static enum vch_err import_key(struct vch_key_cmd *k,
			       struct vch_import_plain *plain)
{
	struct vch_key_config config;
	yyjson_val *answer;

	if (id_of(k->id, plain))
		return vch_cli_fail(k->cli, VCH_ARGUMENT,
				    "this is no key of that --type");
	VCH_TRY(begin_import(k, plain));
	VCH_TRY(put_sealed(k, plain));
	VCH_TRY(vch_key_call(k, &answer, "kms_importKey"));
	VCH_TRY(vch_key_prove_birth(k, answer, &config, &plain->policy,
				    plain->flags | VCH_KEY_IMPORTED));
	if (k->cli->json) {
		vch_key_print_json(answer);
		return VCH_OK;
	}
	vch_key_print_born(k, answer, &config);
	puts("Imported; the record says so. Whoever had it before still has.");
	return VCH_OK;
}

enum vch_err vch_cmd_key_import(struct vch_cli *cli)
{
	static struct vch_key_cmd k;
	VCH_AUTO(import_plain) plain = {0};
	struct vch_policy_options options;
	const char *path = cli->args[0];
	enum vch_err err = vch_key_policy_options(&options, cli);

	if (!err)
		err = read_secret(plain.secret, cli);
	if (err)
		return err;
	cli->arg_cnt = 0; /* it is no id */
	plain.policy = options.policy;
	plain.flags = options.flags;
	err = vch_key_cmd_open(&k, cli, true);
	if (!err)
		err = import_key(&k, &plain);
	cli->args[0] = path;
	vch_client_close(k.client);
	return err;
}

enum vch_err vch_cmd_key_owner(struct vch_cli *cli)
{
	VCH_AUTO(owner_key) key = {0};
	enum vch_err err;

	if (cli->arg_cnt != 2)
		return vch_cli_fail(cli, VCH_ARGUMENT, "want TYPE and FILE");
	err = vch_owner_key_create(&key, cli->args[0]);
	if (err)
		return vch_cli_fail(cli, err, "ed25519 or p256");
	err = vch_owner_key_save(&key, cli->args[1]);
	if (err)
		return vch_cli_fail(cli, err, "%s", cli->args[1]);
	printf("%s:%s\n", vch_owner_key_type(&key),
	       vch_term_hex(vch_span(key.public_key, key.public_key_len)));
	return VCH_OK;
}
