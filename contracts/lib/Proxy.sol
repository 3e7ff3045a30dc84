// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The creation code of an account and where it lands.
/// @notice 89 bytes: store the first hot slot, return an ERC-1167 proxy. The
/// address so binds the keys by itself, and there is no initialiser to race.
library Proxy {
    /// @notice The creation code:
    /// `7f` word `5f55` (slot 0 = word) `602d80602c5f395ff3` (return the 45
    /// bytes that follow) and ERC-1167's runtime code, where word is the
    /// commitment and eight zero bytes.
    function creationCode(address implementation, bytes24 commitment)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodePacked(
            hex"7f",
            commitment,
            hex"00000000000000005f55602d80602c5f395ff3363d3d373d3d3d363d73",
            implementation,
            hex"5af43d82803e903d91602b57fd5bf3"
        );
    }

    /// @notice The CREATE2 address of `code` from this contract with salt 0.
    function addressOf(bytes memory code) internal view returns (address) {
        return address(
            uint160(
                uint256(
                    keccak256(
                        abi.encodePacked(
                            bytes1(0xff),
                            address(this),
                            bytes32(0),
                            keccak256(code)
                        )
                    )
                )
            )
        );
    }

    /// @notice Creates the contract, with salt 0.
    /// @return created its address, or 0 if the EVM refused
    /// @dev Solidity has no plain form of CREATE2 for code made at run time;
    /// the twin in test/VouchFactory.t.sol asks the deterministic deployer.
    function create(bytes memory code) internal returns (address created) {
        assembly ("memory-safe") {
            created := create2(0, add(code, 0x20), mload(code), 0)
        }
    }
}
