import ArgumentParser
import EventLog
import FoundationEssentials
import LMDBStore
import LogOperations
import RoomLog
import SnapshotExport
import TransparencyLog

struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Prints the state of rooms as one JSON document, or exports MLS objects or the log.",
        discussion: """
            The schema of the document is Schemas/export.schema.json. A stream is a portable copy of \
            the log, see docs/streams.md; `import` makes the same log of it.
            """)

    @OptionGroup var options: StoreOptions
    @OptionGroup var selection: RoomOptions

    @Option(help: "Bring this directory up to the newest checkpoint instead, as C2SP tlog-tiles.")
    var tiles: String?

    @Option(help: "Write GroupInfo and ratchet tree of each room into this new directory instead.")
    var mls: String?

    @Flag(help: "Write the log to the standard output as a stream instead.")
    var stream = false

    @Option(help: "The stream's first record; default: 0.")
    var from: UInt64?

    func validate() throws {
        guard mls != "" else { throw ValidationError("The path of the directory is empty.") }
        guard !stream || mls == nil && selection.isEmpty else {
            throw ValidationError("A stream has the whole log, up to its end.")
        }
        guard [mls != nil, tiles != nil, stream].count(where: { $0 }) <= 1 else {
            throw ValidationError("Name one of --mls, --tiles and --stream.")
        }
        guard stream || from == nil else { throw ValidationError("--from is for streams.") }
    }

    func run() throws {
        if let tiles { return try exportTiles(to: tiles) }
        if stream { return try writeStream() }
        let rooms = try options.open()
        let folded = try selection.fold(rooms)
        if let mls { return try write(folded, of: rooms, to: URL(filePath: mls)) }
        let snapshot = HubSnapshot(
            origin: rooms.log.meta.origin, records: try selection.count(rooms, folded),
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

    private func writeStream() throws {
        let log = try openLog(options.path, .readOnly)
        let output = OutputFile()
        try operation(options.path) { () throws(StoreError) in
            _ = try log.export(from: from ?? 0, withRows: false) { (bytes) throws(StoreError) in
                try output.write(bytes)
            }
        }
    }

    private func write(_ folded: [FoldedRoom], of rooms: RoomLog, to directory: URL) throws {
        var index = MLSObjectsIndex(origin: rooms.log.meta.origin)
        let files = FileManager.default
        do {
            try files.createDirectory(at: directory, withIntermediateDirectories: false)
            for room in folded {
                let objects = MLSObjects(room)
                let place = directory.appending(path: index.add(room, objects))
                try files.createDirectory(at: place, withIntermediateDirectories: false)
                if let groupInfo = objects.groupInfo {
                    try Data(groupInfo).write(to: place.appending(path: "groupinfo.mls"))
                }
                try Data(objects.ratchetTree).write(
                    to: place.appending(path: "ratchet_tree.mls"))
            }
            try HubSnapshot.encoder(pretty: true).encode(index)
                .write(to: directory.appending(path: "rooms.json"))
        } catch {
            throw Failure("\(directory.path) can't be written, or exists", code: 3)
        }
        try emit(printable("\(folded.count) rooms"))
    }
}
