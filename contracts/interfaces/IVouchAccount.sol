// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    IAccount,
    PackedUserOperation
} from "@account-abstraction/contracts/interfaces/IAccount.sol";

/// @title An account that moves only when two keys agree.
/// @notice The owner's passkey (P-256, WebAuthn) and a co-signer (secp256k1)
/// both sign each user operation. What is not understood is refused, and a
/// daily limit in native coin holds even against both of them. What an account
/// tells of itself, and how its policy changes: IVouchPolicy, which each
/// account answers to as well.
///
/// The signature of a user operation, version 1, kind 1, one exact form:
///
/// | at        | bytes      | what                                          |
/// |-----------|------------|-----------------------------------------------|
/// | 0         | 1          | kind: 1 = one secp256k1 co-signer             |
/// | 1         | 6          | validUntil, seconds since the epoch           |
/// | 7         | 1          | ext = length of authenticatorData - 37        |
/// | 8         | 32, 32, 1  | co-signature r, s (low), v (27 or 28)         |
/// | 73        | 32, 32     | passkey signature r, s (low)                  |
/// | 137       | 32, 32     | passkey x, y                                  |
/// | 201       | 37 + ext   | authenticatorData, from rpIdHash on           |
/// | 238 + ext | 1 to 1,024 | clientDataJSON from the quote that ends the   |
/// |           |            | challenge to its end                          |
///
/// clientDataJSON before that quote is always
/// `{"type":"webauthn.get","challenge":"` and the 43 characters of the
/// operation's hash in base64url, so it is rebuilt here and not sent.
/// The co-signer signs keccak256(userOpHash (32) || validUntil (6)).
interface IVouchAccount is IAccount {
    /// @notice Only the EntryPoint may call this.
    error NotEntryPoint();

    /// @notice The account is frozen: it validates and executes nothing.
    error Frozen();

    /// @notice The operation's highest possible fee, in wei, is over the cap.
    error FeeOverCap(uint256 cap, uint256 wanted);

    /// @notice In gwei, rounded up: more than is left of the day's limit.
    error OverDailyLimit(uint256 left, uint256 wanted);

    /// @notice validUntil lies in a day (days since the epoch) before the
    /// last one counted, in day 0, or past the last day that can be counted.
    error DayRefused(uint256 last, uint256 wanted);

    /// @notice The call of that index in the batch failed, and how.
    error CallFailed(uint256 index, bytes reason);

    /// @notice Checks both signatures, that each call is understood, and the
    /// day's limit, and counts what the operation may spend against it: the
    /// value of all calls and, without a paymaster, the highest possible fee.
    /// The day is that of validUntil.
    /// @dev Both signatures are always checked in full and at equal cost.
    /// Reverts if the caller is not the EntryPoint, the account is frozen, the
    /// call data is not the one canonical form of a batch of at most 16
    /// understood calls, the fee is over its cap, or the limit is exceeded.
    /// @return validationData ERC-4337: 1 in the low 160 bits if a signature
    /// is wrong or malformed, else 0; validUntil in the next 48 bits;
    /// validAfter, the start of the day less two minutes, in the top 48.
    function validateUserOp(
        PackedUserOperation calldata userOp,
        bytes32 userOpHash,
        uint256 missingAccountFunds
    ) external returns (uint256 validationData);

    /// @notice ERC-7821: makes the calls of a batch in order, all or none.
    /// @param mode 0x01 and 31 zero bytes: a batch without opData.
    /// @param executionData abi.encode((address to, uint256 value, bytes data)[])
    /// @dev Reverts if the caller is not the EntryPoint, the account is
    /// frozen, the mode is another, a call is not understood or fails.
    function execute(bytes32 mode, bytes calldata executionData)
        external
        payable;
}
