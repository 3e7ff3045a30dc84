/* SPDX-License-Identifier: Apache-2.0 */
/* Written by tools/wire.py from the .wire files: edit those. */
export type Hex = `0x${string}`;

export interface Passkey {
	x: Hex; // bytes[32]
	y: Hex; // bytes[32]
	rpIdHash: Hex; // bytes[32]
	flags: number; // u8
}

export interface Network {
	chainId: bigint; // u64
	entryPoint: Hex; // bytes[20]
}

export interface Asset {
	token: Hex; // bytes[20]
	dailyLimit: bigint; // u128
}

export interface ListedCall {
	to: Hex; // bytes[20]
	selector: Hex; // bytes[4]
}

export interface Policy {
	frozen: number; // u8
	feeMax: bigint; // u128
	origins: Hex[]; // list<=4 of bytes<=128
	networks: Network[]; // list<=8 of network
	assets: Asset[]; // list<=8 of asset
	calls: ListedCall[]; // list<=32 of listed_call
}

export interface Change {
	account: Hex; // bytes[20]
	number: bigint; // u64
	configHash: Hex; // bytes[32]
	policy: Policy; // policy
}

export interface Config {
	version: number; // u8
	address: Hex; // bytes[20]
	factory: Hex; // bytes[20]
	implementation: Hex; // bytes[20]
	cosigner: Hex; // bytes[20]
	feeMax: bigint; // u128
	passkeys: Passkey[]; // list<=4 of passkey
	origins: Hex[]; // list<=4 of bytes<=128
	networks: Network[]; // list<=8 of network
	assets: Asset[]; // list<=8 of asset
	calls: ListedCall[]; // list<=32 of listed_call
	grants: Hex[]; // list<=16 of bytes[32]
	guardiansHash: Hex; // bytes[32]
	number: bigint; // u64
	pendingHash: Hex; // bytes[32]
	pendingDue: bigint; // u64
}

export interface Counted {
	asset: number; // u8
	amount: bigint; // u128
}

export interface Lane {
	chainId: bigint; // u64
	nonce: Hex; // bytes[32]
	opHash: Hex; // bytes[32]
	counted: Counted[]; // list<=8 of counted
	day: number; // u16
}

export interface Counters {
	day: number; // u16
	spent: bigint[]; // list<=8 of u128
	lanes: Lane[]; // list<=4 of lane
	signCounts: number[]; // list<=4 of u32
}

export interface Slot {
	id: Hex; // bytes[20]
	flags: number; // u32
	state: Hex; // bytes[32]
	seq: bigint; // u64
	day: number; // u16
	remainder: bigint; // u128
}

export interface RecordHead {
	kind: number; // u8
	refillS: bigint; // u64
	expiryS: bigint; // u64
}

export interface Start {
	shard: number; // u8
	incarnation: Hex; // bytes[16]
	prevHead: Hex; // bytes[32]
	version: number; // u32
	counter: bigint; // u64
	logKey: Hex; // bytes[32]
	unclean: number; // u8
}

export interface AccountRecord {
	slot: Slot; // slot
	config: Hex; // bytes<=2048
	counters: Hex; // bytes<=512
	blobHash: Hex; // bytes[32]
}

export interface Decision {
	slot: Slot; // slot
	counters: Hex; // bytes<=512
	code: number; // u16
	chainId: bigint; // u64
	opHash: Hex; // bytes[32]
	cost: bigint; // u128
	validUntil: bigint; // u64
	passkey: number; // u8
}

export interface ChangeRecord {
	slot: Slot; // slot
	config: Hex; // bytes<=2048
	counters: Hex; // bytes<=512
	change: Hex; // bytes<=2048
	code: number; // u16
	passkey: number; // u8
}

export interface ListedType {
	chainId: bigint; // u64
	contract: Hex; // bytes[20]
	typeHash: Hex; // bytes[32]
}

export interface KeyPolicy {
	purpose: number; // u8
	type: number; // u8
	owner: number; // u8
	ownerKey: Hex; // bytes<=64
	opsDaily: number; // u32
	nativeDaily: bigint; // u128
	chains: bigint[]; // list<=8 of u64
	types: ListedType[]; // list<=32 of listed_type
}

export interface KeyConfig {
	version: number; // u8
	flags: number; // u8
	publicKey: Hex; // bytes<=64
	policy: KeyPolicy; // key_policy
}

export interface KeyCounters {
	day: number; // u16
	ops: number; // u32
	spent: bigint; // u128
	nonce: bigint; // u64
	recent: Hex[]; // list<=8 of bytes[32]
}

export interface KeyRecord {
	slot: Slot; // slot
	config: Hex; // bytes<=2048
	counters: Hex; // bytes<=512
	blobHash: Hex; // bytes[32]
}

export interface Use {
	slot: Slot; // slot
	counters: Hex; // bytes<=512
	code: number; // u16
	kind: number; // u8
	chainId: bigint; // u64
	digest: Hex; // bytes[32]
	cost: bigint; // u128
}

export interface Used {
	code: number; // u16
	kind: number; // u8
	chainId: bigint; // u64
	digest: Hex; // bytes[32]
	cost: bigint; // u128
}

export interface Uses {
	slot: Slot; // slot
	counters: Hex; // bytes<=512
	used: Used[]; // list<=64 of used
}

export interface Delete {
	slot: Slot; // slot
	erased: number; // u8
}

export interface Resumed {
	slot: Slot; // slot
	config: Hex; // bytes<=2048
	counters: Hex; // bytes<=512
	head: Hex; // bytes[32]
	passkey: number; // u8
}

export interface Anchor {
	shard: number; // u8
}

export interface PastPlace {
	incarnation: Hex; // bytes[16]
	end: bigint; // u64
	leftS: bigint; // u64
}

export interface KeptSlot {
	slot: Slot; // slot
	uncleanCnt: number; // u32
}

export interface SnapshotPage {
	places: PastPlace[]; // list<=128 of past_place
	slots: KeptSlot[]; // list<=128 of kept_slot
}

export interface Snapshot {
	shard: number; // u8
	uncleanCnt: number; // u32
	pageCnt: number; // u32
	pagesHash: Hex; // bytes[32]
	logKey: Hex; // bytes[32]
	version: number; // u32
}

export interface Upgrade {
	shard: number; // u8
	from: number; // u32
	version: number; // u32
	measurement: Hex; // bytes[32]
	releaseHash: Hex; // bytes[32]
}

export interface Section {
	shard: number; // u8
	incarnation: Hex; // bytes[16]
	index: bigint; // u64
	counter: bigint; // u64
	prevHead: Hex; // bytes[32]
	records: Hex[]; // list<=64 of bytes<=5120
	tag: Hex; // bytes[32]
}

export interface Batch {
	sections: Section[]; // list<=64 of section
	root: Hex; // bytes[32]
	signature: Hex; // bytes[64]
}

export interface Blob {
	shard: number; // u8
	incarnation: Hex; // bytes[16]
	index: bigint; // u64
	kind: number; // u8
	prevHead: Hex; // bytes[32]
	sealed: Hex; // bytes<=128
	tag: Hex; // bytes[16]
}

export interface Seen {
	incarnation: Hex; // bytes[16]
	index: bigint; // u64
	head: Hex; // bytes[32]
	path: Hex[]; // list<=6 of bytes[32]
	left: number; // u8
	signature: Hex; // bytes[64]
}

export interface Receipt {
	shard: number; // u8
	incarnation: Hex; // bytes[16]
	index: bigint; // u64
	prevHead: Hex; // bytes[32]
	record: Hex; // bytes<=5120
	path: Hex[]; // list<=6 of bytes[32]
	left: number; // u8
	root: Hex; // bytes[32]
	signature: Hex; // bytes[64]
}

export const PASSKEY_BACKUP_ELIGIBLE = 1;
export const PASSKEY_COUNT_LAX = 2;
export const CONFIG_VERSION = 2;
export const CONFIG_MAX = 2048;
export const COUNTERS_MAX = 512;
export const SLOT_FROZEN = 1;
export const SLOT_STOPPED = 2;
export const SLOT_KEY = 256;
export const SLOT_DELETED = 512;
export const SLOT_ERASED = 1024;
export const SLOT_REPLICATED = 2048;
export const RECORD_START = 1;
export const RECORD_ACCOUNT = 2;
export const RECORD_DECISION = 3;
export const RECORD_CHANGE = 7;
export const RECORD_RESUME = 10;
export const RECORD_ANCHOR = 11;
export const RECORD_SNAPSHOT = 12;
export const RECORD_INTENT = 14;
export const RECORD_UPGRADE = 16;
export const RECORD_KEY = 4;
export const RECORD_USE = 5;
export const RECORD_DELETE = 6;
export const RECORD_USES = 17;
export const CHANGE_MAX = 2048;
export const PASSKEY_NONE = 255;
export const PURPOSE_ETH = 1;
export const PURPOSE_MESSAGE = 2;
export const PURPOSE_RAW = 3;
export const PURPOSE_PAYMASTER = 4;
export const KEY_SECP256K1 = 0;
export const KEY_ED25519 = 1;
export const OWNER_HOST = 0;
export const OWNER_ED25519 = 1;
export const OWNER_P256 = 2;
export const KEY_IMPORTED = 1;
export const KEY_REPLICATED = 2;
export const PAGE_MAX = 16384;
export const BATCH_MAX = 262144;
export const BATCH_RECORDS_MAX = 64;
export const RECORD_MAX = 5120;
export const SHARDS = 64;
export const BLOB_COSIGN_KEY = 1;
export const BLOB_KEY = 2;
export const BLOB_REPLICATED = 3;
export const BLOB_MAX = 256;

export interface UserOp {
	sender: Hex; // bytes[20]
	nonce: Hex; // bytes[32]
	initCode: Hex; // bytes<=128
	callData: Hex; // bytes<=8192
	accountGasLimits: Hex; // bytes[32]
	preVerificationGas: Hex; // bytes[32]
	gasFees: Hex; // bytes[32]
	paymasterAndData: Hex; // bytes<=1024
}

export interface Assertion {
	passkey: number; // u8
	authData: Hex; // bytes<=293
	clientData: Hex; // bytes<=1024
	signature: Hex; // bytes[64]
}

export interface CosignOp {
	account: Hex; // bytes[20]
	config: Hex; // bytes<=2048
	counters: Hex; // bytes<=512
	blob: Hex; // bytes<=256
	chainId: bigint; // u64
	entryPoint: Hex; // bytes[20]
	op: UserOp; // user_op
	validUntil: bigint; // u64
	assertion: Assertion; // assertion
	seen: Seen[]; // list<=1 of seen
}

export interface CosignResult {
	code: number; // u16
	recorded: number; // u8
	signature: Hex; // bytes[65]
}

export interface VersionRequest {
}

export interface VersionAnswer {
	version: number; // u32
	phase: number; // u8
	slotMax: number; // u32
	slotCnt: number; // u32
	logKey: Hex; // bytes[32]
}

export interface AttestRequest {
	challenge: Hex; // bytes[32]
}

export interface AttestAnswer {
	claims: Hex; // bytes<=1024
	signature: Hex; // bytes[64]
	endorsement: Hex; // bytes<=160
}

export interface Evidence {
	challenge: Hex; // bytes[32]
	platform: Hex; // bytes<=32
	measurement: Hex; // bytes[32]
	version: number; // u32
	incarnation: Hex; // bytes[16]
	logKey: Hex; // bytes[32]
	deviceKey: Hex; // bytes[32]
	headsHash: Hex; // bytes[32]
	importKey: Hex; // bytes[32]
	generation: bigint; // u64
	erase: Hex; // bytes<=16
	protect: Hex; // bytes<=16
	detect: Hex; // bytes<=16
	seal: Hex; // bytes<=16
	signer: Hex; // bytes<=16
	counter: Hex; // bytes<=16
	windowS: number; // u16
	windowRecords: number; // u16
}

export interface ReplayRequest {
	batches: Hex; // bytes<=261120
}

export interface ReplayAnswer {
	batchCnt: number; // u32
}

export interface StartRequest {
	shardFirst: number; // u8
	shardCnt: number; // u8
	windowS: number; // u16
	windowRecords: number; // u16
}

export interface StartAnswer {
	incarnation: Hex; // bytes[16]
	logKey: Hex; // bytes[32]
}

export interface CompareRequest {
}

export interface CompareAnswer {
}

export interface CreateAccountRequest {
	passkey: Passkey; // passkey
	origins: Hex[]; // list<=4 of bytes<=128
	networks: Network[]; // list<=8 of network
	factory: Hex; // bytes[20]
	implementation: Hex; // bytes[20]
}

export interface CreateAccountAnswer {
	address: Hex; // bytes[20]
	cosigner: Hex; // bytes[20]
	blob: Hex; // bytes<=256
}

export interface CosignBatchRequest {
	ops: CosignOp[]; // list<=64 of cosign_op
}

export interface CosignBatchAnswer {
	results: CosignResult[]; // list<=64 of cosign_result
}

export interface ChangeAccountRequest {
	config: Hex; // bytes<=2048
	counters: Hex; // bytes<=512
	change: Change; // change
	assertion: Assertion; // assertion
}

export interface ChangeAccountAnswer {
	code: number; // u16
	recorded: number; // u8
}

export interface ApplyChangeRequest {
	config: Hex; // bytes<=2048
	counters: Hex; // bytes<=512
	change: Change; // change
}

export interface ApplyChangeAnswer {
	code: number; // u16
	recorded: number; // u8
}

export interface ChainSetting {
	kind: number; // u8
	target: Hex; // bytes[20]
	selector: Hex; // bytes[4]
	value: bigint; // u128
}

export interface Intent {
	account: Hex; // bytes[20]
	chainId: bigint; // u64
	number: bigint; // u64
	validUntil: bigint; // u64
	settings: ChainSetting[]; // list<=16 of chain_setting
}

export interface CosignIntentRequest {
	config: Hex; // bytes<=2048
	counters: Hex; // bytes<=512
	blob: Hex; // bytes<=256
	intent: Intent; // intent
	waits: Change[]; // list<=1 of change
	assertion: Assertion; // assertion
}

export interface CosignIntentAnswer {
	result: CosignResult; // cosign_result
}

export interface KeyRequest {
	key: Hex; // bytes[20]
	config: Hex; // bytes<=2048
	counters: Hex; // bytes<=512
	blob: Hex; // bytes<=256
	kind: number; // u8
	payload: Hex; // bytes<=12288
	nonce: bigint; // u64
	ownerSignature: Hex; // bytes<=64
	joined: number; // u8
	seen: Seen[]; // list<=1 of seen
}

export interface PaymasterOp {
	chainId: bigint; // u64
	op: UserOp; // user_op
	validUntil: bigint; // u64
	validAfter: bigint; // u64
}

export interface KeyResume {
	seen: Seen; // seen
	sequence: bigint; // u64
}

export interface TypedData {
	domain: number; // u8
	name: Hex; // bytes<=128
	version: Hex; // bytes<=64
	chainId: bigint; // u64
	contract: Hex; // bytes[20]
	salt: Hex; // bytes[32]
	type: Hex; // bytes<=2048
	words: Hex[]; // list<=64 of bytes[32]
}

export interface KeyResult {
	code: number; // u16
	recorded: number; // u8
	shard: number; // u8
	signature: Hex; // bytes<=65
}

export interface GenerateKeyRequest {
	policy: KeyPolicy; // key_policy
	flags: number; // u8
}

export interface GenerateKeyAnswer {
	key: Hex; // bytes[20]
	publicKey: Hex; // bytes<=64
	blob: Hex; // bytes<=256
}

export interface ImportPlain {
	secret: Hex; // bytes[32]
	policy: KeyPolicy; // key_policy
	flags: number; // u8
	importId: Hex; // bytes[16]
	evidenceHash: Hex; // bytes[32]
}

export interface ImportKeyRequest {
	importId: Hex; // bytes[16]
	enc: Hex; // bytes[32]
	sealed: Hex; // bytes<=2560
	tag: Hex; // bytes[16]
}

export interface ImportKeyAnswer {
	key: Hex; // bytes[20]
	publicKey: Hex; // bytes<=64
	blob: Hex; // bytes<=256
}

export interface ImportBeginRequest {
	key: Hex; // bytes[20]
	challenge: Hex; // bytes[32]
}

export interface ImportBeginAnswer {
	importId: Hex; // bytes[16]
	claims: Hex; // bytes<=1024
	signature: Hex; // bytes[64]
}

export interface GenerationRequest {
	shard: number; // u8
	step: number; // u8
}

export interface GenerationAnswer {
	number: bigint; // u64
	next: number; // u8
	pending: number; // u32
}

export interface Rewrap {
	id: Hex; // bytes[20]
	blob: Hex; // bytes<=256
}

export interface RewrapRequest {
	shard: number; // u8
	blobs: Rewrap[]; // list<=64 of rewrap
}

export interface RewrapAnswer {
	blobs: Rewrap[]; // list<=64 of rewrap
}

export interface SignMessageRequest {
	op: KeyRequest; // key_request
}

export interface SignMessageAnswer {
	result: KeyResult; // key_result
}

export interface GetPublicKeyRequest {
	key: Hex; // bytes[20]
	config: Hex; // bytes<=2048
	counters: Hex; // bytes<=512
}

export interface GetPublicKeyAnswer {
	seq: bigint; // u64
	config: Hex; // bytes<=2048
}

export interface DeleteKeyRequest {
	op: KeyRequest; // key_request
}

export interface DeleteKeyAnswer {
	erased: number; // u8
}

export interface ListKeysRequest {
	first: number; // u32
}

export interface ListKeysAnswer {
	next: number; // u32
	keys: Slot[]; // list<=255 of slot
}

export interface SignBatchRequest {
	ops: KeyRequest[]; // list<=64 of key_request
}

export interface SignBatchAnswer {
	results: KeyResult[]; // list<=64 of key_result
}

export interface ResumeRequest {
	account: Hex; // bytes[20]
	config: Hex; // bytes<=2048
	counters: Hex; // bytes<=512
	seen: Seen; // seen
	sequence: bigint; // u64
	assertion: Assertion; // assertion
}

export interface ResumeAnswer {
}

export interface CloseRequest {
	final: number; // u8
}

export interface CloseAnswer {
	anchorCnt: number; // u8
}

export interface ReleaseRequest {
}

export interface ReleaseAnswer {
	held: Hex; // bytes<=65500
}

export interface SnapshotRequest {
	shard: number; // u8
	page: number; // u32
}

export interface SnapshotAnswer {
	more: number; // u8
	page: Hex; // bytes<=16384
}

export interface RestoreRequest {
	shard: number; // u8
	page: Hex; // bytes<=16384
	batch: Hex; // bytes<=1024
}

export interface RestoreAnswer {
}

export interface Release {
	version: number; // u32
	measurement: Hex; // bytes[32]
}

export interface ReleaseSignature {
	key: Hex; // bytes[32]
	signature: Hex; // bytes[64]
}

export interface UpgradeRequest {
	step: number; // u8
	release: Release; // release
	signatures: ReleaseSignature[]; // list<=3 of release_signature
}

export interface UpgradeAnswer {
}

export const REQUEST_MAX = 262144;
export const ANSWER_MAX = 65536;
export const OPS_MAX = 64;
export const WINDOW_NEVER = 65535;
export const WINDOW_S_MAX = 60;
export const WINDOW_RECORDS_MAX = 1024;
export const SETTING_DAILY_LIMIT = 0;
export const SETTING_TOKEN_LIMIT = 1;
export const SETTING_CALL = 2;
export const SETTING_OPEN = 3;
export const PAYLOAD_TX = 1;
export const PAYLOAD_MESSAGE = 2;
export const PAYLOAD_TYPED = 3;
export const PAYLOAD_RAW = 4;
export const PAYLOAD_PAYMASTER = 5;
export const PAYLOAD_RESUME = 6;
export const DOMAIN_NAME = 1;
export const DOMAIN_VERSION = 2;
export const DOMAIN_CHAIN_ID = 4;
export const DOMAIN_CONTRACT = 8;
export const DOMAIN_SALT = 16;
export const GENERATION_RECORD = 0;
export const GENERATION_BEGIN = 1;
export const GENERATION_SYNC = 2;
export const GENERATION_END = 3;
export const UPGRADE_CHECK = 0;
export const UPGRADE_RECORD = 1;
export const UPGRADE_GIVE = 2;

export const commands = {
	VERSION: 32,
	ATTEST: 33,
	REPLAY: 34,
	START: 35,
	COMPARE: 40,
	CREATE_ACCOUNT: 16,
	COSIGN_BATCH: 17,
	CHANGE_ACCOUNT: 18,
	APPLY_CHANGE: 19,
	COSIGN_INTENT: 25,
	GENERATE_KEY: 0,
	IMPORT_KEY: 1,
	IMPORT_BEGIN: 7,
	GENERATION: 9,
	REWRAP: 8,
	SIGN_MESSAGE: 2,
	GET_PUBLIC_KEY: 3,
	DELETE_KEY: 4,
	LIST_KEYS: 5,
	SIGN_BATCH: 6,
	RESUME: 21,
	CLOSE: 36,
	RELEASE: 37,
	SNAPSHOT: 22,
	RESTORE: 23,
	UPGRADE: 41,
} as const;

export const errors = {
	OK: {
		code: 0,
		sentence: "Done.",
	},
	FORMAT: {
		code: 1,
		sentence: "The bytes are not in the one canonical form; rebuild the request with a current client.",
	},
	SIZE: {
		code: 2,
		sentence: "Larger than the stated maximum; send less in one request.",
	},
	COMMAND: {
		code: 3,
		sentence: "This trusted application does not know that command; update one of the two sides.",
	},
	PARAMS: {
		code: 4,
		sentence: "The parameter types of the call are not those of the command; use the client library.",
	},
	PHASE: {
		code: 5,
		sentence: "The trusted application is not in the phase for this command; wait until it has replayed its log.",
	},
	ENTROPY: {
		code: 10,
		sentence: "The system gave no randomness; do not use this machine until it does.",
	},
	STORAGE: {
		code: 11,
		sentence: "The platform's secure storage failed or has no place left; check its device and restart.",
	},
	CORRUPT: {
		code: 12,
		sentence: "A stored object is damaged or not ours; restore it from the place it was backed up to.",
	},
	ROLLBACK: {
		code: 13,
		sentence: "The log or the secure storage is older than what this device has seen; restore the newer copy.",
	},
	CHAIN: {
		code: 14,
		sentence: "The log does not continue where this one stands; give the trusted application its own, whole log.",
	},
	TAG: {
		code: 15,
		sentence: "A batch of the log carries no valid tag of this device; cut the log at the last good batch.",
	},
	FULL: {
		code: 16,
		sentence: "The table of accounts and keys is full; use another node.",
	},
	UNSEAL: {
		code: 17,
		sentence: "The sealed key does not open on this device; restore the blob that belongs to this account.",
	},
	ACCOUNT: {
		code: 20,
		sentence: "No such account here; create it first or ask the node that holds it.",
	},
	EXISTS: {
		code: 21,
		sentence: "This account, key or successor exists here already, or existed once.",
	},
	STALE: {
		code: 22,
		sentence: "Config or counters are not those the trusted application last wrote; the host must rebuild its index.",
	},
	UPGRADED: {
		code: 23,
		sentence: "The device was handed over to another version of the trusted application; install that version and start it.",
	},
	DOWNGRADE: {
		code: 24,
		sentence: "That version of the trusted application is not newer than what this log has seen; only a newer one goes on from here.",
	},
	PASSKEY: {
		code: 30,
		sentence: "The account has no such passkey.",
	},
	SIGNATURE: {
		code: 31,
		sentence: "The signature does not fit; sign again with the passkey of this account, or with enough of the release keys.",
	},
	CLIENT_DATA: {
		code: 32,
		sentence: "The client data is not a WebAuthn assertion in its standard form; use a current browser.",
	},
	CHALLENGE: {
		code: 33,
		sentence: "The passkey signed something else; sign the hash of this very operation.",
	},
	ORIGIN: {
		code: 34,
		sentence: "The page that asked for the passkey is not on the account's list of origins.",
	},
	RP_ID: {
		code: 35,
		sentence: "The passkey answered for another domain than the account was made for.",
	},
	USER: {
		code: 36,
		sentence: "The authenticator did not verify the user; a touch and a PIN, finger or face are needed.",
	},
	SIGN_COUNT: {
		code: 37,
		sentence: "The counter of the authenticator did not rise: it may have been copied; check your devices.",
	},
	BACKUP: {
		code: 38,
		sentence: "The authenticator's word on whether the passkey can be backed up changed since it was registered.",
	},
	PUBLIC_KEY: {
		code: 39,
		sentence: "The public key is not a point on its curve.",
	},
	SENDER: {
		code: 40,
		sentence: "The operation's sender is not this account.",
	},
	NETWORK: {
		code: 41,
		sentence: "This chain and entry point are not on the account's list.",
	},
	INIT_CODE: {
		code: 42,
		sentence: "The init code is not this account's own factory call.",
	},
	PAYMASTER: {
		code: 43,
		sentence: "The account or key does not permit this paymaster.",
	},
	FEE: {
		code: 44,
		sentence: "The fee could exceed the cap for one operation; lower the gas limits or the fee per gas.",
	},
	CALL_FORM: {
		code: 45,
		sentence: "The call data is not in canonical ERC-7821 form: execute(bytes32,bytes) with a batch of calls.",
	},
	CALL: {
		code: 46,
		sentence: "One of the calls is not understood or not allowed; only listed calls and plain payments pass.",
	},
	LIMIT: {
		code: 47,
		sentence: "The amount is over what is left of today's limit; wait until the limit refills or send less.",
	},
	VALID_UNTIL: {
		code: 48,
		sentence: "validUntil must lie within the next 10 minutes and within one UTC day; for a paymaster's word, within the next hour.",
	},
	FROZEN: {
		code: 49,
		sentence: "The account is frozen; unfreeze it first.",
	},
	NO_KEY: {
		code: 50,
		sentence: "There is no such key here, or it was deleted.",
	},
	PURPOSE: {
		code: 51,
		sentence: "The key was born for another purpose; make a key for this one.",
	},
	OWNER: {
		code: 52,
		sentence: "The request is not signed by the key's owner; sign this very request with the owner's key.",
	},
	NONCE: {
		code: 53,
		sentence: "The owner's nonce must rise with every request; this one is not above the last.",
	},
	PAYLOAD: {
		code: 54,
		sentence: "The payload is not in the one canonical form of its kind, or of no kind that is ever signed.",
	},
	KEY_CHAIN: {
		code: 55,
		sentence: "The chain is not on the key's list.",
	},
	KEY_TYPED: {
		code: 56,
		sentence: "This typed data is not on the key's list of chain, contract and type.",
	},
	KEY_COUNT: {
		code: 57,
		sentence: "The key has signed as often as it may today; wait until the day is over.",
	},
	IMPORT: {
		code: 58,
		sentence: "The import id is not open here, or what was sealed for it does not open or fit; begin a new import.",
	},
	KEY_POLICY: {
		code: 59,
		sentence: "No key can have this policy; purpose, type, owner and lists do not fit together.",
	},
	INTERNAL: {
		code: 60,
		sentence: "The server failed to handle this request; its log says why. It is safe to retry.",
	},
	JSON: {
		code: 61,
		sentence: "The body is not JSON-RPC 2.0.",
	},
	METHOD: {
		code: 62,
		sentence: "There is no such method; rpc.discover lists those there are.",
	},
	ARGUMENT: {
		code: 63,
		sentence: "A parameter is missing, unknown or of the wrong shape.",
	},
	TOKEN: {
		code: 64,
		sentence: "This needs a valid token: send it as 'Authorization: Bearer …'.",
	},
	HOST_NAME: {
		code: 65,
		sentence: "The Host header is not a name this server answers to.",
	},
	FOREIGN: {
		code: 66,
		sentence: "Requests from pages of other origins are refused.",
	},
	CONTENT_TYPE: {
		code: 67,
		sentence: "Send 'Content-Type: application/json'.",
	},
	OVERLOADED: {
		code: 68,
		sentence: "The queue is full; wait a moment and retry.",
	},
	TEE_LOST: {
		code: 69,
		sentence: "The TEE went away while it held this request; it is being restarted. It is safe to retry.",
	},
	LOG_WRITE: {
		code: 70,
		sentence: "The log could not be made durable, so nothing was released; check the disk. It is safe to retry.",
	},
	TEE_START: {
		code: 71,
		sentence: "The TEE did not start.",
	},
	SOCKET: {
		code: 72,
		sentence: "Could not reach the other side; check that it runs and where it listens.",
	},
	FILE: {
		code: 73,
		sentence: "A file could not be read or written.",
	},
	CHAIN_RPC: {
		code: 74,
		sentence: "The Ethereum node refused or did not answer.",
	},
	TIMEOUT: {
		code: 75,
		sentence: "It took longer than allowed. It is safe to retry.",
	},
	RECEIPT: {
		code: 76,
		sentence: "The receipt does not prove what the answer says: do not trust this server.",
	},
	RATE: {
		code: 77,
		sentence: "Too many requests from this address or with this token; wait as long as Retry-After says.",
	},
	UNFIT: {
		code: 78,
		sentence: "This machine is not fit to run a node; do what the lines marked bad say.",
	},
	CHANGE_FORM: {
		code: 85,
		sentence: "The change is not in its one form: lists ascending, no token's transfer listed, at least one page and network.",
	},
	CHANGE_STALE: {
		code: 86,
		sentence: "The change was signed for another state of the account; look at the account and sign anew.",
	},
	CHANGE_SIZE: {
		code: 87,
		sentence: "The account's config would be larger than 2 KiB; list less.",
	},
	NOT_DUE: {
		code: 88,
		sentence: "The change still waits; apply it when its time has come, or cancel it.",
	},
	NO_CHANGE: {
		code: 89,
		sentence: "No such change waits on this account.",
	},
	SPENDER: {
		code: 90,
		sentence: "The spender is not on the account's list; list it first, then approve.",
	},
	INTENT: {
		code: 91,
		sentence: "The intent says of the chain what the account's policy does not say; change the policy first.",
	},
	NOT_STOPPED: {
		code: 95,
		sentence: "The account or key is not stopped, so there is nothing to resume.",
	},
	HELD: {
		code: 96,
		sentence: "The answer is held back until its batch is durable and the counter is bumped: release it.",
	},
	SNAPSHOT: {
		code: 97,
		sentence: "The snapshot is not whole, or not of this log; take an older one, or replay the whole log.",
	},
	PRUNED: {
		code: 98,
		sentence: "The log was pruned and no good snapshot covers what is gone; restore its folder from a backup.",
	},
	UNCOVERED: {
		code: 99,
		sentence: "Not every shard has two good snapshots, so nothing can be pruned; let the node run on.",
	},
} as const;

export type ErrorName = keyof typeof errors;
