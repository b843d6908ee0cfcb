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
    let context: HubContext
    /// The ids of all groups that a room has or is about to have; nil until they are first asked
    /// for.
    private let groupIDs = Mutex<Set<[UInt8]>?>(nil)

    var configuration: HubConfiguration { context.configuration }
    var rooms: RoomLog { context.rooms }

    private init(
        _ log: EventLog, at path: String, _ configuration: HubConfiguration
    ) throws(StoreError) {
        context = try HubContext(log, at: path, configuration)
        context.resume()
    }

    /// Opens the store at a path, which is created where nothing is there. The origin of the log is the
    /// provider's domain; of a restored log, what follows it after a slash tells it from the old one.
    public static func open(
        at path: String, _ configuration: HubConfiguration
    ) throws(HubError) -> Hub {
        guard MIMIURI("mimi://\(configuration.domain)")?.kind == nil,
            MIMIURI("mimi://\(configuration.domain)") != nil
        else { throw .invalidDomain(configuration.domain) }
        try configuration.check()
        do {
            let log = try EventLog.open(
                at: path, access: .readWrite, configuration: configuration.log)
            guard configuration.owns(log.meta.origin) else {
                throw HubError.unusableStore("\(path) is the store of \(log.meta.origin)")
            }
            return try Hub(log, at: path, configuration)
        } catch let error as HubError {
            throw error
        } catch let error as StoreError {
            guard case .notFound = error.reason else { throw .unusableStore("\(error)") }
        } catch {
            preconditionFailure("an error of another kind: \(error)")
        }
        do {
            return try Hub(
                EventLog.create(
                    at: path, origin: configuration.domain, configuration: configuration.log),
                at: path, configuration)
        } catch {
            throw .unusableStore("\(error)")
        }
    }

    /// Finishes what is being written, ends the sequences of records, and closes the store.
    public func close() async {
        await context.close()
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
        let parents = try await parents(of: genesis, for: settings.room.bytes)
        switch MIMIRoom.decide(settings, genesis, parents: parents, services) {
        case .rejected(let refusal):
            let refused = HubRefusal(refusal, of: [], in: nil)
            context.note(refused, of: creation.room, from: configuration.domain)
            return .refused(refused)
        case .accepted(let events):
            guard let room = try? MIMIRoom(startingWith: events, services) else {
                preconditionFailure("an accepted room can't be started")
            }
            let id = room.group.context.groupID
            guard try reserve(id) else {
                return .refused(
                    HubRefusal(
                        .notAllowed, rule: .groupID, item: "group_id", expected: "one of its own",
                        found: "that of another room"))
            }
            let founding = RoomFounding(settings, genesis, parents: parents.readings)
            do throws(HubError) {
                let answer = try await record(founding, events, room)
                if case .refused = answer { groupIDs.withLock { _ = $0?.remove(id) } }
                // The parent may have lost someone meanwhile.
                if room.parent != nil { await (try lane(of: creation.room))?.followParent() }
                return answer
            } catch {
                // What the store holds is not known: it is asked when the next room is made.
                groupIDs.withLock { $0 = nil }
                throw error
            }
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
            let fixed = try FixedRooms(context: context).reserve(room, before: nil)
            defer { fixed.map(context.release) }
            let ticket = context.states.announce()
            let position: RoomLog.Position
            do {
                position = try await rooms.create(
                    founding, events, leading: room, time: configuration.clock())
            } catch {
                context.states.withdraw(ticket)
                throw error
            }
            await context.states.note(ticket, events, .room(room), after: position)
            context.growth.grew(to: position.gseq)
            return .created(RoomSummary(room, sequence: position.gseq))
        } catch let refusal as HubRefusal {
            return .refused(refusal)
        } catch RoomLogError.conflict {
            let uri = founding.settings.room.description
            return .refused(
                HubRefusal(
                    .notAllowed, rule: .groupID, item: "room", expected: "a URI that is free",
                    found: uri))
        } catch let error as RoomLogError {
            throw HubError(error)
        } catch {
            preconditionFailure("an error of another kind: \(error)")
        }
    }

    /// The room that a new one names as its parent.
    private func parents(
        of genesis: GroupGenesis, for room: [UInt8]
    ) async throws(HubError) -> ParentRooms {
        guard let uri = genesis.namedParent else { return [] }
        do {
            guard let lane = try await context.parentLane(uri, of: room) else { return [] }
            return [await lane.asParent]
        } catch {
            throw HubError(error)
        }
    }

    /// Judges an update of a room (MIMI protocol §5.3): `body` is a HandshakeBundle, `provider` the
    /// authenticated domain that sent it. The same body of the same provider gets the same answer
    /// again, if it was accepted.
    public func update(
        _ room: String, from provider: String, _ body: [UInt8]
    ) async throws(HubError) -> UpdateAnswer {
        guard let lane = try lane(of: room) else { return UpdateAnswer(.noSuchRoom(room)) }
        return try await lane.update(RoomUpdate(from: provider, body))
    }

    /// Ends a room for good (B-15): for the operator, also where all clients have gone (H-32). The reason
    /// is kept in the room's last record. What is closed already stays so, and is refused.
    public func close(
        _ room: String, because reason: String
    ) async throws(HubError) -> UpdateAnswer {
        guard let lane = try lane(of: room) else { return UpdateAnswer(.noSuchRoom(room)) }
        return try await lane.close(because: reason)
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
        HubRecords(rooms: rooms, growth: context.growth, start: sequence, room: nil)
    }

    /// The records of one room from a place in the log on, and then those that come; nil if there is
    /// none of this URI.
    public func records(
        of room: String, from sequence: UInt64 = 0
    ) throws(HubError) -> HubRecords? {
        do {
            guard let found = try rooms.room(Array(room.utf8)) else { return nil }
            return HubRecords(
                rooms: rooms, growth: context.growth, start: sequence, room: found.number)
        } catch {
            throw HubError(error)
        }
    }

    /// The lane of a room; nil if there is none of this URI.
    func lane(of uri: String) throws(HubError) -> RoomLane? {
        do {
            return try context.lane(of: uri)
        } catch {
            throw HubError(error)
        }
    }
}
