import Synchronization

/// The data files this process has open.
///
/// Locks of LMDB belong to the process: opening a file a second time and closing it again would
/// drop them silently. Files are told apart by device and inode, not by path.
package enum EnvironmentRegistry {
    private static let open = Mutex<Set<FileSystem.Identity>>([])

    /// Bytes of address space for one more store: a share of it that lets many be open at once.
    static var share: Int { (1 << 45) / (open.withLock(\.count) + 1) & ~0xffff }

    package static func add(_ file: FileSystem.Identity) throws(StoreError) {
        let isNew = open.withLock { $0.insert(file).inserted }
        guard isNew else { throw StoreError(.alreadyOpen) }
    }

    /// Calls `close`, which frees the file, and forgets it before anyone else can ask: the system
    /// may give its inode to a new file at once.
    package static func remove(_ file: FileSystem.Identity, _ close: () -> Void) {
        open.withLock { files in
            close()
            files.remove(file)
        }
    }
}
