/* SPDX-License-Identifier: Apache-2.0 */
/* The one form of a change: each rule broken once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "trusted/policy/change.h"
#include "trusted/policy/spend.h"
#include "trusted/policy/userop.h"

/* Two of everything, all well. */
static void make(struct vch_change *change)
{
	struct vch_policy *p = &change->policy;

	memset(change, 0, sizeof(*change));
	memset(change->account, 0xaa, 20);
	p->origins_cnt = p->networks_cnt = p->assets_cnt = p->calls_cnt = 2;
	p->origins[0] = vch_span("http://a", 8);
	p->origins[1] = vch_span("http://b", 8);
	for (uint8_t i = 0; i < 2; i++) {
		p->networks[i].chain_id = i;
		memcpy(p->networks[i].entry_point, vch_entry_point, 20);
		memset(p->assets[i].token, i, 20);
		memset(&p->calls[i], i + 1, sizeof(p->calls[i]));
	}
}

static void form(void (*spoil)(struct vch_policy *p), enum vch_err want)
{
	struct vch_change change;

	make(&change);
	spoil(&change.policy);
	assert_int_equal(vch_change_form(&change), want);
}

static void nothing(struct vch_policy *p)
{
	(void)p;
}

static void frozen_twice(struct vch_policy *p)
{
	p->frozen = 2;
}

static void no_origin(struct vch_policy *p)
{
	p->origins_cnt = 0;
}

static void bad_origin(struct vch_policy *p)
{
	p->origins[0] = vch_span("http:// ", 8);
}

static void same_origins(struct vch_policy *p)
{
	p->origins[1] = p->origins[0];
}

static void no_network(struct vch_policy *p)
{
	p->networks_cnt = 0;
}

static void foreign_entry_point(struct vch_policy *p)
{
	p->networks[1].entry_point[0] ^= 1;
}

static void same_networks(struct vch_policy *p)
{
	p->networks[1] = p->networks[0];
}

static void same_assets(struct vch_policy *p)
{
	memcpy(p->assets[1].token, p->assets[0].token, 20);
	p->assets[1].daily_limit = 9;
}

static void descending_assets(struct vch_policy *p)
{
	p->assets[0].token[0] = 0xff;
}

static void same_calls(struct vch_policy *p)
{
	p->calls[1] = p->calls[0];
}

static void call_to_self(struct vch_policy *p)
{
	memset(p->calls[1].to, 0xaa, 20);
}

static void call_to_zero(struct vch_policy *p)
{
	memset(p->calls[0].to, 0, 20);
}

static void call_to_entry_point(struct vch_policy *p)
{
	memcpy(p->calls[1].to, vch_entry_point, 20);
}

static void lists_transfer(struct vch_policy *p)
{
	memcpy(p->calls[1].selector, vch_erc20_transfer, 4);
}

static void lists_transfer_from(struct vch_policy *p)
{
	memcpy(p->calls[1].selector, vch_erc20_transfer_from, 4);
}

static void lists_spender(struct vch_policy *p)
{
	memcpy(p->calls[1].selector, vch_erc20_approve, 4);
}

static void test_form(void **state)
{
	(void)state;
	form(nothing, VCH_OK);
	form(lists_spender, VCH_OK);
	form(frozen_twice, VCH_CHANGE_FORM);
	form(no_origin, VCH_CHANGE_FORM);
	form(bad_origin, VCH_CHANGE_FORM);
	form(same_origins, VCH_CHANGE_FORM);
	form(no_network, VCH_CHANGE_FORM);
	form(foreign_entry_point, VCH_CHANGE_FORM);
	form(same_networks, VCH_CHANGE_FORM);
	form(same_assets, VCH_CHANGE_FORM);
	form(descending_assets, VCH_CHANGE_FORM);
	form(same_calls, VCH_CHANGE_FORM);
	form(call_to_self, VCH_CHANGE_FORM);
	form(call_to_zero, VCH_CHANGE_FORM);
	form(call_to_entry_point, VCH_CHANGE_FORM);
	form(lists_transfer, VCH_CHANGE_FORM);
	form(lists_transfer_from, VCH_CHANGE_FORM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_form)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
