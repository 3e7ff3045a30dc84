// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Makes vouch accounts at addresses that follow from their keys.
/// @notice The address binds the keys: it is a pure function of the factory,
/// the implementation and the commitment, so nobody can take it first with
/// other keys, and later key changes do not move it.
interface IVouchFactory {
    /// @notice The commitment is zero: no key could ever open such an account.
    error NoCommitment();

    /// @notice The EVM refused to create the account.
    error NotCreated();

    /// @notice Creates the account of a commitment, or finds it.
    /// @param commitment see IVouchAccount.commitment
    /// @return account its address, the same on every call
    /// @dev Reverts if the commitment is zero or has dirty low bytes.
    function createAccount(bytes24 commitment)
        external
        returns (address account);

    /// @notice Where the account of a commitment is or will be.
    /// @dev Reverts if the commitment has dirty low bytes.
    function getAddress(bytes24 commitment) external view returns (address);

    /// @notice The contract whose code the accounts run.
    function implementation() external view returns (address);
}
