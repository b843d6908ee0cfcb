import CLMDB
import Glibc

// The only file that calls liblmdb. Every result is checked at once; the C handles stay private
// to the two structs below.

/// An open `MDB_env`.
struct LMDBEnvironment: @unchecked Sendable {
    private let pointer: OpaquePointer

    /// Opens the environment in a directory which exists.
    ///
    /// Readers are never tied to threads (`MDB_NOTLS`), and no flag that weakens a commit is ever
    /// set: each commit is on the disk when it returns.
    static func open(directory: String, options: EnvironmentOptions) throws(StoreError) -> Self {
        var created: OpaquePointer?
        try check("mdb_env_create", mdb_env_create(&created))
        guard let pointer = created else { throw StoreError(.failed, call: "mdb_env_create") }
        do {
            // On inconsistent pages liblmdb would print and abort; without the print the caller of
            // the process may say what happened.
            try check("mdb_env_set_assert", mdb_env_set_assert(pointer) { _, _ in })
            try check("mdb_env_set_mapsize", mdb_env_set_mapsize(pointer, options.mapSize))
            try check("mdb_env_set_maxreaders", mdb_env_set_maxreaders(pointer, options.maxReaders))
            try check("mdb_env_set_maxdbs", mdb_env_set_maxdbs(pointer, options.maxTables))
            let access = options.access == .readOnly ? MDB_RDONLY : 0
            let flags = UInt32(MDB_NOTLS | access)
            try check("mdb_env_open", mdb_env_open(pointer, directory, flags, 0o600))
        } catch {
            // A failed open leaves a handle which must be closed.
            mdb_env_close(pointer)
            throw error
        }
        return Self(pointer: pointer)
    }

    func close() {
        mdb_env_close(pointer)
    }

    /// Begins a transaction. A write transaction waits for the writer of another process.
    func begin(_ access: Access) throws(StoreError) -> LMDBTransaction {
        var transaction: OpaquePointer?
        let flags = access == .readOnly ? UInt32(MDB_RDONLY) : 0
        try check("mdb_txn_begin", mdb_txn_begin(pointer, nil, flags, &transaction))
        guard let transaction else { throw StoreError(.failed, call: "mdb_txn_begin") }
        return LMDBTransaction(pointer: transaction)
    }

    /// Frees the reader slots of processes that died; returns how many.
    @discardableResult
    func clearDeadReaders() throws(StoreError) -> Int {
        var dead: Int32 = 0
        try check("mdb_reader_check", mdb_reader_check(pointer, &dead))
        return Int(dead)
    }

    /// Takes over the map size another process set. No transaction may be open.
    func adoptMapSize() throws(StoreError) {
        try check("mdb_env_set_mapsize", mdb_env_set_mapsize(pointer, 0))
    }

    /// Writes a copy of the last commit as `data.mdb` into a directory which exists, and syncs it.
    func copy(to directory: String, compacting: Bool) throws(StoreError) {
        let flags = compacting ? UInt32(MDB_CP_COMPACT) : 0
        try check("mdb_env_copy2", mdb_env_copy2(pointer, directory, flags))
    }

    /// Bytes of the memory map.
    func mapSize() throws(StoreError) -> Int {
        var info = MDB_envinfo()
        try check("mdb_env_info", mdb_env_info(pointer, &info))
        return info.me_mapsize
    }
}

/// An open `MDB_txn`. Commit or abort ends it; nothing may be called afterwards.
struct LMDBTransaction {
    fileprivate let pointer: OpaquePointer

    func commit() throws(StoreError) {
        try check("mdb_txn_commit", mdb_txn_commit(pointer))
    }

    func abort() {
        mdb_txn_abort(pointer)
    }

    func openTable(_ name: String, create: Bool) throws(StoreError) -> UInt32 {
        var table: UInt32 = 0
        let code = mdb_dbi_open(pointer, name, create ? UInt32(MDB_CREATE) : 0, &table)
        if code == MDB_NOTFOUND { throw StoreError(.missingTable(name)) }
        try check("mdb_dbi_open", code)
        return table
    }

    /// Calls `body` with the value, whose bytes are valid until it returns.
    func get<R>(
        _ table: UInt32, _ key: [UInt8], _ body: (RawSpan) throws(StoreError) -> R
    ) throws(StoreError) -> R? {
        var value = MDB_val()
        let code = withValue(key) { mdb_get(pointer, table, &$0, &value) }
        if code == MDB_NOTFOUND { return nil }
        try check("mdb_get", code)
        return try body(bytes(value).bytes)
    }

    func put(
        _ table: UInt32, _ key: [UInt8], _ value: [UInt8], _ mode: PutMode
    ) throws(StoreError) {
        let code = withValue(key) { key in
            withValue(value) { mdb_put(pointer, table, &key, &$0, mode.rawValue) }
        }
        try check("mdb_put", code)
    }

    /// Takes all rows of a table away.
    func clear(_ table: UInt32) throws(StoreError) {
        try check("mdb_drop", mdb_drop(pointer, table, 0))
    }

    /// Returns whether there was such a row.
    func delete(_ table: UInt32, _ key: [UInt8]) throws(StoreError) -> Bool {
        let code = withValue(key) { mdb_del(pointer, table, &$0, nil) }
        if code == MDB_NOTFOUND { return false }
        try check("mdb_del", code)
        return true
    }

    /// Calls `body` with each row from the first key not below `start` until it returns false.
    func scan(
        _ table: UInt32, from start: [UInt8],
        _ body: (_ key: RawSpan, _ value: RawSpan) throws(StoreError) -> Bool
    ) throws(StoreError) {
        var cursor: OpaquePointer?
        try check("mdb_cursor_open", mdb_cursor_open(pointer, table, &cursor))
        defer { mdb_cursor_close(cursor) }
        var key = MDB_val()
        var value = MDB_val()
        // liblmdb can't look for an empty key.
        let seek = start.isEmpty ? MDB_FIRST : MDB_SET_RANGE
        var code = withValue(start) { start in
            key = start
            return mdb_cursor_get(cursor, &key, &value, seek)
        }
        while code == MDB_SUCCESS {
            guard try body(bytes(key).bytes, bytes(value).bytes) else { return }
            code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)
        }
        if code != MDB_NOTFOUND { try check("mdb_cursor_get", code) }
    }

    func lastKey(_ table: UInt32) throws(StoreError) -> [UInt8]? {
        var cursor: OpaquePointer?
        try check("mdb_cursor_open", mdb_cursor_open(pointer, table, &cursor))
        defer { mdb_cursor_close(cursor) }
        var key = MDB_val()
        var value = MDB_val()
        let code = mdb_cursor_get(cursor, &key, &value, MDB_LAST)
        if code == MDB_NOTFOUND { return nil }
        try check("mdb_cursor_get", code)
        return Array(bytes(key))
    }

    /// Rows of a table.
    func count(_ table: UInt32) throws(StoreError) -> Int {
        var statistics = MDB_stat()
        try check("mdb_stat", mdb_stat(pointer, table, &statistics))
        return statistics.ms_entries
    }

    /// The free list of an environment.
    private static let freeList: UInt32 = 0

    /// Bytes of the pages that the file has room for, or of those of them that are not free.
    func byteCount(withFreePages: Bool) throws(StoreError) -> UInt64 {
        let environment = mdb_txn_env(pointer)
        var info = MDB_envinfo()
        try check("mdb_env_info", mdb_env_info(environment, &info))
        var statistics = MDB_stat()
        try check("mdb_env_stat", mdb_env_stat(environment, &statistics))
        var pages = UInt64(info.me_last_pgno) + 1
        if !withFreePages {
            try scan(Self.freeList, from: []) { (_, list) throws(StoreError) in
                guard list.byteCount >= 8 else { return false }
                pages -= min(pages, list.unsafeLoadUnaligned(as: UInt64.self))
                return true
            }
        }
        return pages * UInt64(statistics.ms_psize)
    }

    enum PutMode {
        /// Adds the row or replaces the one of this key.
        case upsert
        /// Fails where the key exists.
        case insert
        /// Fails unless the key is above all keys of the table.
        case append

        var rawValue: UInt32 {
            switch self {
            case .upsert: 0
            case .insert: UInt32(MDB_NOOVERWRITE)
            case .append: UInt32(MDB_APPEND)
            }
        }
    }
}

/// Calls `body` with the array as LMDB wants to see it; LMDB does not write to it.
private func withValue<R>(_ bytes: [UInt8], _ body: (inout MDB_val) -> R) -> R {
    bytes.withUnsafeBytes { buffer in
        var value = MDB_val(
            mv_size: buffer.count, mv_data: UnsafeMutableRawPointer(mutating: buffer.baseAddress))
        return body(&value)
    }
}

private func bytes(_ value: MDB_val) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: value.mv_data, count: value.mv_size)
}

private func check(_ call: String, _ code: Int32) throws(StoreError) {
    guard code != MDB_SUCCESS else { return }
    let text = String(cString: mdb_strerror(code))
    throw StoreError(reason(code), call: call, code: code, text: text)
}

private func reason(_ code: Int32) -> StoreError.Reason {
    switch code {
    case MDB_MAP_FULL: .mapFull
    case MDB_READERS_FULL: .readersFull
    case MDB_MAP_RESIZED: .mapResized
    case MDB_PANIC: .panicked
    case MDB_KEYEXIST: .keyExists
    case MDB_CORRUPTED, MDB_PAGE_NOTFOUND: .corrupted
    case MDB_INVALID: .notAStore("liblmdb does not know the file")
    // The version of the data file was checked before; what is left is the lock file.
    case MDB_VERSION_MISMATCH: .lockFormat
    default: .system(code)
    }
}
