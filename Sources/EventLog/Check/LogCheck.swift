import LMDBStore
import MLSCrypto
import TransparencyLog

/// Compares everything in a log with everything else: records with their chains, indexes, tree and
/// tiles, and every other row with its seal. It reads in short transactions, so that it may run beside a
/// hub; what was appended after it began is left out.
///
/// Flaws are handed to `report` as they are found, and the check goes on behind them.
package struct LogCheck {
    let log: EventLog
    let tables: LogTables
    /// Records that the log had when the check began.
    package let size: UInt64
    package let head: Head
    let report: (LogFlaw) -> Void
    /// What the records say of each room, up to the one that was looked at last.
    var rooms: [UInt64: SeenRoom] = [:]
    var frontier = MerkleFrontier()
    var lastTime: UInt64 = 0
    /// Whether every leaf of the tree is known so far.
    var hasAllLeaves = true
    /// The root at each size that is asked for.
    var roots: [UInt64: Digest32] = [:]
    let checkpoints: [StoredCheckpoint]
    /// Rows that belong to the records, to be compared with how many there are.
    var payloadRows: UInt64 = 0
    var redactions: UInt64 = 0
    var answers: UInt64 = 0

    struct SeenRoom {
        var last: Envelope
        /// Whether a record was missing since.
        var isBroken = false
    }

    /// Begins a check; throws where not even the head can be read. `sizes` are those of which the
    /// roots are wanted, beside those of the checkpoints.
    package init(
        _ log: EventLog, roots sizes: [UInt64] = [], report: @escaping (LogFlaw) -> Void
    ) throws(StoreError) {
        self.log = log
        self.report = report
        tables = log.tables
        head = try log.head()
        size = head.nextSequence
        for size in sizes { roots[size] = .zero }
        // What can't be read there is a flaw of its row.
        checkpoints = (try? log.allCheckpoints()) ?? []
        for checkpoint in checkpoints { roots[checkpoint.size] = .zero }
        roots[0] = frontier.root
    }

    /// The root of the tree of the first `size` records, once they were looked at; nil if it was not
    /// asked for, or can't be told.
    package func root(ofSize size: UInt64) -> Digest32? {
        guard size <= frontier.size, hasAllLeaves, let root = roots[size], root != .zero
        else { return nil }
        return root
    }

    /// Looks at everything. `each` is called with every record that could be read, in their order.
    package mutating func run(_ each: (Record) -> Void = { _ in }) {
        checkRecords(each)
        checkHead()
        checkTree()
        checkRooms()
        checkCounts()
        checkSealedRows()
    }

    /// Calls `body` in a read transaction; what it throws is a flaw, and nil.
    func reading<T>(
        _ code: LogFlaw.Code, gseq: UInt64? = nil, room: UInt64? = nil, expected: String,
        _ body: (borrowing ReadTransaction) throws(StoreError) -> T
    ) -> T? {
        do throws(StoreError) {
            return try log.environment.read(body)
        } catch {
            report(LogFlaw(error, code, gseq: gseq, room: room, expected: expected))
            return nil
        }
    }
}
