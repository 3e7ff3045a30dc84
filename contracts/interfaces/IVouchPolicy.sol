// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { Kind, Setting } from "../lib/Intent.sol";

/// @title What an account tells of itself, and how its policy changes on chain.
/// @notice Each account answers to this too. The intents are plain functions
/// that anybody may carry, with the signatures in the call: no bundler,
/// deposit or used-up limit can hinder them. Each is signed with the next
/// number, and takes the place of a change that waits.
interface IVouchPolicy {
    /// @notice The signature is not the account's keys' over this intent, or
    /// it has expired.
    error SignatureRefused();

    /// @notice No such change waits.
    error NothingWaits();

    /// @notice The change waits until then.
    error NotDue(uint256 due);

    /// @notice The account was frozen, or is no longer.
    event FrozenSet(bool frozen);

    /// @notice A setting holds from now on.
    event SettingSet(
        Kind kind, address indexed target, bytes4 selector, uint256 value
    );

    /// @notice A change was signed that loosens something; it waits.
    event ChangeWaits(uint256 number, uint256 due, bytes32 hash);

    /// @notice The change that waited does so no more: the intent with this
    /// number took its place.
    event ChangeDropped(uint256 number);

    /// @notice ERC-7821: true for the one mode that {execute} takes.
    function supportsExecutionMode(bytes32 mode) external pure returns (bool);

    /// @notice The first 24 bytes of keccak256(x || y || rpIdHash ||
    /// co-signer's address left-padded to 32 bytes).
    function commitment() external view returns (bytes24);

    /// @notice True while the account validates and executes nothing.
    function frozen() external view returns (bool);

    /// @notice The limit as it stands.
    /// @return daily what one day may spend, in gwei
    /// @return day the last day counted, in days since the epoch; 0 = none yet
    /// @return left what is left of that day's limit, in gwei
    function limits()
        external
        view
        returns (uint256 daily, uint256 day, uint256 left);

    /// @notice The limit of a token; daily 0: it cannot be moved.
    /// @return daily what one day may move, in the token's smallest unit
    /// @return day the last day counted, in days since the epoch
    /// @return left what is left of that day's limit
    function tokenLimits(address token)
        external
        view
        returns (uint256 daily, uint256 day, uint256 left);

    /// @notice True if that method of `to` may be called outside the limits;
    /// of approve(address,uint256): if `to` may be a spender.
    function listed(address to, bytes4 selector) external view returns (bool);

    /// @notice How many intents were carried out, and what waits.
    /// @return number of the last one; the next is signed with one more
    /// @return due when the waiting change may be applied; 0: none waits
    /// @return pending its hash
    function intents()
        external
        view
        returns (uint256 number, uint256 due, bytes32 pending);

    /// @notice Freezes the account, at once. Anybody may carry it.
    /// @param signature kind 2 (lib/DualSignature.sol): the passkey's alone,
    /// over Freeze{number} (lib/Intent.sol)
    /// @dev Reverts if the signature is wrong.
    function freeze(bytes calldata signature) external;

    /// @notice Drops the change that waits. Anybody may carry it.
    /// @param signature kind 2, over Cancel{number}
    /// @dev Reverts if nothing waits or the signature is wrong.
    function cancel(bytes calldata signature) external;

    /// @notice Changes the policy. If every setting is as tight as what holds
    /// or tighter, all hold at once; else all wait two days. Takes the place
    /// of a change that waits. Anybody may carry it.
    /// @param settings 1 to 16, later ones over earlier ones
    /// @param signature kind 1: both keys', over Change{number, settings}
    /// @dev Reverts if a setting is not in its form, or a signature is wrong
    /// or expired.
    function change(Setting[] calldata settings, bytes calldata signature)
        external;

    /// @notice Makes the change hold that has waited. Anybody may ask.
    /// @dev Reverts if this is not the change that waits, or it is not due.
    function applyChange(uint64 number, Setting[] calldata settings) external;
}
