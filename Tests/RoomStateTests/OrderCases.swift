import EndpointMessages
import MLSMember
import MLSMessages
import PresentationLanguage
import RoomPolicy
import RoomState
import RuleBook
import TestSupport
import Testing

/// An update that a rule refuses, and what is said to it without that rule.
struct OrderCase: Sendable, CustomTestStringConvertible {
    let rule: Rule
    let name: String
    let decide: @Sendable (Enforcement) throws -> Decision

    var testDescription: String { "\(rule): \(name)" }

    /// An update for a room; `build` makes both.
    static func update(
        _ rule: Rule, _ name: String,
        _ build: @escaping @Sendable () throws -> (Clubhouse, Clubhouse.Sent)
    ) -> OrderCase {
        OrderCase(rule: rule, name: name) { enforcement in
            let (house, sent) = try build()
            var services = house.services
            services.enforcement = enforcement
            let decision = try house.replayed(services).decide(sent.update, now: Fixtures.now)
            if case .accepted(let events) = decision {
                // What a suspended rule lets through must not trap either.
                var room = try house.replayed(services)
                try? room.apply(events)
            }
            return decision
        }
    }

    /// The founding of a room.
    static func founding(
        _ rule: Rule, _ name: String,
        _ edit: @escaping @Sendable (inout Clubhouse.Founding) -> Void
    ) -> OrderCase {
        OrderCase(rule: rule, name: name) { enforcement in
            var founding = Clubhouse.Founding()
            edit(&founding)
            let services = RoomServices(hubKeys: [Clubhouse.hubKey], enforcement: enforcement)
            return MIMIRoom.decide(founding.settings, try founding.make().genesis, services)
        }
    }
}

let orderCases: [OrderCase] =
    [
        .founding(.leafUsers, "a leaf of nobody on the list") { $0.participants = [("bob", 3)] },
        .founding(.hubSender, "not among the external senders") { $0.externalSenders = [] },
        .founding(.genesis, "not required") { $0.required.proposals = [.appDataUpdate] },
        .founding(.genesis, "a room of another provider") {
            $0.settings = RoomSettings(room: Clubhouse.uri, hub: "b.example")
            $0.externalSenders = [Clubhouse.hubKey.externalSender(of: "b.example")]
        },
        .update(.roomClosed, "a commit to a closed room") {
            var house = try Clubhouse.usual()
            let sent = try house.committing(by: "alice1", CommitOptions())
            try house.close()
            return (house, sent)
        },
        .update(.sourceProvider, "another's user") {
            let house = try Clubhouse.usual()
            var sent = try house.proposing(by: "bob1", [.selfRemove])
            sent.update = RoomUpdate(from: "c.example", sent.update.bundle)
            return (house, sent)
        },
        .update(.mustInclude, "a removal left out") {
            var house = try Clubhouse.usual()
            let leaf = house.members["bob2"]!.leafIndex
            #expect(try house.propose(by: "alice1", .remove(leaf: leaf)) == nil)
            return (house, try house.committing(by: "cathy1", naming([])))
        },
        .update(.mustInclude, "a change of the list left out") {
            var house = try Clubhouse.usual()
            let promote = house.changing([("bob", 3)])
            #expect(try house.propose(by: "alice1", promote) == nil)
            return (house, try house.committing(by: "cathy1", naming([])))
        },
        .update(.confirmation, "a dictionary that is not the room's") {
            var house = try Clubhouse.usual()
            try issue(&house, withoutRequired)
            try house.commit(by: "alice1")
            try issue(&house, withoutMetadata)
            return (house, try house.committing(by: "alice1", CommitOptions()))
        },
    ] + userCases + bundleCases

/// A commit that names what is given.
private func naming(_ references: [[UInt8]]) -> CommitOptions {
    var options = CommitOptions()
    options.references = references
    return options
}

private let userCases: [OrderCase] = [
    .update(.userBeforeClients, "a client of nobody on the list") {
        let house = try Clubhouse.usual()
        let package = try Clubhouse.keyPackage("eve1").keyPackage
        return (house, try house.proposing(by: "alice1", [.add(package)]))
    },
    .update(.userBeforeClients, "a client of a user who is being removed") {
        var house = try Clubhouse.usual()
        let proposals = [house.changing([("bob", 0)])] + house.removals(of: "bob")
        #expect(try house.submit(house.proposing(by: "alice1", proposals), by: "alice1") == nil)
        return (house, try house.joining(as: "bob3"))
    },
    .update(.clientsBeforeUser, "a removed user with a client") {
        let house = try Clubhouse.usual()
        let proposals = [house.changing([("bob", 0)]), house.removals(of: "bob")[0]]
        return (house, try house.proposing(by: "alice1", proposals))
    },
    .update(.clientsBeforeUser, "a banned user with clients") {
        let house = try Clubhouse.usual()
        return (house, try house.proposing(by: "alice1", [house.changing([("bob", 1)])]))
    },
    .update(.restricted, "a proposal of a removed user") {
        let house = try removing("cathy")
        let leaf = house.members["bob1"]!.leafIndex
        return (house, try house.proposing(by: "cathy1", [.remove(leaf: leaf)]))
    },
    .update(.restricted, "a commit of a removed user") {
        let house = try removing("cathy")
        return (house, try house.committing(by: "cathy1", naming([])))
    },
    .update(.leaverCommits, "a client that is being removed") {
        var house = try Clubhouse.usual()
        let leaf = house.members["bob2"]!.leafIndex
        #expect(try house.propose(by: "bob1", .remove(leaf: leaf)) == nil)
        return (house, try house.committing(by: "bob2", naming([])))
    },
    .update(.oneChangePerUser, "two roles") {
        var house = try Clubhouse.usual()
        #expect(try house.propose(by: "alice1", house.changing([("bob", 3)])) == nil)
        return (house, try house.proposing(by: "alice1", [house.changing([("bob", 4)])]))
    },
    .update(.oneChangePerUser, "added twice in a commit") {
        let house = try Clubhouse.usual()
        let adds = (0..<2).map { _ in house.changing([("eve", 2)]) }
        return (house, try house.committing(by: "alice1", CommitOptions(adds)))
    },
    .update(.includeSelfRemoves, "one left out") {
        var house = try Clubhouse.usual()
        #expect(try house.propose(by: "bob2", .selfRemove) == nil)
        let join = house.changing([("eve", 4)])
        return (house, try house.joining(as: "eve1", [join], references: []))
    },
]

private let bundleCases: [OrderCase] = [
    .update(.exclusiveUpdates, "metadata twice") {
        var house = try Clubhouse.usual()
        #expect(try house.propose(by: "alice1", naming("one")) == nil)
        return (house, try house.proposing(by: "alice1", [naming("two")]))
    },
    .update(.exclusiveUpdates, "roles and the list") {
        var house = try Clubhouse.usual()
        #expect(try house.propose(by: "alice1", house.changing([("eve", 2)])) == nil)
        let roles = RolesList(Clubhouse.roles).encoded
        let update = Proposal.appDataUpdate(AppDataUpdate(.rolesList, .update(roles)))
        return (house, try house.proposing(by: "alice1", [update]))
    },
    .update(.exclusiveUpdates, "preauthorizations and an added user") {
        var founding = Clubhouse.Founding()
        founding.others[.preauthList] = PreauthList([]).encoded
        founding.roles[3].capabilities.append(.canChangePreauthorizedUserList)
        var house = try Clubhouse(founding)
        #expect(try house.propose(by: "alice1", house.changing([("eve", 2)])) == nil)
        let update = Proposal.appDataUpdate(
            AppDataUpdate(.preauthList, .update(PreauthList([]).encoded)))
        return (house, try house.proposing(by: "alice1", [update]))
    },
    .update(.bundle, "of two senders") {
        let house = try Clubhouse.usual()
        let first = try house.proposing(by: "bob1", [.selfRemove])
        let second = try house.proposing(by: "bob2", [.selfRemove])
        let bundle = HandshakeBundle(
            first.proposals[0].message, .proposals([second.proposals[0].message]))
        return (
            house, Clubhouse.Sent(update: RoomUpdate(from: "b.example", bundle.encoded))
        )
    },
    .update(.bundle, "with a commit") {
        let house = try Clubhouse.usual()
        let first = try house.proposing(by: "bob1", [.selfRemove])
        let commit = try house.committing(by: "cathy1", CommitOptions())
        let bundle = HandshakeBundle(
            first.proposals[0].message, .proposals([commit.commit!.message]))
        return (
            house, Clubhouse.Sent(update: RoomUpdate(from: "b.example", bundle.encoded))
        )
    },
]

/// A name for the room.
private func naming(_ name: String) -> Proposal {
    var metadata = RoomMetadata(uri: Clubhouse.uri.bytes)
    metadata.name = Text(name)
    return .appDataUpdate(AppDataUpdate(.roomMetadata, .update(metadata.encoded)))
}

/// The usual room with a user whose removal waits.
private func removing(_ user: String) throws -> Clubhouse {
    var house = try Clubhouse.usual()
    let proposals = [house.changing([(user, 0)])] + house.removals(of: user)
    #expect(try house.submit(house.proposing(by: "alice1", proposals), by: "alice1") == nil)
    return house
}

/// The hub proposes other extensions of the group.
private func issue(
    _ house: inout Clubhouse, _ change: ([Extension]) -> [Extension]
) throws {
    let list = change(house.room.group.context.extensions)
    let sent = try house.hubProposing(.groupContextExtensions(list), authority: .duty)
    #expect(try house.submit(sent, by: "hub") == nil)
}

private func withoutRequired(_ list: [Extension]) -> [Extension] {
    list.filter { $0.type != .requiredCapabilities }
}

private func withoutMetadata(_ list: [Extension]) -> [Extension] {
    let data = list.data(of: .appDataDictionary) ?? []
    var components = (try? AppDataDictionary(parsing: data))?.byComponent ?? [:]
    components[.roomMetadata] = nil
    return list.setting(.appDataDictionary, to: AppDataDictionary(components).encoded)
}
