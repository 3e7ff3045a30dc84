/* SPDX-License-Identifier: Apache-2.0 */
#include "trusted/crypto/p256.h"

#include <stdbool.h>
#include <string.h>

#include "trusted/base/bytes.h"
#include "trusted/crypto/p256_table.h"
#include "trusted/crypto/s2n.h"

/*
 * Coordinates are kept in Montgomery form (times 2^256 mod p) and fully
 * reduced. Points are Jacobian: (x/z^2, y/z^3), infinity if z is 0.
 */
struct point {
	union {
		struct {
			uint64_t x[4];
			uint64_t y[4];
			uint64_t z[4];
		};
		uint64_t xyz[12]; /* as s2n-bignum takes it */
	};
};

/* SEC 2, 2.4.2 */
static const uint64_t p[4] = {0xffffffffffffffff, 0x00000000ffffffff,
			      0x0000000000000000, 0xffffffff00000001};
static const uint64_t n[4] = {0xf3b9cac2fc632551, 0xbce6faada7179e84,
			      0xffffffffffffffff, 0xffffffff00000000};
static const uint64_t curve_b[4] = {0x3bce3c3e27d2604b, 0x651d06b0cc53b0f6,
				    0xb3ebbd55769886bc, 0x5ac635d8aa3a93e7};
static const uint64_t one[4] = {1, 0, 0, 0};

static void load(uint64_t out[4], const uint8_t in[32])
{
	for (int i = 0; i < 4; i++)
		out[i] = vch_load_be64(in + 8 * (3 - i));
}

static bool is_zero(const uint64_t a[4])
{
	return (a[0] | a[1] | a[2] | a[3]) == 0;
}

static bool equal(const uint64_t a[4], const uint64_t b[4])
{
	return memcmp(a, b, 4 * sizeof(*a)) == 0;
}

static bool less(const uint64_t a[4], const uint64_t b[4])
{
	for (int i = 3; i >= 0; i--) {
		if (a[i] != b[i])
			return a[i] < b[i];
	}
	return false;
}

/* y^2 = x^3 - 3x + b */
static bool on_curve(const struct point *q)
{
	uint64_t b[4], left[4], right[4], x3[4];

	bignum_montsqr_p256_alt(left, q->y);
	bignum_montsqr_p256_alt(right, q->x);
	bignum_montmul_p256_alt(right, right, q->x);
	bignum_add_p256(x3, q->x, q->x);
	bignum_add_p256(x3, x3, q->x);
	bignum_sub_p256(right, right, x3);
	vch_s2n_tomont_p256(b, curve_b);
	bignum_add_p256(right, right, b);
	return equal(left, right);
}

/* An affine point; coordinates must be below p. */
static void point_load(struct point *ret_q, const uint64_t x[4],
		       const uint64_t y[4])
{
	vch_s2n_tomont_p256(ret_q->x, x);
	vch_s2n_tomont_p256(ret_q->y, y);
	vch_s2n_tomont_p256(ret_q->z, one);
}

enum vch_err vch_p256_pk_parse(struct vch_p256_pk *ret_pk, const uint8_t xy[64])
{
	struct point q;
	uint64_t x[4], y[4];

	load(x, xy);
	load(y, xy + 32);
	if (!less(x, p) || !less(y, p))
		return VCH_PUBLIC_KEY;
	point_load(&q, x, y);
	if (!on_curve(&q))
		return VCH_PUBLIC_KEY;
	memcpy(ret_pk->xy, xy, sizeof(ret_pk->xy));
	return VCH_OK;
}

/* a * G */
static void mul_base(struct point *ret, const uint64_t a[4])
{
	uint64_t xy[8];

	p256_scalarmulbase_alt(xy, a, VCH_P256_TABLE_BITS, vch_p256_table);
	point_load(ret, xy, xy + 4);
	/* (0, 0) is not on the curve: it stands for infinity */
	if (is_zero(xy) && is_zero(xy + 4))
		memset(ret->z, 0, sizeof(ret->z));
}

/* a * q */
static void mul(struct point *ret, const uint64_t a[4], const struct point *q)
{
	p256_montjscalarmul_alt(ret->xyz, a, q->xyz);
}

/* For points with the same x: is y the same too (or the opposite)? */
static bool same_y(const struct point *a, const struct point *b)
{
	uint64_t az3[4], bz3[4], left[4], right[4];

	bignum_montsqr_p256_alt(az3, a->z);
	bignum_montmul_p256_alt(az3, az3, a->z);
	bignum_montsqr_p256_alt(bz3, b->z);
	bignum_montmul_p256_alt(bz3, bz3, b->z);
	bignum_montmul_p256_alt(left, a->y, bz3);
	bignum_montmul_p256_alt(right, b->y, az3);
	return equal(left, right);
}

/*
 * a + b, complete: the library's addition is only asked where neither is
 * infinity, and its answer only believed where their x differ.
 */
static void add(struct point *ret, const struct point *a, const struct point *b)
{
	if (is_zero(a->z)) {
		*ret = *b;
		return;
	}
	if (is_zero(b->z)) {
		*ret = *a;
		return;
	}
	p256_montjadd_alt(ret->xyz, a->xyz, b->xyz);
	/* the new z is z_a * z_b * (the difference of the x): 0 if equal */
	if (is_zero(ret->z) && same_y(a, b))
		p256_montjdouble_alt(ret->xyz, a->xyz);
}

static void mul_mod_n(uint64_t ret[4], const uint64_t a[4], const uint64_t b[4])
{
	uint64_t wide[8];

	bignum_mul_4_8_alt(wide, a, b);
	vch_s2n_mod_n256(ret, 8, wide);
}

/* Is q's affine x the number v (below p)? Asks x = v * z^2. */
static bool has_x(const struct point *q, const uint64_t v[4])
{
	uint64_t z2[4], want[4];

	bignum_montsqr_p256_alt(z2, q->z);
	vch_s2n_tomont_p256(want, v);
	bignum_montmul_p256_alt(want, want, z2);
	return equal(want, q->x);
}

/* Is q's affine x congruent to r modulo n? r is below n, x below p < 2n. */
static bool has_x_mod_n(const struct point *q, const uint64_t r[4])
{
	uint64_t r_plus_n[4];

	if (is_zero(q->z))
		return false;
	if (has_x(q, r))
		return true;
	/* modulo p the sum falls below n exactly if it reached p */
	bignum_add_p256(r_plus_n, r, n);
	return !less(r_plus_n, n) && has_x(q, r_plus_n);
}

/* A number in 1 .. n-1. */
static bool load_scalar(uint64_t out[4], const uint8_t in[32])
{
	load(out, in);
	return !is_zero(out) && less(out, n);
}

/* FIPS 186-5, 6.4.2 */
enum vch_err vch_p256_verify_var(const struct vch_p256_pk *pk,
				 const uint8_t digest[32],
				 const uint8_t sig64[64])
{
	uint64_t r[4], s[4], e[4], w[4], u1[4], u2[4], x[4], y[4], scratch[12];
	struct point q, a, b, sum;

	if (!load_scalar(r, sig64) || !load_scalar(s, sig64 + 32))
		return VCH_SIGNATURE;
	load(e, digest);
	bignum_modinv(4, w, s, n, scratch);
	mul_mod_n(u1, e, w);
	mul_mod_n(u2, r, w);
	load(x, pk->xy);
	load(y, pk->xy + 32);
	point_load(&q, x, y);
	mul_base(&a, u1);
	mul(&b, u2, &q);
	add(&sum, &a, &b);
	return has_x_mod_n(&sum, r) ? VCH_OK : VCH_SIGNATURE;
}
