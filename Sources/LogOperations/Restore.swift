import EventLog
import LMDBStore
import MLSCrypto
import MLSPublicGroup
import PresentationLanguage
import RoomLog

/// How a restored log goes on. Whoever saw the old log's later records, or its checkpoints, must be able
/// to tell the two apart: a log of one name with two histories is a lie.
package enum Continuation: Hashable, Sendable {
    /// Under an origin of its own; nil: the old one, a slash, and the first half of the new UUID's
    /// first field.
    case newOrigin(String?)
    /// Under the old origin, with a record that says what happened and why.
    case fork(reason: String)
    /// As the same log, with its UUID: the old one took no record after the backup, and is gone.
    case sameLog
}

/// Makes a store from backups: a full one or a whole stream, and increments in their order.
///
/// Every record is checked as it is taken, and every room is folded from its records afterwards. The new
/// store appears at its path, where nothing is, or an empty directory, when all of it was in order.
package struct Restore: Sendable {
    package let sources: [String]
    package let path: String
    package var cut: Cut?
    package var continuation = Continuation.newOrigin(nil)
    /// Says what would come out; the path is left alone.
    package var isDryRun = false
    /// Of the record of a fork: milliseconds since 1970.
    package var now: UInt64

    package init(from sources: [String], to path: String, now: UInt64) {
        self.sources = sources
        self.path = path
        self.now = now
    }

    /// What came out.
    package struct Report: Hashable, Sendable {
        package let origin: String
        package let uuid: [UInt8]
        package let head: Head
        package let rooms: Int
        /// Records of the backups that were left out.
        package let leftOut: UInt64
        /// The sequence of the record of the fork.
        package let fork: UInt64?
    }

    package func run() async throws(RestoreError) -> Report {
        guard let first = sources.first else { throw .store(StoreError(.notFound(path: ""))) }
        let source = try RestoreSource(first)
        let old = source.meta
        let meta = try newMeta(of: old)
        let builder = try store { () throws(StoreError) in
            try LogBuilder.begin(at: path, meta, cut: cut, Configuration())
        }
        do throws(RestoreError) {
            try await source.add(to: builder, rows: sources.count == 1)
            for (place, increment) in sources.enumerated().dropFirst() {
                let isLast = place == sources.count - 1
                try await RestoreSource.add(increment, to: builder, rows: isLast)
            }
            let report = try await complete(builder, old, meta)
            if isDryRun { await builder.abandon() } else { try await finish(builder) }
            return report
        } catch {
            // After a failed finish, nothing is left to abandon.
            await builder.abandon()
            throw error
        }
    }

    private func newMeta(of old: Meta) throws(RestoreError) -> Meta {
        let fresh = Meta(origin: old.origin, random: .system)
        switch continuation {
        case .sameLog:
            guard cut == nil else { throw .cutOfSameLog }
            return old
        case .fork:
            return fresh
        case .newOrigin(let name):
            let origin = name ?? "\(old.origin)/\(hex(fresh.uuid.prefix(4)))"
            guard origin != old.origin, !origin.isEmpty else { throw .sameOrigin }
            return Meta(origin: origin, uuid: fresh.uuid)
        }
    }

    /// What remains when all records are there.
    private func complete(
        _ builder: LogBuilder, _ old: Meta, _ meta: Meta
    ) async throws(RestoreError) -> Report {
        if case .sequence(let last)? = cut, last >= builder.head.nextSequence {
            throw .noSuchRecord(last, count: builder.head.nextSequence)
        }
        let rooms = RoomLog(builder.log, profile: .plain)
        let count = try await check(rooms, builder)
        let restored = try store { () throws(StoreError) in try builder.log.head() }
        do throws(RoomLogError) {
            try await rooms.rebuildAll()
        } catch {
            throw .room(error)
        }
        var fork: UInt64?
        if case .fork(let reason) = continuation {
            let notice = ForkNotice(
                old, known: builder.head, size: restored.nextSequence, reason: reason)
            fork = try await append(notice, to: builder.log)
        }
        return Report(
            origin: meta.origin, uuid: meta.uuid,
            head: try store { () throws(StoreError) in try builder.log.head() }, rooms: count,
            leftOut: builder.head.nextSequence - restored.nextSequence, fork: fork)
    }

    /// Folds every room. After a cut that says its status, too.
    private func check(
        _ rooms: RoomLog, _ builder: LogBuilder
    ) async throws(RestoreError) -> Int {
        do throws(RoomLogError) {
            let all = try rooms.all()
            for room in all {
                guard let folded = try rooms.replay(room) else { continue }
                if builder.isCut {
                    let status = folded.state.status.rawValue
                    do throws(StoreError) {
                        try await builder.setStatus(status, ofRoom: room.number)
                    } catch {
                        throw RoomLogError.store(error)
                    }
                } else {
                    try rooms.checkIndexes(of: room, folded)
                }
            }
            return all.count
        } catch {
            throw .room(error)
        }
    }

    private func append(
        _ notice: ForkNotice, to log: EventLog
    ) async throws(RestoreError) -> UInt64 {
        let payload = Payload(source: [], evidence: notice.encoded, events: [])
        do throws(StoreError) {
            let last = try log.room(Room.hub)?.row.timeMs ?? 0
            let item = Append(
                room: .hub, kind: RoomLog.RecordKind.fork.rawValue, schema: 1,
                timeMs: max(now, last), epoch: 0, stateHash: .zero, status: 0, payload: payload)
            guard case .appended(let envelope) = try await log.append(item) else {
                preconditionFailure("a record of the hub in conflict")
            }
            return envelope.gseq
        } catch {
            throw .store(error)
        }
    }

    private func finish(_ builder: LogBuilder) async throws(RestoreError) {
        do throws(StoreError) { try await builder.finish() } catch { throw .store(error) }
    }
}

/// Why nothing was restored.
package enum RestoreError: Error, Sendable {
    case store(StoreError)
    case room(RoomLogError)
    /// The cut is behind the last record.
    case noSuchRecord(UInt64, count: UInt64)
    /// A log that is cut is not the same log.
    case cutOfSameLog
    /// A new origin that is the old one.
    case sameOrigin
}

extension RestoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .store(let error): "\(error)"
        case .room(let error): "\(error)"
        case .noSuchRecord(let seq, let count): "record \(seq) does not exist; there are \(count)"
        case .cutOfSameLog: "a log without its last records can't go on as the same log"
        case .sameOrigin: "the new origin is the old one"
        }
    }
}

/// What `body` returns, with its error as one of a restoring.
func store<T>(_ body: () throws(StoreError) -> T) throws(RestoreError) -> T {
    do {
        return try body()
    } catch {
        throw .store(error)
    }
}
