import LMDBStore

/// What one transaction on the rows of a projection may do: it keeps the writer for a few milliseconds,
/// so that nobody who appends waits long.
package enum RowPage {
    package static let rows = 256
    package static let byteCount = 1 << 20

    /// Changes in parts that fit a page; one that is larger has a page of its own.
    package static func pages(of changes: [RowChange]) -> [ArraySlice<RowChange>] {
        var pages: [ArraySlice<RowChange>] = []
        var (start, size) = (changes.startIndex, 0)
        for (place, change) in changes.enumerated() {
            let more = change.key.count + (change.value?.count ?? 0)
            if place > start, place - start == rows || size + more > byteCount {
                pages.append(changes[start..<place])
                (start, size) = (place, 0)
            }
            size += more
        }
        if start < changes.endIndex { pages.append(changes[start...]) }
        return pages
    }
}

/// Rows of one room for the version that is being built.
package struct BuildPage: Sendable {
    package enum Part: Sendable {
        /// More follow: they are rows of the room after the record of this gseq.
        case some(gseq: UInt64)
        /// With these the rows are those after this record of the room, if it is still the last one.
        case last(roomSeq: UInt64)
        /// With these the rows are those after some record of the room.
        case final
    }

    package let room: UInt64
    package let rows: [RowChange]
    package let part: Part

    package init(room: UInt64, rows: [RowChange], part: Part) {
        self.room = room
        self.rows = rows
        self.part = part
    }
}

package enum BuildOutcome: Hashable, Sendable {
    case written
    /// The room has another record by now; nothing was written.
    case roomMoved
    /// Nobody builds this any more, or someone else does; nothing was written.
    case notBuilding
}

/// What became of a version that was built.
package enum BuildEnd: Hashable, Sendable {
    /// It is in use. Both digests are equal if the rows of the old one were right.
    case inUse(version: UInt64, oldDigest: RowDigest, newDigest: RowDigest)
    /// There are rooms that are not done.
    case unfinished
    case notBuilding
}

/// Building a new version of a projection's rows while the old one is in use: rooms by their numbers, each
/// in pages. What is recorded meanwhile changes the rows of rooms that are done in both versions.
extension EventLog {
    /// Starts to build, or goes on where it was left.
    package func beginBuilding(
        _ projection: Projection
    ) async throws(StoreError) -> ProjectionState {
        while try await clear(projection) {}
        let tables = tables
        return try await environment.write { (transaction) throws(StoreError) in
            var (_, state) = try tables.state(of: projection, transaction)
            if state.status == .current {
                state.status = .building
                state.otherVersion = state.version + 1
                try tables.write(state, of: projection, transaction)
            }
            return state
        }
    }

    /// Writes rows of the first room that is not done.
    package func build(
        _ projection: Projection, _ page: BuildPage
    ) async throws(StoreError) -> BuildOutcome {
        let tables = tables
        return try await environment.write { (transaction) throws(StoreError) in
            var (all, state) = try tables.state(of: projection, transaction)
            guard state.status == .building, state.rooms + 1 == page.room else {
                return .notBuilding
            }
            switch page.part {
            case .some(let gseq): state.partial = gseq + 1
            case .last(let roomSeq):
                guard try tables.readRoom(page.room, transaction)?.row.roomSeq == roomSeq else {
                    return .roomMoved
                }
                fallthrough
            case .final:
                (state.rooms, state.partial) = (page.room, 0)
            }
            try tables.apply(
                page.rows, to: all.table(of: projection, state.otherVersion), &state.otherDigest,
                transaction)
            try tables.write(state, of: projection, transaction)
            return .written
        }
    }

    /// Takes rows whose keys begin with `prefix` out of the version that is being built, as many as fit a
    /// page; whether there may be more.
    package func unbuild(
        _ projection: Projection, beginning prefix: [UInt8]
    ) async throws(StoreError) -> Bool {
        let tables = tables
        return try await environment.write { (transaction) throws(StoreError) in
            var (all, state) = try tables.state(of: projection, transaction)
            guard state.status == .building else { return false }
            let table = all.table(of: projection, state.otherVersion)
            let page = try tables.page(
                of: table, beginning: prefix, rows: RowPage.rows, transaction)
            let changes = page.map { RowChange(key: $0.key, value: nil) }
            try tables.apply(changes, to: table, &state.otherDigest, transaction)
            try tables.write(state, of: projection, transaction)
            return !page.isEmpty
        }
    }

    /// Puts the version that was built in use, if no room is left. The rows of the old one are for
    /// ``clear(_:)``.
    package func finishBuilding(_ projection: Projection) async throws(StoreError) -> BuildEnd {
        let tables = tables
        return try await environment.write { (transaction) throws(StoreError) in
            var (_, state) = try tables.state(of: projection, transaction)
            guard state.status == .building else { return .notBuilding }
            guard state.rooms == (try tables.readLastRoom(transaction)) else { return .unfinished }
            let (old, digest) = (state.version, state.digest)
            (state.version, state.digest) = (state.otherVersion, state.otherDigest)
            if projection != .roomState {
                state.position = try tables.readHead(transaction).nextSequence
            }
            state.clear(old)
            try tables.write(state, of: projection, transaction)
            return .inUse(version: old + 1, oldDigest: digest, newDigest: state.digest)
        }
    }

    /// Gives a half-built version up; its rows are for ``clear(_:)``.
    package func cancelBuilding(_ projection: Projection) async throws(StoreError) {
        let tables = tables
        try await environment.write { (transaction) throws(StoreError) in
            var (_, state) = try tables.state(of: projection, transaction)
            guard state.status == .building else { return }
            state.clear(state.otherVersion)
            try tables.write(state, of: projection, transaction)
        }
    }

    /// Deletes rows of a version that is over, as many as fit a page; whether there are more.
    package func clear(_ projection: Projection) async throws(StoreError) -> Bool {
        let tables = tables
        return try await environment.write { (transaction) throws(StoreError) in
            var (all, state) = try tables.state(of: projection, transaction)
            guard state.status == .clearing else { return false }
            let table = all.table(of: projection, state.otherVersion)
            let page = try tables.page(of: table, beginning: [], rows: RowPage.rows, transaction)
            for row in page { try transaction.delete(row.key, in: table) }
            if page.count == RowPage.rows { return true }
            // The time of a page may be over before its rows are.
            guard try transaction.lastKey(in: table) == nil else { return true }
            state.rest()
            try tables.write(state, of: projection, transaction)
            return false
        }
    }
}
