/* SPDX-License-Identifier: Apache-2.0 */
/*
 * s2n-bignum's files, in the copy we take, include this header of their host
 * library to rename symbols. We rename none.
 */
