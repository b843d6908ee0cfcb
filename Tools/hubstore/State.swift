import ArgumentParser
import RoomLog
import SnapshotExport

struct State: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows the state of rooms, from their records.")

    @OptionGroup var options: StoreOptions
    @OptionGroup var rooms: RoomOptions

    @Flag(help: "Print one JSON object per room.")
    var json = false

    func run() throws {
        for folded in try rooms.fold(options.open()) {
            let snapshot = RoomSnapshot(folded)
            if json { try emitJSON(snapshot) } else { try emit(printable(snapshot)) }
        }
    }

    private func printable(_ room: RoomSnapshot) -> String {
        var lines = [
            "\(room.room)  \(room.status)  record \(room.seq)  #\(room.roomSeq)",
            "  suite \(room.suite)  group \(room.groupID)  epoch \(room.epoch)",
            "  tree hash                 \(room.treeHash)",
            "  confirmed transcript hash \(room.confirmedTranscriptHash)",
            "  interim transcript hash   \(room.interimTranscriptHash)",
            "  state hash                \(room.stateHash)",
        ]
        lines += (room.policy?.participants ?? []).map { participant in
            let marks =
                (participant.active ? "" : "  inactive")
                + (participant.restricted ? "  restricted" : "")
            return "  participant \(participant.user)  role \(participant.role) "
                + "\(participant.roleName)\(marks)"
        }
        lines += room.members.map { "  leaf \($0.leaf)  \($0.client)" }
        lines += room.pending.map { "  pending \($0.type) by \($0.sender)  \($0.ref)" }
        lines += room.components.sorted { $0.key < $1.key }.map { "  component \($0)  \($1)" }
        lines += room.externalSenders.map { "  external sender \($0)" }
        return lines.map { hubstore.printable($0) }.joined(separator: "\n")
    }
}
