import Synchronization

/// The data files this process has open.
///
/// Locks of LMDB belong to the process: opening a file a second time and closing it again would
/// drop them silently. Files are told apart by device and inode, not by path.
enum EnvironmentRegistry {
    private static let open = Mutex<Set<FileSystem.Identity>>([])

    static func add(_ file: FileSystem.Identity) throws(StoreError) {
        let isNew = open.withLock { $0.insert(file).inserted }
        guard isNew else { throw StoreError(.alreadyOpen) }
    }

    static func remove(_ file: FileSystem.Identity) {
        open.withLock { _ = $0.remove(file) }
    }
}
