// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    PackedUserOperation
} from "@account-abstraction/contracts/interfaces/PackedUserOperation.sol";

/// @title The fields of variable length of an operation that EntryPoint brings.
/// @dev The caller has checked that EntryPoint is who asks: it wrote the
/// encoding itself, so that offsets and lengths are not looked at again, which
/// the compiler would do at each access (about 110 gas).
/// Plain twins and their fuzz test: test/Operation.t.sol.
library Operation {
    uint256 private constant AT_CALL_DATA = 0x60;
    uint256 private constant AT_PAYMASTER_AND_DATA = 0xe0;
    uint256 private constant AT_SIGNATURE = 0x100;

    function callDataOf(PackedUserOperation calldata op)
        internal
        pure
        returns (bytes calldata)
    {
        return _field(op, AT_CALL_DATA);
    }

    function paymasterAndDataOf(PackedUserOperation calldata op)
        internal
        pure
        returns (bytes calldata)
    {
        return _field(op, AT_PAYMASTER_AND_DATA);
    }

    function signatureOf(PackedUserOperation calldata op)
        internal
        pure
        returns (bytes calldata)
    {
        return _field(op, AT_SIGNATURE);
    }

    /// @dev The field whose offset stands there.
    function _field(PackedUserOperation calldata op, uint256 where)
        private
        pure
        returns (bytes calldata part)
    {
        assembly ("memory-safe") {
            let pos := add(op, calldataload(add(op, where)))
            part.length := calldataload(pos)
            part.offset := add(pos, 0x20)
        }
    }
}
