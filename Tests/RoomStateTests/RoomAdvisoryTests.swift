import EndpointMessages
import MLSMember
import MLSMessages
import PresentationLanguage
import RoomPolicy
import RoomState
import RuleBook
import TestSupport
import Testing

/// Faults that other hubs and policies had, none of which this one may have; see `AdvisoryTests`.
@Suite struct RoomAdvisoryTests {
    /// A policy that can't be read is no policy: nothing falls back to what allows more.
    @Test func anUndecodableRoomState() throws {
        let founding = Clubhouse.Founding()
        let list = founding.extensions
        guard let place = list.firstIndex(where: { $0.type == .appDataDictionary }) else {
            throw Disagreement("no dictionary")
        }
        let components = try AppDataDictionary(parsing: list[place].data).byComponent
        let services = RoomServices(hubKeys: [Clubhouse.hubKey])
        for component in components.keys.sorted() {
            for data in [[], [0xff], components[component]! + [0]] as [[UInt8]] {
                var changed = components
                changed[component] = data
                let policy = Result { try RoomPolicy(changed, ComponentRegistry()) }
                // An empty list is a list: it allows nobody anything.
                guard case .success(let read) = policy else { continue }
                #expect(data.isEmpty, "\(component)")
                #expect(read.role(of: Clubhouse.user("alice")).capabilities.isEmpty)
            }
            var without = components
            without[component] = nil
            let isRead = (try? RoomPolicy(without, ComponentRegistry())) != nil
            #expect(!isRead || [.roomMetadata, .preauthList].contains(component))
        }
        // The same of an update in a room that has them all.
        let house = try Clubhouse.usual()
        for component in [ComponentID.rolesList, .baseRoomPolicy, .participantList] {
            let update = AppDataUpdate(component, .update([0xff]))
            let sent = try house.proposing(by: "alice1", [.appDataUpdate(update)])
            guard case .rejected = house.room.decide(sent.update, now: Fixtures.now) else {
                Issue.record("\(component) is taken")
                continue
            }
        }
        #expect(services.hubKeys.count == 1)
    }

    /// Each part of a bundle alone would be within bounds; together they are not.
    @Test func aBundleIsJudgedByWhereItEnds() throws {
        var founding = Clubhouse.Founding()
        founding.roles[3].participants = .init(2)
        founding.participants = [("alice", 3), ("bob", 3), ("cathy", 3)]
        let house = try Clubhouse(founding)
        func rule(_ users: [String]) throws -> Rule? {
            let proposals = users.map { house.changing([($0, 0)]) }
            let sent = try house.proposing(by: "alice1", proposals)
            return house.room.decide(sent.update, now: Fixtures.now).refused
        }
        #expect(try rule(["bob"]) == nil)
        #expect(try rule(["cathy"]) == nil)
        #expect(try rule(["bob", "cathy"]) == .roleBounds)
    }

    /// Of two updates that wait for the same room, the second is judged after the first.
    @Test func anUpdateIsJudgedAfterTheOneBefore() throws {
        var house = try Clubhouse.usual()
        try house.commit(by: "alice1", CommitOptions([house.changing([("bob", 3)])]))
        let first = try house.proposing(by: "bob1", [house.changing([("alice", 2)])])
        let second = try house.proposing(by: "alice1", [house.changing([("bob", 2)])])
        #expect(house.room.decide(second.update, now: Fixtures.now).refused == nil)
        #expect(try house.submit(first, by: "bob1") == nil)
        #expect(
            house.room.decide(second.update, now: Fixtures.now).refused == .changeUserRole)
    }

    /// A place is one in the list as it stands, which is not sorted.
    @Test func placesAreThoseOfTheListAsItStands() throws {
        var founding = Clubhouse.Founding()
        founding.participants = [("zoe", 2), ("alice", 3), ("bob", 2)]
        var house = try Clubhouse(founding)
        let update = ParticipantListUpdate(changed: [.init(place: 0, role: 3)], removed: [2])
        try house.commit(by: "alice1", CommitOptions([update.proposal]))
        let list = house.room.committed.participants
        #expect(list.role(of: Clubhouse.user("zoe")) == 3)
        #expect(list.role(of: Clubhouse.user("alice")) == 3)
        #expect(!list.contains(Clubhouse.user("bob")))
        #expect(list.participants.map(\.user) == ["zoe", "alice"].map(Clubhouse.user))
    }

    /// Tree and roles that the hub gives out are of one epoch, before and after each commit.
    @Test func treeAndRolesAreOfOneEpoch() throws {
        var house = try Clubhouse.usual()
        func check() throws {
            let group = house.room.group
            let info = try #require(group.exchangedGroupInfo)
            #expect(info.groupContext.treeHash == group.tree.treeHash)
            let data = info.groupContext.extensions.data(of: .appDataDictionary)
            #expect(data == house.room.committed.dictionary.encoded)
            #expect(info.groupContext.epoch == group.context.epoch)
        }
        try check()
        #expect(try house.propose(by: "alice1", house.changing([("bob", 3)])) == nil)
        // What waits is told beside them, and is not mixed in.
        try check()
        #expect(house.room.committed.participants.role(of: Clubhouse.user("bob")) == 2)
        try house.commit(by: "cathy1")
        try check()
        #expect(house.room.committed.participants.role(of: Clubhouse.user("bob")) == 3)
    }
}

extension Decision {
    /// The rule that refuses it.
    fileprivate var refused: Rule? {
        if case .rejected(let refusal) = self { refusal.rule } else { nil }
    }
}
