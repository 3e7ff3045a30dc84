/* SPDX-License-Identifier: Apache-2.0 */
/* Written by tools/wire.py from wire/errors.wire: edit that. */
#include "wire/gen/errors.h"

const enum vch_err vch_err_all[VCH_ERR_CNT] = {
	VCH_OK,
	VCH_FORMAT,
	VCH_SIZE,
	VCH_COMMAND,
	VCH_PARAMS,
	VCH_PHASE,
	VCH_ENTROPY,
	VCH_STORAGE,
	VCH_CORRUPT,
	VCH_ROLLBACK,
	VCH_CHAIN,
	VCH_TAG,
	VCH_FULL,
	VCH_UNSEAL,
	VCH_ACCOUNT,
	VCH_EXISTS,
	VCH_STALE,
	VCH_UPGRADED,
	VCH_DOWNGRADE,
	VCH_PASSKEY,
	VCH_SIGNATURE,
	VCH_CLIENT_DATA,
	VCH_CHALLENGE,
	VCH_ORIGIN,
	VCH_RP_ID,
	VCH_USER,
	VCH_SIGN_COUNT,
	VCH_BACKUP,
	VCH_PUBLIC_KEY,
	VCH_SENDER,
	VCH_NETWORK,
	VCH_INIT_CODE,
	VCH_PAYMASTER,
	VCH_FEE,
	VCH_CALL_FORM,
	VCH_CALL,
	VCH_LIMIT,
	VCH_VALID_UNTIL,
	VCH_FROZEN,
	VCH_NO_KEY,
	VCH_PURPOSE,
	VCH_OWNER,
	VCH_NONCE,
	VCH_PAYLOAD,
	VCH_KEY_CHAIN,
	VCH_KEY_TYPED,
	VCH_KEY_COUNT,
	VCH_IMPORT,
	VCH_KEY_POLICY,
	VCH_INTERNAL,
	VCH_JSON,
	VCH_METHOD,
	VCH_ARGUMENT,
	VCH_TOKEN,
	VCH_HOST_NAME,
	VCH_FOREIGN,
	VCH_CONTENT_TYPE,
	VCH_OVERLOADED,
	VCH_TEE_LOST,
	VCH_LOG_WRITE,
	VCH_TEE_START,
	VCH_SOCKET,
	VCH_FILE,
	VCH_CHAIN_RPC,
	VCH_TIMEOUT,
	VCH_RECEIPT,
	VCH_RATE,
	VCH_UNFIT,
	VCH_CHANGE_FORM,
	VCH_CHANGE_STALE,
	VCH_CHANGE_SIZE,
	VCH_NOT_DUE,
	VCH_NO_CHANGE,
	VCH_SPENDER,
	VCH_INTENT,
	VCH_NOT_STOPPED,
	VCH_HELD,
	VCH_SNAPSHOT,
	VCH_PRUNED,
	VCH_UNCOVERED,
};

const char *vch_err_name(enum vch_err err)
{
	switch (err) {
	case VCH_OK:
		return "OK";
	case VCH_FORMAT:
		return "FORMAT";
	case VCH_SIZE:
		return "SIZE";
	case VCH_COMMAND:
		return "COMMAND";
	case VCH_PARAMS:
		return "PARAMS";
	case VCH_PHASE:
		return "PHASE";
	case VCH_ENTROPY:
		return "ENTROPY";
	case VCH_STORAGE:
		return "STORAGE";
	case VCH_CORRUPT:
		return "CORRUPT";
	case VCH_ROLLBACK:
		return "ROLLBACK";
	case VCH_CHAIN:
		return "CHAIN";
	case VCH_TAG:
		return "TAG";
	case VCH_FULL:
		return "FULL";
	case VCH_UNSEAL:
		return "UNSEAL";
	case VCH_ACCOUNT:
		return "ACCOUNT";
	case VCH_EXISTS:
		return "EXISTS";
	case VCH_STALE:
		return "STALE";
	case VCH_UPGRADED:
		return "UPGRADED";
	case VCH_DOWNGRADE:
		return "DOWNGRADE";
	case VCH_PASSKEY:
		return "PASSKEY";
	case VCH_SIGNATURE:
		return "SIGNATURE";
	case VCH_CLIENT_DATA:
		return "CLIENT_DATA";
	case VCH_CHALLENGE:
		return "CHALLENGE";
	case VCH_ORIGIN:
		return "ORIGIN";
	case VCH_RP_ID:
		return "RP_ID";
	case VCH_USER:
		return "USER";
	case VCH_SIGN_COUNT:
		return "SIGN_COUNT";
	case VCH_BACKUP:
		return "BACKUP";
	case VCH_PUBLIC_KEY:
		return "PUBLIC_KEY";
	case VCH_SENDER:
		return "SENDER";
	case VCH_NETWORK:
		return "NETWORK";
	case VCH_INIT_CODE:
		return "INIT_CODE";
	case VCH_PAYMASTER:
		return "PAYMASTER";
	case VCH_FEE:
		return "FEE";
	case VCH_CALL_FORM:
		return "CALL_FORM";
	case VCH_CALL:
		return "CALL";
	case VCH_LIMIT:
		return "LIMIT";
	case VCH_VALID_UNTIL:
		return "VALID_UNTIL";
	case VCH_FROZEN:
		return "FROZEN";
	case VCH_NO_KEY:
		return "NO_KEY";
	case VCH_PURPOSE:
		return "PURPOSE";
	case VCH_OWNER:
		return "OWNER";
	case VCH_NONCE:
		return "NONCE";
	case VCH_PAYLOAD:
		return "PAYLOAD";
	case VCH_KEY_CHAIN:
		return "KEY_CHAIN";
	case VCH_KEY_TYPED:
		return "KEY_TYPED";
	case VCH_KEY_COUNT:
		return "KEY_COUNT";
	case VCH_IMPORT:
		return "IMPORT";
	case VCH_KEY_POLICY:
		return "KEY_POLICY";
	case VCH_INTERNAL:
		return "INTERNAL";
	case VCH_JSON:
		return "JSON";
	case VCH_METHOD:
		return "METHOD";
	case VCH_ARGUMENT:
		return "ARGUMENT";
	case VCH_TOKEN:
		return "TOKEN";
	case VCH_HOST_NAME:
		return "HOST_NAME";
	case VCH_FOREIGN:
		return "FOREIGN";
	case VCH_CONTENT_TYPE:
		return "CONTENT_TYPE";
	case VCH_OVERLOADED:
		return "OVERLOADED";
	case VCH_TEE_LOST:
		return "TEE_LOST";
	case VCH_LOG_WRITE:
		return "LOG_WRITE";
	case VCH_TEE_START:
		return "TEE_START";
	case VCH_SOCKET:
		return "SOCKET";
	case VCH_FILE:
		return "FILE";
	case VCH_CHAIN_RPC:
		return "CHAIN_RPC";
	case VCH_TIMEOUT:
		return "TIMEOUT";
	case VCH_RECEIPT:
		return "RECEIPT";
	case VCH_RATE:
		return "RATE";
	case VCH_UNFIT:
		return "UNFIT";
	case VCH_CHANGE_FORM:
		return "CHANGE_FORM";
	case VCH_CHANGE_STALE:
		return "CHANGE_STALE";
	case VCH_CHANGE_SIZE:
		return "CHANGE_SIZE";
	case VCH_NOT_DUE:
		return "NOT_DUE";
	case VCH_NO_CHANGE:
		return "NO_CHANGE";
	case VCH_SPENDER:
		return "SPENDER";
	case VCH_INTENT:
		return "INTENT";
	case VCH_NOT_STOPPED:
		return "NOT_STOPPED";
	case VCH_HELD:
		return "HELD";
	case VCH_SNAPSHOT:
		return "SNAPSHOT";
	case VCH_PRUNED:
		return "PRUNED";
	case VCH_UNCOVERED:
		return "UNCOVERED";
	}
	return "UNKNOWN";
}

const char *vch_err_sentence(enum vch_err err)
{
	switch (err) {
	case VCH_OK:
		return "Done.";
	case VCH_FORMAT:
		return "The bytes are not in the one canonical form; rebuild "
		       "the request with a current client.";
	case VCH_SIZE:
		return "Larger than the stated maximum; send less in one "
		       "request.";
	case VCH_COMMAND:
		return "This trusted application does not know that command; "
		       "update one of the two sides.";
	case VCH_PARAMS:
		return "The parameter types of the call are not those of the "
		       "command; use the client library.";
	case VCH_PHASE:
		return "The trusted application is not in the phase for this "
		       "command; wait until it has replayed its log.";
	case VCH_ENTROPY:
		return "The system gave no randomness; do not use this "
		       "machine until it does.";
	case VCH_STORAGE:
		return "The platform's secure storage failed or has no place "
		       "left; check its device and restart.";
	case VCH_CORRUPT:
		return "A stored object is damaged or not ours; restore it "
		       "from the place it was backed up to.";
	case VCH_ROLLBACK:
		return "The log or the secure storage is older than what this "
		       "device has seen; restore the newer copy.";
	case VCH_CHAIN:
		return "The log does not continue where this one stands; give "
		       "the trusted application its own, whole log.";
	case VCH_TAG:
		return "A batch of the log carries no valid tag of this "
		       "device; cut the log at the last good batch.";
	case VCH_FULL:
		return "The table of accounts and keys is full; use another "
		       "node.";
	case VCH_UNSEAL:
		return "The sealed key does not open on this device; restore "
		       "the blob that belongs to this account.";
	case VCH_ACCOUNT:
		return "No such account here; create it first or ask the node "
		       "that holds it.";
	case VCH_EXISTS:
		return "This account, key or successor exists here already, "
		       "or existed once.";
	case VCH_STALE:
		return "Config or counters are not those the trusted "
		       "application last wrote; the host must rebuild its "
		       "index.";
	case VCH_UPGRADED:
		return "The device was handed over to another version of the "
		       "trusted application; install that version and start "
		       "it.";
	case VCH_DOWNGRADE:
		return "That version of the trusted application is not newer "
		       "than what this log has seen; only a newer one goes on "
		       "from here.";
	case VCH_PASSKEY:
		return "The account has no such passkey.";
	case VCH_SIGNATURE:
		return "The signature does not fit; sign again with the "
		       "passkey of this account, or with enough of the "
		       "release keys.";
	case VCH_CLIENT_DATA:
		return "The client data is not a WebAuthn assertion in its "
		       "standard form; use a current browser.";
	case VCH_CHALLENGE:
		return "The passkey signed something else; sign the hash of "
		       "this very operation.";
	case VCH_ORIGIN:
		return "The page that asked for the passkey is not on the "
		       "account's list of origins.";
	case VCH_RP_ID:
		return "The passkey answered for another domain than the "
		       "account was made for.";
	case VCH_USER:
		return "The authenticator did not verify the user; a touch "
		       "and a PIN, finger or face are needed.";
	case VCH_SIGN_COUNT:
		return "The counter of the authenticator did not rise: it may "
		       "have been copied; check your devices.";
	case VCH_BACKUP:
		return "The authenticator's word on whether the passkey can "
		       "be backed up changed since it was registered.";
	case VCH_PUBLIC_KEY:
		return "The public key is not a point on its curve.";
	case VCH_SENDER:
		return "The operation's sender is not this account.";
	case VCH_NETWORK:
		return "This chain and entry point are not on the account's "
		       "list.";
	case VCH_INIT_CODE:
		return "The init code is not this account's own factory call.";
	case VCH_PAYMASTER:
		return "The account or key does not permit this paymaster.";
	case VCH_FEE:
		return "The fee could exceed the cap for one operation; lower "
		       "the gas limits or the fee per gas.";
	case VCH_CALL_FORM:
		return "The call data is not in canonical ERC-7821 form: "
		       "execute(bytes32,bytes) with a batch of calls.";
	case VCH_CALL:
		return "One of the calls is not understood or not allowed; "
		       "only listed calls and plain payments pass.";
	case VCH_LIMIT:
		return "The amount is over what is left of today's limit; "
		       "wait until the limit refills or send less.";
	case VCH_VALID_UNTIL:
		return "validUntil must lie within the next 10 minutes and "
		       "within one UTC day; for a paymaster's word, within "
		       "the next hour.";
	case VCH_FROZEN:
		return "The account is frozen; unfreeze it first.";
	case VCH_NO_KEY:
		return "There is no such key here, or it was deleted.";
	case VCH_PURPOSE:
		return "The key was born for another purpose; make a key for "
		       "this one.";
	case VCH_OWNER:
		return "The request is not signed by the key's owner; sign "
		       "this very request with the owner's key.";
	case VCH_NONCE:
		return "The owner's nonce must rise with every request; this "
		       "one is not above the last.";
	case VCH_PAYLOAD:
		return "The payload is not in the one canonical form of its "
		       "kind, or of no kind that is ever signed.";
	case VCH_KEY_CHAIN:
		return "The chain is not on the key's list.";
	case VCH_KEY_TYPED:
		return "This typed data is not on the key's list of chain, "
		       "contract and type.";
	case VCH_KEY_COUNT:
		return "The key has signed as often as it may today; wait "
		       "until the day is over.";
	case VCH_IMPORT:
		return "The import id is not open here, or what was sealed "
		       "for it does not open or fit; begin a new import.";
	case VCH_KEY_POLICY:
		return "No key can have this policy; purpose, type, owner and "
		       "lists do not fit together.";
	case VCH_INTERNAL:
		return "The server failed to handle this request; its log "
		       "says why. It is safe to retry.";
	case VCH_JSON:
		return "The body is not JSON-RPC 2.0.";
	case VCH_METHOD:
		return "There is no such method; rpc.discover lists those "
		       "there are.";
	case VCH_ARGUMENT:
		return "A parameter is missing, unknown or of the wrong shape.";
	case VCH_TOKEN:
		return "This needs a valid token: send it as 'Authorization: "
		       "Bearer …'.";
	case VCH_HOST_NAME:
		return "The Host header is not a name this server answers to.";
	case VCH_FOREIGN:
		return "Requests from pages of other origins are refused.";
	case VCH_CONTENT_TYPE:
		return "Send 'Content-Type: application/json'.";
	case VCH_OVERLOADED:
		return "The queue is full; wait a moment and retry.";
	case VCH_TEE_LOST:
		return "The TEE went away while it held this request; it is "
		       "being restarted. It is safe to retry.";
	case VCH_LOG_WRITE:
		return "The log could not be made durable, so nothing was "
		       "released; check the disk. It is safe to retry.";
	case VCH_TEE_START:
		return "The TEE did not start.";
	case VCH_SOCKET:
		return "Could not reach the other side; check that it runs "
		       "and where it listens.";
	case VCH_FILE:
		return "A file could not be read or written.";
	case VCH_CHAIN_RPC:
		return "The Ethereum node refused or did not answer.";
	case VCH_TIMEOUT:
		return "It took longer than allowed. It is safe to retry.";
	case VCH_RECEIPT:
		return "The receipt does not prove what the answer says: do "
		       "not trust this server.";
	case VCH_RATE:
		return "Too many requests from this address or with this "
		       "token; wait as long as Retry-After says.";
	case VCH_UNFIT:
		return "This machine is not fit to run a node; do what the "
		       "lines marked bad say.";
	case VCH_CHANGE_FORM:
		return "The change is not in its one form: lists ascending, "
		       "no token's transfer listed, at least one page and "
		       "network.";
	case VCH_CHANGE_STALE:
		return "The change was signed for another state of the "
		       "account; look at the account and sign anew.";
	case VCH_CHANGE_SIZE:
		return "The account's config would be larger than 2 KiB; list "
		       "less.";
	case VCH_NOT_DUE:
		return "The change still waits; apply it when its time has "
		       "come, or cancel it.";
	case VCH_NO_CHANGE:
		return "No such change waits on this account.";
	case VCH_SPENDER:
		return "The spender is not on the account's list; list it "
		       "first, then approve.";
	case VCH_INTENT:
		return "The intent says of the chain what the account's "
		       "policy does not say; change the policy first.";
	case VCH_NOT_STOPPED:
		return "The account or key is not stopped, so there is "
		       "nothing to resume.";
	case VCH_HELD:
		return "The answer is held back until its batch is durable "
		       "and the counter is bumped: release it.";
	case VCH_SNAPSHOT:
		return "The snapshot is not whole, or not of this log; take "
		       "an older one, or replay the whole log.";
	case VCH_PRUNED:
		return "The log was pruned and no good snapshot covers what "
		       "is gone; restore its folder from a backup.";
	case VCH_UNCOVERED:
		return "Not every shard has two good snapshots, so nothing "
		       "can be pruned; let the node run on.";
	}
	return "This code is not known here.";
}

bool vch_err_known(uint16_t code)
{
	for (int i = 0; i < VCH_ERR_CNT; i++) {
		if ((uint16_t)vch_err_all[i] == code)
			return true;
	}
	return false;
}
