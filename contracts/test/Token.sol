// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev A token that believes everybody and counts what it is told.
contract Token {
    uint256 public moved;

    function transfer(address, uint256 amount) external returns (bool) {
        moved += amount;
        return true;
    }

    function transferFrom(address, address, uint256 amount)
        external
        returns (bool)
    {
        moved += amount;
        return true;
    }

    function approve(address, uint256 amount) external returns (bool) {
        moved += amount;
        return true;
    }

    function mint(uint256 amount) external payable {
        moved += amount;
    }
}
