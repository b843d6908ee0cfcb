import EndpointMessages
import EventLog
import HubStore
import MLSCrypto
import MLSMember
import MLSMessages
import RoomLog
import RoomState
import Scenario

/// What must hold after every step.
extension SimulatedRoom {
    /// The references of what waits at the hub, if all else is as the model says.
    func references(at next: ModelRoom) async throws -> [[UInt8]?] {
        guard let live = try await store.hub.liveRoom(uri) else {
            throw SimulationError("\(uri) is gone")
        }
        let reading = try Reading(live, hub: next.hub)
        try compare("epoch", reading.epoch, next.epoch)
        try compare("committed", reading.committed, next.committed)
        let effective = next.effective
        try compare("list", reading.effective.users, effective.users)
        try compare("policy", reading.effective.words, effective.words)
        try compare("providers", reading.effective.followers, effective.followers)
        let counts = Dictionary(grouping: effective.clients, by: \.user).mapValues(\.count)
        try compare("clients to be", reading.effectiveClients, counts)
        try compare(
            "what waits", reading.waiting.map { Named($0) }, next.waiting.map { Named($0) })
        for (found, own) in zip(reading.waiting, next.waiting) where own.reference != nil {
            try compare("reference", found.reference, own.reference)
        }
        try checkOrder(of: reading)
        return reading.waiting.map(\.reference)
    }

    /// What waits, whatever it is called.
    private struct Named: Hashable {
        let item: Item
        let sender: Motion.Sender

        init(_ waiting: ModelRoom.Waiting) {
            (item, sender) = (waiting.item, waiting.sender)
        }
    }

    /// Promise 3 by itself, whatever the model expected: nobody's client is in the group without its user.
    private func checkOrder(of reading: Reading) throws {
        for client in reading.committed.clients
        where reading.committed.role(of: client.user) <= RoleTable.banned {
            throw SimulationError("\(client) is in the group and its user not on the list")
        }
    }

    private func compare<T: Equatable>(_ what: String, _ found: T, _ expected: T) throws {
        guard found != expected else { return }
        throw SimulationError("\(what) of \(uri): \(found), not \(expected)")
    }

    /// Promise 6, for this room: the records lead to the live state.
    func checkFold() async throws {
        let rooms = store.hub.log
        guard let room = try rooms.room(Array(uri.utf8)),
            let live = try await store.hub.liveRoom(uri)
        else { throw SimulationError("\(uri) is gone") }
        folded = try rooms.fold(room, from: folded)
        guard let folded, folded.state.stateHash == live.stateHash,
            folded.last.gseq == room.row.gseq, room.row.stateHash == live.stateHash
        else { throw SimulationError("the records of \(uri) do not lead to its state") }
    }

    /// What a record says that it did to the list is what the model says.
    func checkEvents(of record: Record, from before: ModelRoom) throws {
        let (old, new) = (before.effective.users, model.effective.users)
        var found: [String: UInt32] = [:]
        for event in try RoomLog.events(of: record) {
            switch event {
            case .participantAdded(let pair):
                let user = String(decoding: pair.user, as: UTF8.self)
                try compare("an added user", old[user], nil)
                found[user] = pair.role
            case .roleChanged(let pair):
                let user = String(decoding: pair.user, as: UTF8.self)
                guard old[user] != nil else { throw SimulationError("\(user) has no role yet") }
                found[user] = pair.role
            case .participantRemoved(let user):
                found[String(decoding: user, as: UTF8.self)] = RoleTable.nobody
            default: break
            }
        }
        var expected: [String: UInt32] = [:]
        for user in Set(old.keys).union(new.keys) where old[user] != new[user] {
            expected[user] = new[user] ?? RoleTable.nobody
        }
        try compare("the changes that record \(record.envelope.gseq) names", found, expected)
    }

    // MARK: Members

    /// Takes a delivery to the room's clients of a provider.
    func take(_ delivery: HubDelivery, at domain: String) throws {
        let withheld = Set(delivery.withheldFrom)
        for message in try FanoutMessage.list(parsing: delivery.body) {
            let barred = self.withheld[message.message.encoded, default: []]
            guard barred.allSatisfy({ $0.domain != domain || withheld.contains($0) }) else {
                throw SimulationError("a message goes to \(barred), who must go")
            }
            for name in performers.keys.sorted() where name.domain == domain {
                guard var performer = performers[name] else { continue }
                performer.member?.profile = credulous
                let isReadable = !withheld.contains(name.user)
                do {
                    try performer.take(message, isReadable: isReadable, credulous)
                } catch {
                    throw SimulationError(
                        "\(name) can't take delivery \(delivery.position): \(error)")
                }
                // Secrets of all past epochs are of no use here.
                performer.member?.psks = .init()
                performers[name] = performer
            }
        }
    }

    /// Everybody who has everything: the members are those of the model, and see the hub's GroupContext.
    func checkMembers() async throws {
        guard let live = try await store.hub.liveRoom(uri) else { return }
        try compare("members", Set(members), model.committed.clients)
        for name in members {
            guard let member = performers[name]?.member else { continue }
            guard member.group.context == live.group.context else {
                throw SimulationError("\(name) sees another GroupContext than the hub")
            }
        }
    }
}
