import EventLog
import LMDBStore
import MLSPublicGroup
import RoomLog
import RoomPolicy
import RoomState
import Synchronization

/// A provider's hub: its rooms, judged and kept in a store.
///
/// Every accepted update is on the disk before it is answered. Updates of one room are decided one
/// after another, those of different rooms beside each other. A hub is the only writer of its store;
/// other processes may read it.
///
/// ```swift
/// let key = try HubSigningKey(cipherSuite: 1, privateKey: seed)
/// let hub = try Hub.open(
///     at: "/var/lib/hub", HubConfiguration(domain: "a.example", signingKeys: [key]))
/// let creation = RoomCreation(room: "mimi://a.example/r/1", groupInfo: info, ratchetTree: tree)
/// if case .refused(let refusal) = try await hub.create(creation) { print(refusal) }
/// let answer = try await hub.update("mimi://a.example/r/1", from: "b.example", body)
/// ```
public final class Hub: Sendable {
    private let configuration: HubConfiguration
    private let rooms: RoomLog
    private let growth: LogGrowth
    private let lanes = Mutex<[String: RoomLane]>([:])
    /// The ids of all groups that a room has or is about to have; nil until they are first asked
    /// for.
    private let groupIDs = Mutex<Set<[UInt8]>?>(nil)

    private init(
        _ log: EventLog, _ configuration: HubConfiguration
    ) throws(StoreError) {
        self.configuration = configuration
        growth = LogGrowth(length: try log.head().nextSequence)
        rooms = RoomLog(log, profile: .plain, services: configuration.services)
    }

    /// Opens the store at a path, which is created where nothing is there. The name of the log is the
    /// provider's domain.
    public static func open(
        at path: String, _ configuration: HubConfiguration
    ) throws(HubError) -> Hub {
        guard MIMIURI("mimi://\(configuration.domain)")?.kind == nil,
            MIMIURI("mimi://\(configuration.domain)") != nil
        else { throw .invalidDomain(configuration.domain) }
        do {
            return try Hub(EventLog.open(at: path, access: .readWrite), configuration)
        } catch {
            guard case .notFound = error.reason else { throw .unusableStore("\(error)") }
        }
        do {
            return try Hub(
                EventLog.create(at: path, origin: configuration.domain), configuration)
        } catch {
            throw .unusableStore("\(error)")
        }
    }

    /// Finishes the updates that were begun, ends the sequences of records, and closes the store.
    public func close() async {
        growth.close()
        await rooms.log.close()
    }

    /// What a hub answers to a room's creation.
    public enum CreationAnswer: Hashable, Sendable {
        case created(RoomSummary)
        case refused(HubRefusal)
    }

    /// Creates a room of this provider (B-10). A URI that is taken is refused.
    public func create(_ creation: RoomCreation) async throws(HubError) -> CreationAnswer {
        let settings: RoomSettings
        do {
            settings = try creation.settings(hub: configuration.domain)
        } catch {
            return .refused(error)
        }
        let genesis = GroupGenesis(groupInfo: creation.groupInfo, tree: creation.ratchetTree)
        let services = configuration.services
        switch MIMIRoom.decide(settings, genesis, services) {
        case .rejected(let refusal):
            return .refused(HubRefusal(refusal, of: [], in: nil))
        case .accepted(let events):
            guard let room = try? MIMIRoom(startingWith: events, services) else {
                preconditionFailure("an accepted room can't be started")
            }
            let id = room.group.context.groupID
            guard try reserve(id) else {
                return .refused(
                    HubRefusal(
                        .notAllowed, rule: "A-4", item: "group_id", expected: "one of its own",
                        found: "that of another room"))
            }
            let answer = try await record(RoomFounding(settings, genesis), events, room)
            if case .refused = answer { groupIDs.withLock { _ = $0?.remove(id) } }
            return answer
        }
    }

    /// Takes a group id, unless a room has it.
    private func reserve(_ id: [UInt8]) throws(HubError) -> Bool {
        if groupIDs.withLock({ $0 == nil }) {
            var known = Set<[UInt8]>()
            do throws(RoomLogError) {
                for room in try rooms.all() {
                    if let id = try rooms.groupID(of: room) { known.insert(id) }
                }
            } catch {
                throw HubError(error)
            }
            groupIDs.withLock { $0 = $0 ?? known }
        }
        return groupIDs.withLock { $0?.insert(id).inserted ?? false }
    }

    private func record(
        _ founding: RoomFounding, _ events: [RoomEvent], _ room: MIMIRoom
    ) async throws(HubError) -> CreationAnswer {
        do {
            let position = try await rooms.create(
                founding, events, leading: room, time: configuration.clock())
            growth.grew(to: position.gseq)
            return .created(RoomSummary(room, sequence: position.gseq))
        } catch {
            guard case .conflict = error else { throw HubError(error) }
            let uri = founding.settings.room.description
            return .refused(
                HubRefusal(
                    .notAllowed, rule: "A-4", item: "room", expected: "a URI that is free",
                    found: uri))
        }
    }

    /// Judges an update of a room (MIMI protocol §5.3): `body` is a HandshakeBundle, `provider` the
    /// authenticated domain that sent it. The same body of the same provider gets the same answer
    /// again, if it was accepted.
    public func update(
        _ room: String, from provider: String, _ body: [UInt8]
    ) async throws(HubError) -> UpdateAnswer {
        guard let lane = try lane(of: room) else { return Self.noSuchRoom(room) }
        return try await lane.update(RoomUpdate(from: provider, body))
    }

    /// The room as it is now; nil if there is none of this URI.
    public func summary(of room: String) async throws(HubError) -> RoomSummary? {
        guard let lane = try lane(of: room) else { return nil }
        return await lane.summary
    }

    /// The URIs of all rooms, in the order of their creation.
    public func roomURIs() throws(HubError) -> [String] {
        do {
            return try rooms.all().map { String(decoding: $0.row.uri, as: UTF8.self) }
        } catch {
            throw HubError(error)
        }
    }

    /// The records of all rooms from a place in the log on, and then those that come.
    public func records(from sequence: UInt64 = 0) -> HubRecords {
        HubRecords(rooms: rooms, growth: growth, start: sequence)
    }

    private static func noSuchRoom(_ room: String) -> UpdateAnswer {
        UpdateAnswer(
            HubRefusal(
                .noSuchRoom, rule: "", item: "room", expected: "a room of this hub", found: room))
    }

    /// The lane of a room, which is folded from its records when it is first asked for.
    private func lane(of uri: String) throws(HubError) -> RoomLane? {
        if let lane = lanes.withLock({ $0[uri] }) { return lane }
        guard let (room, last) = try fold(uri) else { return nil }
        return lanes.withLock { lanes in
            // Someone else may have folded it meanwhile.
            if let lane = lanes[uri] { return lane }
            let lane = RoomLane(
                room, at: last, in: rooms, growth, clock: configuration.clock)
            lanes[uri] = lane
            return lane
        }
    }

    private func fold(_ uri: String) throws(HubError) -> (MIMIRoom, RoomLog.Position)? {
        do throws(RoomLogError) {
            guard let room = try rooms.room(Array(uri.utf8)),
                let folded = try rooms.fold(room), let state = folded.state.room
            else { return nil }
            return (state, folded.last)
        } catch {
            throw HubError(error)
        }
    }
}
