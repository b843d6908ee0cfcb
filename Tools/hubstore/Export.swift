import ArgumentParser
import EventLog
import LogOperations
import RoomLog
import SnapshotExport
import TransparencyLog

struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints the state of rooms as one JSON document.",
        discussion: "The schema is Schemas/export.schema.json.")

    @OptionGroup var options: StoreOptions
    @OptionGroup var selection: RoomOptions

    @Option(help: "Bring this directory up to the newest checkpoint instead, as C2SP tlog-tiles.")
    var tiles: String?

    func run() throws {
        if let tiles { return try exportTiles(to: tiles) }
        let rooms = try options.open()
        let folded = try selection.fold(rooms)
        let records =
            try selection.at.map { $0 + 1 } ?? { try rooms.log.head().nextSequence }()
        let snapshot = HubSnapshot(
            origin: rooms.log.meta.origin, records: records,
            rooms: folded.map(RoomSnapshot.init))
        try emit(json(String(decoding: try snapshot.json(), as: UTF8.self)))
    }

    private func exportTiles(to directory: String) throws {
        let log = try openLog(options.path, .readOnly)
        guard let newest = try? log.latestCheckpoint(),
            let signed = try? SignedCheckpoint(parsing: newest.note)
        else { throw Failure("the store has no checkpoint; hubstore checkpoint signs one") }
        do {
            let count = try TileDirectory(at: directory).update(from: log, to: signed)
            try emit("\(count) files of \(newest.size) records")
        } catch {
            throw Failure("\(directory): \(error)", code: 1)
        }
    }
}
