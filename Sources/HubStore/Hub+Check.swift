import EndpointMessages
import EventLog
import LMDBStore
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomLog
import RoomPolicy
import RoomState
import RuleBook

/// What scenarios and tests ask of a hub beyond what providers do.
extension Hub {
    package var log: RoomLog { rooms }

    /// Writes the rows of rooms' states.
    package var states: StateWriter { context.states }

    /// The room as it is in memory.
    package func liveRoom(_ room: String) async throws(HubError) -> MIMIRoom? {
        guard let lane = try lane(of: room) else { return nil }
        return await lane.room
    }

    /// Every promise about a room's state that does not hold: the records lead to the state in memory
    /// (6), the GroupContext says what the policy says (B-8), and every leaf is of a user on the list
    /// (B-5).
    package func brokenPromises(of uri: String) async throws(HubError) -> [String] {
        guard let live = try await liveRoom(uri) else { return ["there is no room"] }
        guard let folded = try folded(uri) else { return ["the room is not in the log"] }
        var broken: [String] = []
        if folded.state.stateHash != live.stateHash {
            broken.append("the records lead to another state")
        }
        if live.group.extensions.dictionary != live.committed.dictionary {
            broken.append("the GroupContext is not what the policy says")
        }
        var leaves: [[UInt8]: Int] = [:]
        for member in live.group.tree.members {
            guard let user = live.user(ofLeaf: member.index),
                live.committed.participants.role(of: user) > Role.banned
            else {
                broken.append("leaf \(member.index) is of nobody on the list")
                continue
            }
            leaves[user, default: 0] += 1
        }
        if LeafCounts(leaves) != live.committedLeaves { broken.append("leaves are counted wrong") }
        return broken
    }

    private func folded(_ uri: String) throws(HubError) -> FoldedRoom? {
        do {
            return try rooms.room(Array(uri.utf8)).flatMap { (room) throws(RoomLogError) in
                try rooms.replay(room)
            }
        } catch {
            throw HubError(error)
        }
    }

    /// All rules that an update breaks, by judging it again without those that refused it. What shapes
    /// the input, rather than judging it, is not left out.
    package func rules(
        brokenBy bundle: [UInt8], from provider: String, in uri: String
    ) throws(HubError) -> [String] {
        let keep: Set<Rule> = [
            .canonicalEncoding, .wireFormat, .groupAndEpoch, .senderContent, .messageSignature,
            .remove, .proposalReference, .oneChangePerLeaf, .importedTree,
        ]
        var found: [Rule] = []
        var services = configuration.services
        do throws(RoomLogError) {
            while found.count < 10 {
                services.enforcement = configuration.enforcement.without(found)
                let log = RoomLog(rooms.log, profile: .plain, services: services)
                guard let room = try FoundRoom(Array(uri.utf8), in: log)?.room,
                    case .rejected(let refusal) = room.decide(
                        RoomUpdate(from: provider, bundle), now: configuration.clock()),
                    !found.contains(refusal.rule)
                else { break }
                found.append(refusal.rule)
                if keep.contains(refusal.rule) { break }
            }
        } catch {
            throw HubError(error)
        }
        return found.map(\.description)
    }
}
