import EventLog
import LMDBStore
import MLSCrypto
import PresentationLanguage
import RoomState

/// The rows of projections, compared with what the records make.
extension RoomLog {
    /// Everything in which the rows of a store are not those that follow from its records, and digests and
    /// positions not those of the rows. Of a store that is written to meanwhile, what changed may be found.
    package func checkProjections() throws(RoomLogError) -> [ProjectionFinding] {
        var findings: [ProjectionFinding] = []
        do {
            // A store of an earlier schema has none.
            guard try log.state(of: .roomState) != nil else { return [] }
            var expected: [Projection: [[UInt8]: [UInt8]]] = [:]
            for room in try all() {
                let folded: FoldedRoom
                do {
                    guard let found = try replay(room) else { continue }
                    folded = found
                } catch {
                    findings.append(
                        ProjectionFinding(
                            .roomState, room.number.encoded, expected: "records that can be folded",
                            actual: "\(error)"))
                    continue
                }
                findings += try stateFindings(room)
                guard let state = folded.state.room else { continue }
                for projection in Projection.inline {
                    for row in InlineRows.rows(of: projection, in: state) {
                        expected[projection, default: [:]][row.key] = row.value
                    }
                }
            }
            for projection in Projection.inline {
                findings += try rowFindings(projection, expected[projection] ?? [:])
            }
            for projection in Projection.allCases { findings += try digestFindings(projection) }
        } catch let error as RoomLogError {
            throw error
        } catch let error as StoreError {
            throw .store(error)
        } catch {
            preconditionFailure("an error of another kind: \(error)")
        }
        return findings
    }

    private func rowFindings(
        _ projection: Projection, _ expected: [[UInt8]: [UInt8]]
    ) throws -> [ProjectionFinding] {
        var actual: [[UInt8]: [UInt8]] = [:]
        try log.allRows(beginning: [], of: projection) { actual[$0] = $1 }
        return Self.differences(projection, expected, actual)
    }

    private static func differences(
        _ projection: Projection, _ expected: [[UInt8]: [UInt8]], _ actual: [[UInt8]: [UInt8]]
    ) -> [ProjectionFinding] {
        Set(expected.keys).union(actual.keys).filter { expected[$0] != actual[$0] }
            .sorted { $0.lexicographicallyPrecedes($1) }
            .map {
                ProjectionFinding(
                    projection, $0, expected: text(expected[$0]), actual: text(actual[$0]))
            }
    }

    private static func text(_ value: [UInt8]?) -> String {
        guard let value else { return "no row" }
        let start = value.prefix(64).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return value.count > 64
            ? "\(start)… (\(value.count) bytes, SHA-256 \(SHA256.hash(value)))" : start
    }

    /// Digest and position as they are kept.
    private func digestFindings(_ projection: Projection) throws -> [ProjectionFinding] {
        guard let state = try log.state(of: projection) else { return [] }
        var findings: [ProjectionFinding] = []
        var digest = RowDigest()
        try log.allRows(beginning: [], of: projection) { digest.add($0, $1) }
        if digest != state.digest {
            findings.append(
                ProjectionFinding(
                    projection, expected: "rows of the digest \(state.digest)",
                    actual: "\(digest)"))
        }
        let end = try log.head().nextSequence
        let isBehind = projection != .roomState && state.position < end
        if isBehind || state.position > end {
            findings.append(
                ProjectionFinding(
                    projection, expected: "position \(end)", actual: "\(state.position)"))
        }
        return findings
    }

    /// The rows of a room's state are those of where they stand. A room may have none: they are written
    /// behind.
    private func stateFindings(_ room: Room) throws -> [ProjectionFinding] {
        let rows: RoomRows
        do throws(StoreError) {
            guard let found = try log.roomRows(of: room.number) else { return [] }
            rows = found
        } catch {
            return [
                ProjectionFinding(
                    .roomState, room.number.encoded, expected: "rows of the room",
                    actual: "\(error)")
            ]
        }
        guard let folded = try replay(room, through: rows.head.gseq),
            folded.last.gseq == rows.head.gseq
        else {
            return [
                ProjectionFinding(
                    .roomState, room.number.encoded, expected: "a record of the room",
                    actual: "record \(rows.head.gseq)")
            ]
        }
        return Self.differences(
            .roomState,
            Self.dictionary(RoomStateRows.all(of: folded.state, after: folded.last), room),
            Self.dictionary(rows, room))
    }

    private static func dictionary(_ rows: RoomRows, _ room: Room) -> [[UInt8]: [UInt8]] {
        var dictionary = Dictionary(
            rows.rows.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
        dictionary[room.number.encoded] = rows.head.encoded
        return dictionary
    }

    /// Folds a room and lets rows follow each record as they would if each were written at once. After each
    /// they must be all rows of the state, and lead to the state hash of the record's envelope.
    package func checkStateRows(of room: Room) throws(RoomLogError) -> [ProjectionFinding] {
        do throws(RoomLogError) {
            return try checkStateRows(of: room, from: nil)
        } catch {
            guard case .redacted = error else { throw error }
            var ignored: [ProjectionFinding] = []
            let start = try newestSnapshot(of: room, through: nil, &ignored)
            return try checkStateRows(of: room, from: start)
        }
    }

    private func checkStateRows(
        of room: Room, from start: FoldedRoom?
    ) throws(RoomLogError) -> [ProjectionFinding] {
        var findings: [ProjectionFinding] = []
        var rows: [[UInt8]: [UInt8]] = [:]
        var width = 1
        _ = try fold(room, from: start) { record, events, state in
            let tree = state.group.tree
            var changed = ChangedPlaces()
            changed.note(events, in: tree)
            let places =
                rows.isEmpty
                ? Set(0..<2 * tree.width - 1) : changed.all(from: width, to: tree.width)
            for change in RoomStateRows.changes(of: places, in: tree, room.number) {
                rows[change.key] = change.value
            }
            width = tree.width
            let all = RoomStateRows.all(of: state, after: record)
            let expected = Dictionary(
                all.rows.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
            findings += Self.differences(.roomState, expected, rows)
            let sorted = rows.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            do throws(ProjectionFinding) {
                let found = RoomRows(head: all.head, rows: sorted.map { ($0.key, $0.value) })
                _ = try RoomStateRows.state(of: found, in: room, self)
            } catch {
                findings.append(error)
            }
        }
        return findings
    }
}
