/// Why the store could not do what it was asked for.
///
/// `reason` is what a caller can act on; `call`, `code` and `text` tell an operator where it came
/// from. Errors found by the store itself have an empty `call` and the code 0.
package struct StoreError: Error, Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        // The place
        /// No store at this path.
        case notFound(path: String)
        /// Something is already at the path where a store should be created.
        case alreadyExists(path: String)
        /// The file system refuses access.
        case permissionDenied
        /// The path lies on a network or user-space file system, where locks and syncs can't be
        /// trusted.
        case networkFileSystem(type: UInt64)
        /// This process has the same store open already, perhaps by another path.
        case alreadyOpen
        /// Someone else has the store open, who must not.
        case inUse

        // The content
        /// The file is not a store.
        case notAStore(String)
        /// The file is shorter than its own meta page says.
        case truncated(size: UInt64, needed: UInt64)
        /// Written in a format this version does not know; it is never guessed at.
        case unknownFormat(of: String, found: UInt64)
        /// The lock file belongs to an incompatible build of liblmdb which is using the store.
        case lockFormat
        /// A table the store must have is missing.
        case missingTable(String)
        /// liblmdb found its own pages inconsistent.
        case corrupted
        /// A row contradicts itself or another row. `number` is the global sequence, or the room
        /// number, that the row belongs to.
        case damaged(table: String, number: UInt64, what: String)
        /// A row that must be new has a key that is there, or is not the last as it should be.
        case keyExists

        // Resources
        /// No memory or no address space.
        case outOfMemory
        /// No space left on the device, or the quota is used up. Reads still work.
        case diskFull
        /// The pages in use are more than the store may have. Reads still work.
        case quotaExceeded(used: UInt64, limit: UInt64)
        /// The memory map is full. Reads still work.
        case mapFull
        /// Every reader slot is taken by a live reader.
        case readersFull
        /// Another process grew the store beyond this map. Handled inside the store.
        case mapResized
        /// A value longer than its limit, in bytes.
        case tooLarge(size: Int, limit: Int)

        // The handle
        /// The store was opened for reading only.
        case readOnly
        /// The store was closed.
        case closed
        /// The process was forked after the store was opened; open it anew in the child.
        case forked
        /// An earlier write failed half-way: close the store, open it again and read its head.
        case panicked
        /// Any other failure of the call.
        case failed
    }

    package let reason: Reason
    /// Name of the C function that failed.
    package let call: String
    /// Its LMDB code or errno.
    package let code: Int32
    /// What the library or the system says about the code.
    package let text: String

    package init(_ reason: Reason, call: String = "", code: Int32 = 0, text: String = "") {
        self.reason = reason
        self.call = call
        self.code = code
        self.text = text
    }
}

extension StoreError: CustomStringConvertible {
    /// One line for an operator.
    package var description: String {
        call.isEmpty ? "\(reason)" : "\(reason) (\(call): \(text))"
    }
}

extension StoreError.Reason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notFound(let path): "there is no store at \(path)"
        case .alreadyExists(let path): "there is something at \(path) already"
        case .permissionDenied: "access is denied"
        case .networkFileSystem(let type):
            "the file system, of type 0x\(String(type, radix: 16)), can't be trusted with a store"
        case .alreadyOpen: "this process has the store open already"
        case .inUse: "another process has the store open"
        case .notAStore(let why): "the file is not a store: \(why)"
        case .truncated(let size, let needed):
            "the file is truncated: \(size) bytes of \(needed)"
        case .unknownFormat(let what, let found): "\(what) has the unknown format \(found)"
        case .lockFormat: "the lock file is of another build of liblmdb, which uses the store"
        case .missingTable(let name): "the table \(name) is missing"
        case .corrupted: "the pages of the file contradict each other"
        case .damaged(let table, let number, let what): "\(table) \(number) is damaged: \(what)"
        case .keyExists: "a new row has a key that is there already"
        case .outOfMemory: "no memory or address space is left"
        case .diskFull: "no space is left on the device"
        case .quotaExceeded(let used, let limit):
            "the store may not grow: \(used) bytes are in use of \(limit)"
        case .mapFull: "the memory map is full"
        case .readersFull: "every reader slot is taken"
        case .mapResized: "another process grew the store"
        case .tooLarge(let size, let limit): "\(size) bytes are above the limit of \(limit)"
        case .readOnly: "the store is open for reading only"
        case .closed: "the store was closed"
        case .forked: "the store was opened before this process was forked"
        case .panicked: "an earlier write failed half-way; the store must be opened again"
        case .failed: "the call failed"
        }
    }
}
