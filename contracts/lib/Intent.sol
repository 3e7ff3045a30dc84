// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev What a setting is about.
enum Kind {
    DailyLimit,
    TokenLimit,
    Call,
    Open
}

/// @notice One setting of an account's policy. A smaller value is tighter.
/// @param kind which of these
/// @param target the token, or the contract called; else zero
/// @param selector of Call: the method; approve(address,uint256) lists
/// `target` as a spender. Else zero
/// @param value DailyLimit: gwei a day, below 2^44, 0 counts as 1.
/// TokenLimit: of its smallest unit a day, below 2^112, 0 = not at all.
/// Call: 1 = listed, 0 = not. Open: 0 = frozen, 1 = not
struct Setting {
    Kind kind;
    address target;
    bytes4 selector;
    uint128 value;
}

/// @title The hashes that keys sign to change an account (EIP-712).
/// @dev The domain is ("vouch", "1", this chain, this account).
library Intent {
    bytes32 private constant DOMAIN = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );
    bytes32 private constant SETTING = keccak256(
        "Setting(uint8 kind,address target,bytes4 selector,uint128 value)"
    );
    bytes32 private constant CHANGE = keccak256(
        "Change(uint64 number,Setting[] settings)Setting(uint8 kind,address target,bytes4 selector,uint128 value)"
    );
    bytes32 private constant FREEZE = keccak256("Freeze(uint64 number)");
    bytes32 private constant CANCEL = keccak256("Cancel(uint64 number)");

    /// @notice The hash of Change{number, settings}.
    function change(uint64 number, Setting[] calldata settings)
        internal
        view
        returns (bytes32)
    {
        bytes32[] memory hashes = new bytes32[](settings.length);
        for (uint256 i = 0; i < settings.length; ++i) {
            hashes[i] = keccak256(abi.encode(SETTING, settings[i]));
        }
        return _typed(
            keccak256(
                abi.encode(CHANGE, number, keccak256(abi.encodePacked(hashes)))
            )
        );
    }

    /// @notice The hash of Freeze{number}.
    function freeze(uint64 number) internal view returns (bytes32) {
        return _typed(keccak256(abi.encode(FREEZE, number)));
    }

    /// @notice The hash of Cancel{number}.
    function cancel(uint64 number) internal view returns (bytes32) {
        return _typed(keccak256(abi.encode(CANCEL, number)));
    }

    function _typed(bytes32 structHash) private view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                DOMAIN,
                keccak256("vouch"),
                keccak256("1"),
                block.chainid,
                address(this)
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }
}
