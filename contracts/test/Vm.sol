// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The cheat codes of forge that these tests use.
interface Vm {
    struct Gas {
        uint64 gasLimit;
        uint64 gasTotalUsed;
        uint64 gasMemoryUsed;
        int64 gasRefunded;
        uint64 gasRemaining;
    }

    function assertEq(bool, bool, string calldata) external pure;
    function assertEq(uint256, uint256, string calldata) external pure;
    function assertEq(bytes32, bytes32, string calldata) external pure;
    function assertEq(address, address, string calldata) external pure;
    function assertEq(bytes calldata, bytes calldata, string calldata)
        external
        pure;
    function assertTrue(bool, string calldata) external pure;
    function assertLe(uint256, uint256, string calldata) external pure;
    function assume(bool) external pure;

    function addr(uint256 sk) external pure returns (address);
    function sign(uint256 sk, bytes32 hash)
        external
        pure
        returns (uint8 v, bytes32 r, bytes32 s);
    function publicKeyP256(uint256 sk)
        external
        pure
        returns (uint256 x, uint256 y);
    function signP256(uint256 sk, bytes32 hash)
        external
        pure
        returns (bytes32 r, bytes32 s);
    function toBase64URL(bytes calldata data)
        external
        pure
        returns (string memory);

    function chainId(uint256 id) external;
    function clearMockedCalls() external;
    function computeCreate2Address(bytes32 salt, bytes32 codeHash, address from)
        external
        pure
        returns (address);
    function deal(address who, uint256 balance) external;
    function etch(address where, bytes calldata code) external;
    function expectEmit(address emitter) external;
    function expectRevert(bytes calldata data) external;
    function getCode(string calldata artifact)
        external
        view
        returns (bytes memory);
    function lastCallGas() external view returns (Gas memory);
    function load(address where, bytes32 slot) external view returns (bytes32);
    function mockCall(address where, bytes calldata data, bytes calldata answer)
        external;
    function parseJsonBytes(string calldata json, string calldata key)
        external
        pure
        returns (bytes memory);
    function prank(address sender) external;
    function prank(address sender, address origin) external;
    function readFile(string calldata path)
        external
        view
        returns (string memory);
    function revertToState(uint256 id) external returns (bool);
    function snapshotState() external returns (uint256 id);
    function snapshotValue(
        string calldata group,
        string calldata name,
        uint256 value
    ) external;
    function store(address where, bytes32 slot, bytes32 value) external;
    function warp(uint256 time) external;
}
