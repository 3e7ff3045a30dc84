// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Runs another contract's code in place of one's own.
/// @dev The plain twin and its test: test/Delegate.t.sol.
library Delegate {
    /// @notice Ends the call with what `code` does and answers to all of the
    /// call data, on this contract's storage.
    function forward(address code) internal {
        assembly ("memory-safe") {
            let m := mload(0x40)
            calldatacopy(m, 0, calldatasize())
            let ok := delegatecall(gas(), code, m, calldatasize(), 0, 0)
            returndatacopy(m, 0, returndatasize())
            if iszero(ok) { revert(m, returndatasize()) }
            return(m, returndatasize())
        }
    }
}
