import ArgumentParser
import EventLog
import LMDBStore
import RoomLog

/// The store that a command works on.
struct StoreOptions: ParsableArguments {
    @Option(help: "The directory of the store.")
    var store: String?

    @Argument(help: "The directory of the store, instead of --store.")
    var directory: String?

    func validate() throws {
        guard (store == nil) != (directory == nil) else {
            throw ValidationError("Name one store, as --store DIR or DIR.")
        }
        guard store != "", directory != "" else {
            throw ValidationError("The path of the store is empty.")
        }
    }

    /// The directory.
    var path: String { store ?? directory ?? "" }

    /// Opens the store for reading.
    func open() throws -> RoomLog {
        CrashGuard.install()
        do {
            return RoomLog(try EventLog.open(at: path, access: .readOnly), profile: .plain)
        } catch {
            throw Failure("\(path): \(error)")
        }
    }
}

/// Which rooms, and at which time.
struct RoomOptions: ParsableArguments {
    @Option(help: "The URI of a room, or the last part of it; default: all rooms.")
    var room: String?

    @Option(help: "The state after this record of the log; default: the latest.")
    var at: UInt64?

    @Option(help: "The state at the end of this epoch; needs --room.")
    var epoch: UInt64?

    @Option(help: "The state at this time, in milliseconds since 1970.")
    var time: UInt64?

    func validate() throws {
        guard [at, epoch, time].count(where: { $0 != nil }) <= 1 else {
            throw ValidationError("Name one of --at, --epoch and --time.")
        }
        guard epoch == nil || room != nil else {
            throw ValidationError("Each room has epochs of its own: --epoch needs --room.")
        }
    }

    /// Whether all rooms are meant as they are now.
    var isEmpty: Bool { room == nil && isLatest }

    /// Whether the latest state is meant.
    var isLatest: Bool { at == nil && epoch == nil && time == nil }

    /// The rooms asked for that exist at the time asked for, as their records tell them.
    func fold(_ rooms: RoomLog) throws -> [FoldedRoom] {
        do {
            try checkTime(rooms)
            let folded = try selected(rooms).compactMap { try fold($0, rooms) }
            if room != nil, folded.isEmpty { throw Failure("the room has no record there") }
            return folded
        } catch let error as RoomLogError {
            throw Failure("\(error)")
        } catch let error as StoreError {
            throw Failure("\(error)")
        }
    }

    /// A room at the time asked for; nil if it does not exist then. `isReplay`: whatever is kept beside the
    /// records.
    func fold(
        _ room: Room, _ rooms: RoomLog, isReplay: Bool = false
    ) throws(RoomLogError) -> FoldedRoom? {
        let end: UInt64?
        if let epoch {
            end = try rooms.lastRecord(of: room, inEpoch: epoch)
        } else if let time {
            end = try rooms.lastRecord(of: room, atTime: time)
        } else {
            return try isReplay ? rooms.replay(room, through: at) : rooms.fold(room, through: at)
        }
        guard let end else { return nil }
        return try isReplay ? rooms.replay(room, through: end) : rooms.fold(room, through: end)
    }

    /// How many records the log had when the rooms were like that.
    func count(_ rooms: RoomLog, _ folded: [FoldedRoom]) throws -> UInt64 {
        if let at { return at + 1 }
        if isLatest {
            do {
                return try rooms.log.head().nextSequence
            } catch {
                throw Failure("\(error)")
            }
        }
        return (folded.map(\.last.gseq).max()).map { $0 + 1 } ?? 0
    }

    /// The rooms asked for, whenever they came to be.
    func selected(_ rooms: RoomLog) throws -> [Room] {
        let all = try rooms.all()
        guard let room else { return all }
        let named = all.filter { $0.name == room }
        let matches = named.isEmpty ? all.filter { $0.name.hasSuffix("/" + room) } : named
        guard matches.count == 1 else {
            throw Failure("\(matches.isEmpty ? "no room" : "several rooms") named \(room)")
        }
        return matches
    }

    /// Refuses a time after the latest record.
    func checkTime(_ rooms: RoomLog) throws {
        let count = try rooms.log.head().nextSequence
        if let at, at >= count { throw Failure("record \(at) does not exist; there are \(count)") }
    }
}

extension Room {
    /// The URI as text; of the hub itself, "(hub)".
    var name: String {
        number == Room.hub ? "(hub)" : String(decoding: row.uri, as: UTF8.self)
    }
}
