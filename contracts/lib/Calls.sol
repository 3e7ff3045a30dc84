// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { Word } from "./Word.sol";

/// @title A batch of calls (ERC-7821) in its one canonical ABI form.
/// @notice Understood are a payment (value, no data) to anybody but this
/// account and the EntryPoint, and the EntryPoint's depositTo(address), which
/// counts by its value. Other calls are for lib/Policy.sol to judge, and only
/// of accounts that have such a policy ({nextAny}). All else is refused.
/// Address 0 means "self" in ERC-7821, so it is refused as self.
/// @dev Words that have to be zero are joined with `|` and looked at once: a
/// branch for each costs more than the check.
library Calls {
    /// @notice Not execute(bytes32,bytes) with the batch mode and at most 16
    /// calls, encoded as abi.encode does and not a byte more.
    error CallDataRefused();

    /// @notice The call of that index is not understood.
    error CallRefused(uint256 index);

    address internal constant ENTRY_POINT =
        0x4337084D9E255Ff0702461CF8895CE9E3b5Ff108;
    /// @dev A batch without opData; any failure undoes all.
    bytes32 internal constant MODE = bytes32(uint256(1) << 248);
    uint256 internal constant CALL_CNT_MAX = 16;

    uint256 private constant EXECUTE = 0xe9ae5c53;
    uint256 private constant DEPOSIT_TO = 0xb760faf9;
    uint256 private constant DEPOSIT_TO_LEN = 36;

    /// @dev Selector, mode, offset and length: what stands before the batch.
    uint256 private constant ARGS_LEN = 100;
    /// @dev Bytes of the array before its elements' offsets, and of a call
    /// with no data, and of depositTo's data when padded.
    uint256 private constant HEAD_LEN = 64;
    uint256 private constant CALL_LEN = 128;
    uint256 private constant DATA_LEN = 64;

    /// @notice The value of all calls of an operation, in wei.
    /// @param callData the operation's, whole
    /// @return total exact, or, with any value over 2^128, at least 2^128
    /// @dev Reverts unless canonical and each call is understood.
    function totalValue(bytes calldata callData)
        internal
        view
        returns (uint256 total)
    {
        bytes calldata batch = batchOf(callData);
        (uint256 cnt, uint256 pos) = first(batch);
        for (uint256 i = 0; i < cnt; ++i) {
            uint256 value;
            (, value,, pos) = next(batch, i, pos);
            unchecked {
                // At most 16 times 2^128: the sum cannot wrap.
                total += value < 1 << 128 ? value : 1 << 128;
            }
        }
        end(batch, pos);
    }

    /// @notice Starts to read a batch.
    /// @return cnt how many calls it has
    /// @return pos where the first stands, for {next}
    function first(bytes calldata batch)
        internal
        pure
        returns (uint256 cnt, uint256 pos)
    {
        cnt = Word.load(batch, 32);
        if (
            (Word.from(batch.length < HEAD_LEN) | (Word.load(batch, 0) ^ 32)
                        | Word.from(cnt > CALL_CNT_MAX)) != 0
        ) {
            revert CallDataRefused();
        }
        unchecked {
            pos = HEAD_LEN + 32 * cnt;
        }
    }

    /// @notice Reads call `index`, which has to stand at `pos`.
    /// @return to whom
    /// @return value in wei
    /// @return data empty, or a call of depositTo
    /// @return nextPos where the next call stands, or the batch ends
    function next(bytes calldata batch, uint256 index, uint256 pos)
        internal
        view
        returns (
            address to,
            uint256 value,
            bytes calldata data,
            uint256 nextPos
        )
    {
        unchecked {
            nextPos = pos + CALL_LEN;
            uint256 offset = Word.load(batch, HEAD_LEN + 32 * index);
            uint256 target = Word.load(batch, pos);
            if (
                (Word.from(nextPos > batch.length) | (offset ^ (pos - HEAD_LEN))
                            | (target >> 160)
                            | (Word.load(batch, pos + 64) ^ 96)) != 0
            ) revert CallDataRefused();
            to = address(uint160(target));
            value = Word.load(batch, pos + 32);
            uint256 len = Word.load(batch, pos + 96);
            data = Word.slice(batch, nextPos, 0);
            if (to == ENTRY_POINT) {
                data = _depositTo(batch, index, nextPos, len);
                nextPos += DATA_LEN;
            } else if (
                (len | Word.from(to == address(this))
                            | Word.from(to == address(0))) != 0
            ) {
                revert CallRefused(index);
            }
        }
    }

    /// @notice As {next}, but data for others than the EntryPoint is taken as
    /// it is: the caller judges it.
    function nextAny(bytes calldata batch, uint256 index, uint256 pos)
        internal
        view
        returns (
            address to,
            uint256 value,
            bytes calldata data,
            uint256 nextPos
        )
    {
        unchecked {
            uint256 len = Word.load(batch, pos + 96);
            to = address(uint160(Word.load(batch, pos)));
            value = Word.load(batch, pos + 32);
            nextPos = pos + CALL_LEN;
            uint256 offset = Word.load(batch, HEAD_LEN + 32 * index);
            if (
                nextPos > batch.length || offset != pos - HEAD_LEN
                    || Word.load(batch, pos) >> 160 != 0
                    || Word.load(batch, pos + 64) != 96
                    || len > batch.length - nextPos
            ) revert CallDataRefused();
            data = Word.slice(batch, nextPos, len);
            if (to == ENTRY_POINT) {
                data = _depositTo(batch, index, nextPos, len);
            } else if (to == address(this) || to == address(0)) {
                revert CallRefused(index);
            }
            nextPos += (len + 31) & ~uint256(31);
            if (nextPos > batch.length || !_padded(data)) {
                revert CallDataRefused();
            }
        }
    }

    /// @notice Reverts unless the batch ends at `pos`.
    function end(bytes calldata batch, uint256 pos) internal pure {
        if (pos != batch.length) revert CallDataRefused();
    }

    /// @notice The array inside execute's arguments, for {first}.
    function batchOf(bytes calldata callData)
        internal
        pure
        returns (bytes calldata)
    {
        unchecked {
            uint256 len = callData.length - ARGS_LEN;
            if (
                (Word.from(callData.length < ARGS_LEN)
                            | ((Word.load(callData, 0) >> 224) ^ EXECUTE)
                            | (Word.load(callData, 4) ^ uint256(MODE))
                            | (Word.load(callData, 36) ^ 64)
                            | (Word.load(callData, 68) ^ len)) != 0
            ) revert CallDataRefused();
            return Word.slice(callData, ARGS_LEN, len);
        }
    }

    /// @dev True if zeros follow the data up to a whole word.
    function _padded(bytes calldata data) private pure returns (bool) {
        unchecked {
            uint256 over = data.length % 32;
            return
                over == 0
                    || Word.load(data, data.length - over) << (8 * over) == 0;
        }
    }

    /// @dev The data of depositTo(address), `len` bytes at `pos`, zero-padded.
    function _depositTo(
        bytes calldata batch,
        uint256 index,
        uint256 pos,
        uint256 len
    ) private pure returns (bytes calldata) {
        if (len != DEPOSIT_TO_LEN) revert CallRefused(index);
        unchecked {
            if (batch.length < pos + DATA_LEN) revert CallDataRefused();
        }
        // Selector and the twelve zero bytes over an address.
        if (Word.load(batch, pos) >> 128 != DEPOSIT_TO << 96) {
            revert CallRefused(index);
        }
        if (Word.load(batch, pos + 32) << 32 != 0) revert CallDataRefused();
        return Word.slice(batch, pos, DEPOSIT_TO_LEN);
    }
}
