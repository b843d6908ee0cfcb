import ArgumentParser
import RoomLog
import SnapshotExport

struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints the state of rooms as one JSON document.",
        discussion: "The schema is Schemas/export.schema.json.")

    @OptionGroup var options: StoreOptions
    @OptionGroup var selection: RoomOptions

    func run() throws {
        let rooms = try options.open()
        let folded = try selection.fold(rooms)
        let records =
            try selection.at.map { $0 + 1 } ?? { try rooms.log.head().nextSequence }()
        let snapshot = HubSnapshot(
            origin: rooms.log.meta.origin, records: records,
            rooms: folded.map(RoomSnapshot.init))
        try emit(json(String(decoding: try snapshot.json(), as: UTF8.self)))
    }
}
