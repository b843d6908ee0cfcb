import RoomState
import TransparencyLog

/// What an audit looks at.
package struct AuditOptions: Sendable {
    package enum Depth: String, CaseIterable, Sendable {
        /// Hashes, chains, indexes, tiles and seals: that the store is as it was written.
        case quick
        /// Also that the records lead to the states that they name.
        case replay
        /// Also that the evidence of every record leads to its events.
        case full
    }

    package var depth = Depth.replay
    /// The room whose states and evidence are looked at; nil for all. Hashes are always looked at of all
    /// rooms: they are of one tree.
    package var room: [UInt8]?
    /// The first record whose evidence is decided again.
    package var from: UInt64 = 0
    /// Whether rows of states are compared after every record, which takes long in large rooms.
    package var checksEveryRow = false
    /// Trees that the log must have had, from outside.
    package var known: [KnownTree] = []
    /// How credentials are understood, and whether they are believed: as the hub's were.
    package var services = RoomServices()
    /// Rooms that are looked at beside each other.
    package var width = 1

    package init() {}
}

/// The size and the root of a log's tree at some time.
package struct KnownTree: Hashable, Sendable {
    /// Where it is known from, for findings.
    package let source: String
    package let head: TreeHead

    package init(source: String, _ head: TreeHead) {
        self.source = source
        self.head = head
    }
}

/// What an audit looked at.
package struct AuditCounts: Hashable, Sendable {
    package var rooms: UInt64 = 0
    /// Records that were folded.
    package var records: UInt64 = 0
    /// Records whose evidence was decided again.
    package var decided: UInt64 = 0
    /// Records whose payloads were taken away.
    package var redacted: UInt64 = 0
    /// Records that could not be folded, as nothing says what was before them.
    package var passed: UInt64 = 0
    /// Commits among those that were decided again. Nobody outside a group can check their confirmation
    /// tags, what they encrypt, and whether their path's keys are of what they encrypt (D-N).
    package var commits: UInt64 = 0

    package init() {}

    static func += (a: inout AuditCounts, b: AuditCounts) {
        a.rooms += b.rooms
        a.records += b.records
        a.decided += b.decided
        a.redacted += b.redacted
        a.passed += b.passed
        a.commits += b.commits
    }
}
