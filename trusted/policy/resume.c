/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/policy/resume.h"

#include <string.h>

#include "trusted/crypto/keccak256.h"

static const char domain_type[] = "EIP712Domain(string name,string version)";
static const char domain_name[] = "vouch";
static const char domain_version[] = "1";
static const char resume_type[] =
	"Resume(address account,bytes32 head,uint64 sequence)";

static void write_hash(struct vch_writer *w, const char *text)
{
	uint8_t hash[32];

	vch_keccak256_hash(hash, vch_span(text, strlen(text)));
	vch_write_bytes(w, hash, sizeof(hash));
}

static void domain_separator(uint8_t ret[32])
{
	uint8_t in[3 * 32];
	struct vch_writer w = vch_writer(in, sizeof(in));

	write_hash(&w, domain_type);
	write_hash(&w, domain_name);
	write_hash(&w, domain_version);
	vch_keccak256_hash(ret, vch_written(&w));
}

void vch_resume_hash(uint8_t ret_hash[32], const uint8_t account[20],
		     const uint8_t head[32], uint64_t sequence)
{
	static const uint8_t zeros[24];
	uint8_t in[4 * 32], domain[32], body[32];
	struct vch_writer w = vch_writer(in, sizeof(in));

	domain_separator(domain);
	write_hash(&w, resume_type);
	vch_write_bytes(&w, zeros, 12);
	vch_write_bytes(&w, account, 20);
	vch_write_bytes(&w, head, 32);
	vch_write_bytes(&w, zeros, 24);
	vch_write_u64(&w, sequence);
	vch_keccak256_hash(body, vch_written(&w));
	w = vch_writer(in, sizeof(in));
	vch_write_u8(&w, 0x19);
	vch_write_u8(&w, 0x01);
	vch_write_bytes(&w, domain, 32);
	vch_write_bytes(&w, body, 32);
	vch_keccak256_hash(ret_hash, vch_written(&w));
}

void vch_resume_day(uint16_t *day, const struct vch_time *time)
{
	uint64_t seen_s = vch_time_plain(time);
	uint16_t today;

	if (time->refill_s > seen_s)
		seen_s = time->refill_s;
	today = (uint16_t)(seen_s / VCH_DAY_S);
	if (today > *day)
		*day = today;
}

void vch_resume_apply(struct vch_config *config, struct vch_counters *counters,
		      const struct vch_time *time)
{
	vch_resume_day(&counters->day, time);
	for (uint8_t i = 0; i < counters->spent_cnt; i++) {
		if (counters->spent[i] < config->assets[i].daily_limit)
			counters->spent[i] = config->assets[i].daily_limit;
	}
	config->grants_cnt = 0;
}
