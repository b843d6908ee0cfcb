import EndpointMessages
import MLSMember
import MLSMessages
import PresentationLanguage
import RoomPolicy
import RoomState
import Synchronization
import TestSupport

/// Valid updates of a room, as its members make them.
enum RoomMove: UInt8, CaseIterable {
    typealias Sent = Clubhouse.Sent

    case emptyCommit, invite, leave, ban, join, promote, rename, update, list, hubRemoval, kick
    case secondClient

    /// Nil where nobody can make it any more.
    func make(in house: inout Clubhouse) -> (sent: Sent, by: String)? {
        let by = self == .leave ? "cathy1" : self == .update ? "bob1" : "alice1"
        return (try? sent(in: &house, by: by)).map { ($0, self == .join ? "eve1" : by) }
    }

    private func sent(in house: inout Clubhouse, by name: String) throws -> Sent {
        switch self {
        case .emptyCommit: return try house.committing(by: name, CommitOptions())
        case .invite:
            let package = try Clubhouse.keyPackage("dave1").keyPackage
            return try house.committing(
                by: name, CommitOptions([house.changing([("dave", 2)]), .add(package)]))
        case .leave:
            return try house.proposing(by: name, [house.changing([("cathy", 0)]), .selfRemove])
        case .ban:
            return try house.proposing(
                by: name, [house.changing([("bob", 1)])] + house.removals(of: "bob"))
        case .join: return try house.joining(as: "eve1", [house.changing([("eve", 4)])])
        case .promote:
            return try house.committing(by: name, CommitOptions([house.changing([("cathy", 3)])]))
        case .rename:
            var metadata = RoomMetadata(uri: Clubhouse.uri.bytes)
            metadata.name = Text("other")
            return try house.proposing(
                by: name,
                [.appDataUpdate(AppDataUpdate(.roomMetadata, .update(metadata.encoded)))])
        case .update:
            guard var member = house.members[name] else { throw Disagreement("gone") }
            return house.sent(try member.proposeUpdate(), by: name)
        case .list: return try house.proposing(by: name, [house.changing([("frank", 2)])])
        case .hubRemoval: return try house.hubProposing(house.changing([("frank", 2)]))
        case .kick:
            let removals = house.removals(of: "bob")
            guard !removals.isEmpty else { throw Disagreement("gone") }
            return try house.proposing(by: name, removals)
        case .secondClient:
            let package = try Clubhouse.keyPackage("alice2").keyPackage
            return try house.committing(by: name, CommitOptions([.add(package)]))
        }
    }
}

extension Clubhouse {
    /// An update that is one proposal.
    fileprivate func sent(_ made: MadeProposal, by name: String) -> Sent {
        let bundle = HandshakeBundle(made.message, .proposals([]))
        return Sent(
            update: RoomUpdate(from: Self.domain(Self.owner(name)), bundle.encoded),
            proposals: [made])
    }
}

/// A state of the room that valid updates lead to, with those that may follow. Each is made once.
final class RoomStates: Sendable {
    /// Updates from the founded room to the last one.
    static let depth = 3
    static let founded: RoomStates = {
        do {
            return RoomStates(try Clubhouse.usual(), depth)
        } catch {
            fatalError("\(error)")
        }
    }()

    private struct Step {
        let sent: RoomMove.Sent
        let next: RoomStates?
    }

    private let house: Clubhouse
    private let left: Int
    private let steps = Mutex<[RoomMove: Step?]>([:])

    private init(_ house: Clubhouse, _ left: Int) {
        self.house = house
        self.left = left
    }

    var room: MIMIRoom { house.room }

    /// The valid update of a number, where there is one.
    func sent(_ number: UInt8) -> RoomMove.Sent? { step(number)?.sent }

    /// The state that it leads to; nil where it is refused, or leads too far.
    func following(_ number: UInt8) -> RoomStates? { step(number)?.next }

    private func step(_ number: UInt8) -> Step? {
        guard left > 0, let move = RoomMove(rawValue: number % UInt8(RoomMove.allCases.count))
        else { return nil }
        return steps.withLock { steps in
            if let known = steps[move] { return known }
            let step = make(move)
            steps[move] = .some(step)
            return step
        }
    }

    private func make(_ move: RoomMove) -> Step? {
        var next = house
        guard let (sent, name) = move.make(in: &next) else { return nil }
        let refusal = try? next.submit(sent, by: name)
        return Step(
            sent: sent, next: refusal == .some(nil) ? RoomStates(next, left - 1) : nil)
    }
}
