import EventLog
import LMDBStore
import RoomLog
import Synchronization

/// What the rooms of a hub share.
final class HubContext: Sendable {
    let configuration: HubConfiguration
    let rooms: RoomLog
    /// Says what was signed last.
    let anchor: Anchor
    /// Of the log.
    let growth: LogGrowth
    /// Of what was ever put into queues since the hub was opened, by how many times.
    let deliveries = LogGrowth(length: 0)
    let consents: ConsentKeeper
    /// Writes the rows of rooms' states.
    let states: StateWriter
    private let journal: RefusalJournal
    private let lanes = Mutex<[String: RoomLane]>([:])
    /// What is about to be taken by a room, so that no other takes it: ids of groups, sets of users.
    private let reserved = Mutex<Set<[UInt8]>>([])

    init(
        _ log: EventLog, at path: String, _ configuration: HubConfiguration
    ) throws(StoreError) {
        anchor = configuration.anchor.map { Anchor(path: $0) } ?? .beside(store: path)
        self.configuration = configuration
        growth = LogGrowth(length: try log.head().nextSequence)
        rooms = RoomLog(log, profile: .plain, services: configuration.services)
        // Lists of participants and child rooms without the last records would be wrong.
        if let projection = try rooms.lagging().first {
            throw StoreError(
                .damaged(
                    table: "proj", number: 0,
                    what: "\(projection.rawValue) does not count the last records in"))
        }
        consents = ConsentKeeper(log)
        states = try StateWriter(rooms)
        journal = try RefusalJournal(log, limit: configuration.limits.refusals)
    }

    /// The lane of a room, which is read from the store when it is first asked for; nil if there is
    /// no MIMI room of this URI.
    func lane(of uri: String) throws(RoomLogError) -> RoomLane? {
        if let lane = lanes.withLock({ $0[uri] }) { return lane }
        guard let found = try FoundRoom(Array(uri.utf8), in: rooms) else { return nil }
        return lanes.withLock { lanes in
            // Someone else may have folded it meanwhile.
            if let lane = lanes[uri] { return lane }
            states.found(found.opened)
            let lane = RoomLane(found, in: self)
            lanes[uri] = lane
            // Someone may have left its parent just before the hub stopped (E-19).
            if found.room.parent != nil { Task { await lane.followParent() } }
            return lane
        }
    }

    /// Lets all child rooms follow their parents, and the rows of states the records.
    func resume() {
        states.catchUp()
        Task {
            for uri in (try? children()) ?? [] {
                _ = try? lane(of: String(decoding: uri, as: UTF8.self))
            }
        }
    }

    /// Whether nobody else is about to take it.
    func reserve(_ key: [UInt8]) -> Bool {
        reserved.withLock { $0.insert(key).inserted }
    }

    func release(_ key: [UInt8]) {
        _ = reserved.withLock { $0.remove(key) }
    }

    /// Writes a refusal into the journal, some time.
    func note(_ refusal: HubRefusal, of room: String, from provider: String) {
        journal.note(
            RefusedRequest(
                time: configuration.clock(), room: room, provider: provider, refusal: refusal))
    }

    func close() async {
        growth.close()
        deliveries.close()
        await journal.finish()
        await states.close()
        await rooms.log.close()
    }
}
