import ArgumentParser
import EventLog
import LMDBStore
import RoomLog
import SnapshotExport

struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Rebuilds rooms from their records and compares every record's state hash.")

    @OptionGroup var options: StoreOptions
    @OptionGroup var selection: RoomOptions

    @Flag(help: "Print one JSON object per room.")
    var json = false

    func run() throws {
        let rooms = try options.open()
        var failed = false
        for room in try select(rooms) {
            do {
                guard let folded = try selection.fold(room, rooms, isReplay: true) else { continue }
                if selection.isLatest { try rooms.checkIndexes(of: room, folded) }
                try report(ReplayReport(room: room.name, RoomSnapshot(folded)))
            } catch let error as RoomLogError {
                failed = true
                try report(ReplayReport(room: room.name, problem: "\(error)"))
            }
        }
        if selection.isEmpty {
            do {
                try rooms.checkHead()
            } catch {
                failed = true
                try report(ReplayReport(room: "the log", problem: "\(error)"))
            }
        }
        if failed { throw ExitCode(1) }
    }

    private func select(_ rooms: RoomLog) throws -> [Room] {
        do {
            try selection.checkTime(rooms)
            return try selection.selected(rooms)
        } catch let error as StoreError {
            throw Failure("\(error)")
        } catch let error as RoomLogError {
            throw Failure("\(error)")
        }
    }

    private func report(_ report: ReplayReport) throws {
        if json { try emitJSON(report) } else { try emit(printable(report.line)) }
    }
}

/// What came of replaying a room.
private struct ReplayReport: Encodable {
    let room: String
    let ok: Bool
    var records: UInt64?
    var epoch: UInt64?
    var stateHash: String?
    var treeHash: String?
    var groupContext: String?
    var detail: String?

    private enum CodingKeys: String, CodingKey {
        case room, ok, records, epoch, detail
        case stateHash = "state_hash"
        case treeHash = "tree_hash"
        case groupContext = "group_context"
    }

    init(room: String, _ snapshot: RoomSnapshot) {
        self.room = room
        ok = true
        records = snapshot.roomSeq + 1
        epoch = snapshot.epoch
        stateHash = snapshot.stateHash
        treeHash = snapshot.treeHash
        groupContext = snapshot.groupContext
    }

    init(room: String, problem: String) {
        self.room = room
        ok = false
        detail = problem
    }

    var line: String {
        guard ok, let records, let epoch, let stateHash else {
            return "FAIL  \(room)  \(detail ?? "")"
        }
        return "ok    \(room)  \(records) records  epoch \(epoch)  state \(stateHash)"
    }
}
