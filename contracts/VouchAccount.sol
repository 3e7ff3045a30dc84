// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    PackedUserOperation
} from "@account-abstraction/contracts/interfaces/PackedUserOperation.sol";

import { AccountStorage } from "./AccountStorage.sol";
import { VouchPolicy } from "./VouchPolicy.sol";
import { IVouchAccount } from "./interfaces/IVouchAccount.sol";
import { Calls } from "./lib/Calls.sol";
import { Delegate } from "./lib/Delegate.sol";
import { DualSignature } from "./lib/DualSignature.sol";
import { DAY_MAX, HotSlot } from "./lib/HotSlot.sol";
import { Operation } from "./lib/Operation.sol";
import { P256Verify } from "./lib/P256Verify.sol";
import { Policy } from "./lib/Policy.sol";
import { Word } from "./lib/Word.sol";

/// @title See IVouchAccount. Runs behind an ERC-1167 proxy for each account.
/// @dev Validation keeps to ERC-7562: it touches the account's own storage
/// only and asks neither the time nor a balance. Counting in validation is
/// what makes the limit exact: EntryPoint undoes it with the operation if a
/// signature is wrong, and keeps it if a call fails.
contract VouchAccount is AccountStorage, IVouchAccount {
    using Operation for PackedUserOperation;
    using Policy for Policy.State;

    uint256 private constant SIG_VALIDATION_FAILED = 1;
    uint256 private constant SECONDS_PER_DAY = 86_400;
    /// @dev An operation may be signed for a day this long before it begins.
    uint256 private constant EARLY_SECONDS = 120;
    uint256 private constant GWEI = 1e9;

    /// @dev The bits from 2^120 on of the two gas limits in one word.
    uint256 private constant GAS_LIMITS_HIGH = (0xff << 248) | (0xff << 120);

    uint256 private constant FEE_CAP = 0.02 ether;

    /// @dev Whether this chain has a right P256VERIFY.
    bool private immutable _p256Native;
    /// @dev The code of the intents (VouchPolicy), run on this storage.
    address private immutable _intents;

    modifier onlyEntryPoint() {
        if (msg.sender != Calls.ENTRY_POINT) revert NotEntryPoint();
        _;
    }

    constructor() {
        bool native = P256Verify.probe();
        _p256Native = native;
        _intents = address(new VouchPolicy{ salt: 0 }(native));
    }

    /// @dev Intents and what tells of them: see IVouchPolicy. They are seldom,
    /// so they pay for the way to their own code, and payments do not.
    fallback() external {
        Delegate.forward(_intents);
    }

    receive() external payable { }

    /// @inheritdoc IVouchAccount
    function validateUserOp(
        PackedUserOperation calldata userOp,
        bytes32 userOpHash,
        uint256 missingAccountFunds
    ) external onlyEntryPoint returns (uint256 validationData) {
        validationData = _validate(userOp, userOpHash);
        if (missingAccountFunds > 0) {
            // EntryPoint itself looks whether it was paid.
            (bool ok,) = msg.sender.call{ value: missingAccountFunds }("");
            ok;
        }
    }

    /// @inheritdoc IVouchAccount
    function execute(bytes32 mode, bytes calldata executionData)
        external
        payable
        onlyEntryPoint
    {
        HotSlot hot = _hot;
        if (hot.frozen()) revert Frozen();
        if (mode != Calls.MODE) revert Calls.CallDataRefused();
        bool any = hot.extended();
        (uint256 cnt, uint256 pos) = Calls.first(executionData);
        for (uint256 i = 0; i < cnt; ++i) {
            pos = _call(executionData, i, pos, any);
        }
        Calls.end(executionData, pos);
    }

    /// @dev Makes the call at `pos`; returns where the next one stands. Of an
    /// account with a policy (`any`) validation has judged what the call may
    /// be; here its form is checked again.
    function _call(bytes calldata batch, uint256 index, uint256 pos, bool any)
        private
        returns (uint256 nextPos)
    {
        address to;
        uint256 value;
        bytes calldata data;
        (to, value, data, nextPos) = any
            ? Calls.nextAny(batch, index, pos)
            : Calls.next(batch, index, pos);
        (bool ok, bytes memory reason) = to.call{ value: value }(data);
        if (!ok) revert CallFailed(index, reason);
    }

    function _validate(PackedUserOperation calldata userOp, bytes32 userOpHash)
        private
        returns (uint256)
    {
        HotSlot hot = _hot;
        if (hot.frozen()) revert Frozen();
        bytes calldata sig = userOp.signatureOf();
        if (!DualSignature.wellFormed(sig)) return SIG_VALIDATION_FAILED;

        uint256 validUntil = DualSignature.validUntil(sig);
        uint256 day = validUntil / SECONDS_PER_DAY;
        // Also with a wrong signature, so that an estimate includes it.
        _hot = _spend(hot, day, _worstCost(userOp, hot.extended(), day));
        uint256 good =
            DualSignature.check(sig, userOpHash, hot.commitment(), _p256Native);
        unchecked {
            // At least day 1 and at most 2^16 days: see _spend.
            uint256 validAfter = day * SECONDS_PER_DAY - EARLY_SECONDS;
            return (SIG_VALIDATION_FAILED ^ good) | (validUntil << 160)
                | (validAfter << 208);
        }
    }

    /// @dev Counts `amount` wei into `day`. A day before the last one counted
    /// is refused: its rest is forgotten. Day 0 is, too: EntryPoint reads
    /// validUntil 0 as "for ever".
    function _spend(HotSlot hot, uint256 day, uint256 amount)
        private
        view
        returns (HotSlot)
    {
        uint256 last = hot.day();
        if (
            (Word.from(day < last) | Word.from(day == 0)
                        | Word.from(day > DAY_MAX)) != 0
        ) revert DayRefused(last, day);
        uint256 left = day == last ? hot.left() : _dailyLimit(hot);
        unchecked {
            // amount < 2^133: see _worstCost.
            uint256 wanted = (amount + GWEI - 1) / GWEI;
            if (wanted > left) revert OverDailyLimit(left, wanted);
            return hot.counted(day, left - wanted);
        }
    }

    /// @dev The most that the operation can take from this account, in wei:
    /// at most 16 values of 2^128 each, and a fee under its cap.
    function _worstCost(
        PackedUserOperation calldata userOp,
        bool any,
        uint256 day
    ) private returns (uint256) {
        unchecked {
            uint256 value = any
                ? _countCalls(userOp.callDataOf(), day)
                : Calls.totalValue(userOp.callDataOf());
            return value + _maxFee(userOp);
        }
    }

    /// @dev As Calls.totalValue, and counts what moves tokens. The day is
    /// checked after it, in _spend, where a wrong one undoes all.
    function _countCalls(bytes calldata callData, uint256 day)
        private
        returns (uint256 total)
    {
        bytes calldata batch = Calls.batchOf(callData);
        (uint256 cnt, uint256 pos) = Calls.first(batch);
        for (uint256 i = 0; i < cnt; ++i) {
            address to;
            uint256 value;
            bytes calldata data;
            (to, value, data, pos) = Calls.nextAny(batch, i, pos);
            if (data.length != 0 && to != Calls.ENTRY_POINT) {
                _rules.count(i, to, value, data, day & DAY_MAX);
            }
            unchecked {
                total += value < 1 << 128 ? value : 1 << 128;
            }
        }
        Calls.end(batch, pos);
    }

    /// @dev The most that EntryPoint can charge this account for the
    /// operation, in wei; 0 if a paymaster pays.
    function _maxFee(PackedUserOperation calldata userOp)
        private
        pure
        returns (uint256 fee)
    {
        if (userOp.paymasterAndDataOf().length != 0) return 0;
        uint256 gasLimits = uint256(userOp.accountGasLimits);
        uint256 gasCnt = userOp.preVerificationGas;
        // Bounded before it is used, so that nothing wraps: three times
        // 2^120 gas (as EntryPoint has it) at 2^128 wei is below 2^250.
        if ((gasLimits & GAS_LIMITS_HIGH) | (gasCnt >> 120) != 0) {
            revert FeeOverCap(FEE_CAP, type(uint256).max);
        }
        unchecked {
            gasCnt += (gasLimits >> 128) + (gasLimits & type(uint128).max);
            fee = gasCnt * (uint256(userOp.gasFees) & type(uint128).max);
        }
        if (fee > FEE_CAP) revert FeeOverCap(FEE_CAP, fee);
    }
}
