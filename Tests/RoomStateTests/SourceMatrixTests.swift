import MLSMember
import MLSMessages
import RoomState
import RuleBook
import TestSupport
import Testing

/// whatever is sent, by whoever, it comes from the sender's own provider.
@Suite struct SourceMatrixTests {
    private static let domains = [
        "a.example", "b.example", "c.example", "", "A.example", "b.example.",
    ]

    @Test func everySource() throws {
        let house = try Clubhouse.usual()
        var sent: [(user: String, update: RoomUpdate)] = []
        for name in ["alice1", "bob1", "bob2", "cathy1"] {
            let user = Clubhouse.owner(name)
            sent.append((user, try house.proposing(by: name, [.selfRemove]).update))
            let leave = [house.changing([(user, 0)])] + house.removals(of: user)
            sent.append((user, try house.proposing(by: name, leave).update))
            sent.append((user, try house.committing(by: name, CommitOptions()).update))
        }
        sent.append(("eve", try house.joining(as: "eve1", [house.changing([("eve", 4)])]).update))
        sent.append(
            ("dave", try house.joining(as: "dave1", [house.changing([("dave", 4)])]).update))
        var taken = 0
        for (user, update) in sent {
            for domain in Self.domains {
                let moved = RoomUpdate(from: domain, update.bundle)
                let decision = house.room.decide(moved, now: Fixtures.now)
                if domain == Clubhouse.domain(user) {
                    #expect(decision.refusedRule != .sourceProvider, "\(user) from \(domain)")
                    if case .accepted = decision { taken += 1 }
                } else {
                    #expect(decision.refusedRule == .sourceProvider, "\(user) from \(domain)")
                }
            }
        }
        #expect(taken > 8)
    }
}
