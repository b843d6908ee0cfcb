import EventLog
import LMDBStore
import TransparencyLog

/// A directory of files that any web server can serve (C2SP tlog-tiles), and anyone check without this
/// program: `checkpoint`, `tile/L/N[.p/W]` and `tile/entries/N[.p/W]`.
package struct TileDirectory: Sendable {
    private let path: String

    package init(at path: String) {
        self.path = path
    }

    /// Why a directory is not brought up to date.
    package enum Problem: Error, Sendable {
        case store(StoreError)
        /// The directory's checkpoint can't be read.
        case damaged(String)
        /// The directory is of another log, or ahead of this one, or of another history.
        case otherHistory(String)
    }

    /// Adds the files that the directory lacks for a checkpoint of the log; returns how many.
    @discardableResult
    package func update(from log: EventLog, to signed: SignedCheckpoint) throws(Problem) -> Int {
        let old = try current()
        if let old { try check(old, precedes: signed, in: log) }
        var count = 0
        do throws(StoreError) {
            try LogDirectory.update(
                from: old?.checkpoint.head.size ?? 0, to: signed, tiles: log.hashes,
                entries: log.entries
            ) { (resource, bytes) throws(StoreError) in
                let file = path + "/" + resource.path
                try FileSystem.makeDirectories(FileSystem.split(file).parent)
                try FileSystem.replace(file, with: bytes)
                count += 1
            }
        } catch {
            throw .store(error)
        }
        return count
    }

    private func current() throws(Problem) -> SignedCheckpoint? {
        let bytes: [UInt8]
        do throws(StoreError) {
            bytes = try FileSystem.contents(
                of: path + "/" + LogResource.checkpoint.path, limit: 1 << 20)
        } catch {
            if case .notFound = error.reason { return nil }
            throw .store(error)
        }
        do throws(TextError) {
            return try SignedCheckpoint(parsing: bytes)
        } catch {
            throw .damaged("\(error)")
        }
    }

    private func check(
        _ old: SignedCheckpoint, precedes new: SignedCheckpoint, in log: EventLog
    ) throws(Problem) {
        let (from, to) = (old.checkpoint, new.checkpoint)
        guard from.origin == to.origin else { throw .otherHistory("\(from.origin)") }
        guard from.head.size <= to.head.size else {
            throw .otherHistory("\(from.head.size) records, more than \(to.head.size)")
        }
        let found: TreeHead?
        do throws(StoreError) {
            found = try log.treeHead(ofSize: from.head.size)
        } catch {
            throw .store(error)
        }
        guard found == from.head else {
            throw .otherHistory("root \(from.head.root) of \(from.head.size) records")
        }
    }
}

extension TileDirectory.Problem: CustomStringConvertible {
    package var description: String {
        switch self {
        case .store(let error): "\(error)"
        case .damaged(let what): "the directory's checkpoint can't be read: \(what)"
        case .otherHistory(let what): "the directory is of another history: \(what)"
        }
    }
}
