import EndpointMessages
import MLSMember
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy
import RoomState
import RuleBook
import TestSupport
import Testing

@Suite("Every rule about rooms refuses what breaks it")
struct RoomRuleTests {
    @Test(arguments: orderCases)
    func refused(_ orderCase: OrderCase) throws {
        let with = try orderCase.decide(.complete)
        #expect(with.refusedRule == orderCase.rule, "\(with)")
        let without = try orderCase.decide(.without(orderCase.rule))
        #expect(without.refusedRule != orderCase.rule, "\(without)")
    }

    @Test func noRuleIsWithoutCase() {
        #expect(Set(Rule.order).subtracting(orderCases.map(\.rule)).isEmpty)
    }
}

/// The three ideas at work, with real members who follow.
@Suite struct RoomTests {
    private func role(_ house: Clubhouse, _ user: String) -> UInt32 {
        house.room.effective.participants.role(of: Clubhouse.user(user))
    }

    /// E-1: a demotion counts before any commit.
    @Test func preemption() throws {
        var house = try Clubhouse.usual()
        try house.commit(by: "alice1", CommitOptions([house.changing([("bob", 3)])]))
        #expect(try house.propose(by: "bob1", house.changing([("alice", 2)])) == nil)
        #expect(role(house, "alice") == 2)
        #expect(house.room.committed.participants.role(of: Clubhouse.user("alice")) == 3)
        let refusal = try house.propose(by: "alice1", house.changing([("eve", 2)]))
        #expect(refusal?.rule == .addParticipant)
        try house.commit(by: "cathy1")
        #expect(house.room.committed.participants.role(of: Clubhouse.user("alice")) == 2)
        #expect(house.room.group.pending.list.isEmpty)
    }

    @Test func aRefusalChangesNothing() throws {
        var house = try Clubhouse.usual()
        let before = house.room.stateHash
        #expect(try house.propose(by: "bob1", house.changing([("cathy", 0)])) != nil)
        #expect(house.room.stateHash == before)
    }

    /// A user leaves, and another's client commits it.
    @Test func leaving() throws {
        var house = try Clubhouse.usual()
        let leaf = house.members["bob2"]!.leafIndex
        #expect(
            try house.propose(
                by: "bob1", house.changing([("bob", 0)]), .selfRemove, .remove(leaf: leaf)) == nil)
        #expect(house.room.isRestricted(Clubhouse.user("bob")))
        try house.commit(by: "cathy1")
        #expect(house.members.keys.sorted() == ["alice1", "cathy1"])
        #expect(!house.room.committed.participants.contains(Clubhouse.user("bob")))
    }

    /// E-13, H-5: a ban makes what waits about its user pointless.
    @Test func supersession() throws {
        var house = try Clubhouse.usual()
        let package = try Clubhouse.keyPackage("bob3").keyPackage
        #expect(try house.propose(by: "bob1", .add(package)) == nil)
        let update = try house.proposing(by: "bob1", [.updateOf(house.members["bob1"]!)])
        #expect(try house.submit(update, by: "bob1") == nil)
        #expect(try house.propose(by: "alice1", house.changing([("bob", 3)])) == nil)
        let waiting = house.room.group.pending.list.map(\.reference)
        let ban = [house.changing([("bob", 1)])] + house.removals(of: "bob")
        let sent = try house.proposing(by: "alice1", ban)
        #expect(try house.submit(sent, by: "alice1") == nil)
        let voided = house.log.last!.compactMap {
            if case .proposalVoided(let reference) = $0 { reference } else { nil }
        }
        #expect(Set(voided) == Set(waiting))
        #expect(role(house, "bob") == 1)
        // A commit that names a void proposal is refused; one without is not.
        var options = CommitOptions()
        options.references = [waiting[0]]
        let old = try house.committing(by: "cathy1", options)
        #expect(try house.submit(old, by: "cathy1")?.rule == .proposalReference)
        options.references = house.room.group.pending.list.map(\.reference)
        try house.commit(by: "cathy1", options)
        #expect(house.room.committedLeaves[Clubhouse.user("bob")] == 0)
        // Nor does the user come back.
        #expect(try house.submit(house.joining(as: "bob1"), by: "bob1") != nil)
    }

    /// E-15, H-3: a removal that waits holds although someone joins in between.
    @Test func externalCommits() throws {
        var house = try Clubhouse.usual()
        #expect(try house.propose(by: "bob2", .selfRemove) == nil)
        let proposals = [house.changing([("cathy", 0)])] + house.removals(of: "cathy")
        #expect(
            try house.submit(house.proposing(by: "alice1", proposals), by: "alice1") == nil)
        #expect(try house.propose(by: "alice1", house.changing([("frank", 2)])) == nil)
        let join = try house.joining(as: "eve1", [house.changing([("eve", 4)])])
        #expect(try house.submit(join, by: "eve1") == nil)
        #expect(house.members["bob2"] == nil)
        // Cathy is out at once; that Frank was to come is void.
        #expect(role(house, "cathy") == 0)
        #expect(role(house, "frank") == 0)
        #expect(house.room.isRestricted(Clubhouse.user("cathy")))
        let issued = house.log.last!.filter {
            if case .hubProposalIssued = $0 { true } else { false }
        }
        #expect(issued.count == 2)
        var options = CommitOptions()
        options.references = []
        let commit = try house.committing(by: "cathy1", options)
        #expect(try house.submit(commit, by: "cathy1")?.rule == .restricted)
        try house.commit(by: "eve1")
        #expect(house.members["cathy1"] == nil)
        #expect(house.room.group.pending.list.isEmpty)
    }

    /// A client that lost its state replaces its older leaf.
    @Test func resync() throws {
        var house = try Clubhouse.usual()
        let leaf = house.members["bob2"]!.leafIndex
        let sent = try house.joining(as: "bob2", [.remove(leaf: leaf)])
        #expect(try house.submit(sent, by: "bob2") == nil)
        #expect(house.room.committedLeaves[Clubhouse.user("bob")] == 2)
        // Another's leaf it can't replace.
        let other = house.members["cathy1"]!.leafIndex
        #expect(throws: Refusal.self) {
            try house.joining(as: "bob3", [.remove(leaf: other)])
        }
    }

    /// E-4: one commit of several for one epoch is taken.
    @Test func races() throws {
        var house = try Clubhouse.usual()
        let sent = try ["alice1", "bob1", "cathy1"].map {
            (try house.committing(by: $0, CommitOptions()), $0)
        }
        #expect(try house.submit(sent[1].0, by: sent[1].1) == nil)
        for (late, name) in [sent[0], sent[2]] {
            #expect(try house.submit(late, by: name)?.rule == .groupAndEpoch)
        }
    }

    /// E-18: what the hub proposes waits, is known as its own, and is committed as others' is.
    @Test func proposalsOfTheHub() throws {
        var house = try Clubhouse.usual()
        let leaf = house.members["bob2"]!.leafIndex
        let remove = try house.hubProposing(.remove(leaf: leaf))
        #expect(try house.submit(remove, by: "hub")?.rule == .kick)
        // What is no duty is none because it is called one.
        let duty = try house.hubProposing(.remove(leaf: leaf), authority: .duty)
        #expect(try house.submit(duty, by: "hub")?.rule == .kick)
        var founding = Clubhouse.Founding()
        founding.roles = Clubhouse.roles.map { role in
            var role = role
            if role.index == Role.nobody { role.capabilities.append(.canKick) }
            return role
        }
        house = try Clubhouse(founding)
        try house.admit([("bob", 2, ["bob1", "bob2"])])
        let kick = try house.hubProposing(.remove(leaf: house.members["bob2"]!.leafIndex))
        #expect(try house.submit(kick, by: "hub") == nil)
        #expect(house.log.last!.first?.kind == .hubProposalIssued)
        try house.commit(by: "alice1")
        #expect(house.members["bob2"] == nil)
    }

    @Test func damagedUpdates() throws {
        let house = try Clubhouse.usual()
        let sent = try house.committing(by: "bob1", CommitOptions())
        let bundle = sent.update.bundle
        for bytes in [bundle + [0], Array(bundle.dropLast()), [], Array(bundle.dropFirst())] {
            let decision = house.room.decide(
                RoomUpdate(from: "b.example", bytes), now: Fixtures.now)
            #expect(decision.refusedRule == .canonicalEncoding)
        }
        // Without the GroupInfo's signature, or with that of another epoch.
        guard let made = sent.commit else { return }
        var info = made.groupInfo
        info.signature[3] ^= 1
        let altered = HandshakeBundle(
            made.message, .commit(made.welcome, .full(info), .distributionService))
        #expect(
            house.room.decide(RoomUpdate(from: "b.example", altered.encoded), now: nil)
                .refusedRule == .groupInfo)
        let partial = HandshakeBundle(
            made.message,
            .commit(
                made.welcome,
                .partial(
                    PartialGroupInfo(
                        treePresence: .none, extensions: made.groupInfo.extensions,
                        signature: made.groupInfo.signature)), .distributionService))
        #expect(
            house.room.decide(RoomUpdate(from: "b.example", partial.encoded), now: nil)
                .refusedRule == nil)
    }

    /// Events and inputs are written and read as they are.
    @Test func roundTrips() throws {
        var settings = RoomSettings(room: Clubhouse.uri, hub: "a.example")
        #expect(try RoomSettings(parsing: settings.encoded) == settings)
        var envelope = PolicyEnvelope()
        envelope.forbidden = [.canOpenJoin, .canBan]
        envelope.maximumUsers = 7
        var profile = WireProfile()
        profile.nestsWireFormats = true
        settings = RoomSettings(
            room: Clubhouse.uri, hub: "a.example", profile: profile, envelope: envelope)
        #expect(try RoomSettings(parsing: settings.encoded) == settings)
        let update = RoomUpdate(from: "b.example", [1, 2], codeRole: 3, authority: .duty)
        #expect(
            try RoomUpdate(source: Array("b.example".utf8), evidence: update.evidence) == update)
        let house = try Clubhouse.usual()
        for sent in [
            try house.committing(by: "bob1", CommitOptions()),
            try house.proposing(by: "bob1", [.selfRemove]),
        ] {
            let bundle = try HandshakeBundle(parsing: sent.update.bundle)
            #expect(bundle.encoded == sent.update.bundle)
        }
    }
}

extension Proposal {
    /// A new leaf for a member, as it would propose it itself.
    fileprivate static func updateOf(_ member: Member) throws -> Proposal {
        var copy = member
        guard case .publicMessage(let message) = try copy.proposeUpdate().message,
            case .proposal(let proposal) = message.content.body
        else { throw MemberError.unexpected("no Update") }
        return proposal
    }
}

/// What a review found: commits that lean on what they void, and proposals that no commit could hold.
@Suite struct InterplayTests {
    private func removing(_ user: String, in house: inout Clubhouse) throws {
        let proposals = [house.changing([(user, 0)])] + house.removals(of: user)
        #expect(
            try house.submit(house.proposing(by: "alice1", proposals), by: "alice1") == nil)
    }

    /// A joiner's commit voids the list update that would have put its user on the list.
    @Test func aJoinerWhoseUserIsOnlyProposed() throws {
        var house = try Clubhouse.usual()
        #expect(try house.propose(by: "alice1", house.changing([("frank", 2)])) == nil)
        let sent = try house.joining(as: "frank1")
        #expect(try house.submit(sent, by: "frank1")?.rule == .userBeforeClients)
    }

    /// Nor does a Remove that it voids take out the clients of a user whom it removes.
    @Test func aJoinerThatRemovesAUserByHalf() throws {
        var house = try Clubhouse.usual()
        let leaf = house.members["cathy1"]!.leafIndex
        #expect(try house.propose(by: "alice1", .remove(leaf: leaf)) == nil)
        let sent = try house.joining(as: "alice2", [house.changing([("cathy", 0)])])
        #expect(try house.submit(sent, by: "alice2")?.rule == .clientsBeforeUser)
    }

    @Test func aCommitThatNamesWhatItSupersedes() throws {
        var house = try Clubhouse.usual()
        let package = try Clubhouse.keyPackage("bob3").keyPackage
        #expect(try house.propose(by: "bob1", .add(package)) == nil)
        let removal = [house.changing([("bob", 0)])] + house.removals(of: "bob")
        let sent = try house.committing(by: "alice1", CommitOptions(removal))
        #expect(try house.submit(sent, by: "alice1")?.rule == .proposalReference)
        var options = CommitOptions(removal)
        options.references = []
        try house.commit(by: "alice1", options)
        #expect(house.room.committedLeaves[Clubhouse.user("bob")] == 0)
    }

    /// A restricted user may go by itself, with whatever role.
    @Test func aRestrictedUserThatGoes() throws {
        for role in [UInt32(0), 1] {
            var house = try Clubhouse.usual()
            let out = [house.changing([("cathy", role)])] + house.removals(of: "cathy")
            #expect(
                try house.submit(house.proposing(by: "alice1", out), by: "alice1") == nil)
            #expect(try house.propose(by: "cathy1", .selfRemove) == nil)
            var options = CommitOptions()
            options.references = house.room.group.pending.list.map(\.reference)
            try house.commit(by: "bob1", options)
            #expect(house.members["cathy1"] == nil)
        }
    }

    /// What a joiner's own update supersedes the hub does not propose anew.
    @Test func aBanThatStays() throws {
        var house = try Clubhouse.usual()
        try house.commit(by: "alice1", CommitOptions([house.changing([("dora", 2)])]))
        #expect(try house.propose(by: "alice1", house.changing([("dora", 0)])) == nil)
        let sent = try house.joining(as: "alice2", [house.changing([("dora", 1)])])
        #expect(try house.submit(sent, by: "alice2") == nil)
        #expect(house.room.group.pending.list.isEmpty)
        #expect(house.room.effective.participants.role(of: Clubhouse.user("dora")) == 1)
    }

    /// Additions stand in the order of the commit, which need not be that of their acceptance (H-2).
    @Test func additionsInAnotherOrder() throws {
        var house = try Clubhouse.usual()
        #expect(try house.propose(by: "alice1", house.changing([("dora", 2)])) == nil)
        #expect(try house.propose(by: "alice1", house.changing([("frank", 2)])) == nil)
        var options = CommitOptions()
        options.references = house.room.group.pending.list.map(\.reference).reversed()
        try house.commit(by: "bob1", options)
        let users = house.room.committed.participants.participants.map(\.user).suffix(2)
        #expect(Array(users) == [Clubhouse.user("frank"), Clubhouse.user("dora")])
    }

    /// Nothing waits that no commit could hold.
    @Test func proposalsThatNoCommitCouldHold() throws {
        var founding = Clubhouse.Founding()
        founding.roles[3].capabilities.append(.canChangeOtherPolicyAttribute)
        var house = try Clubhouse(founding)
        let absent = Proposal.appDataUpdate(
            AppDataUpdate(.statusNotificationPolicy, .remove))
        #expect(try house.propose(by: "alice1", absent)?.rule == .appDataUpdate)
        var client = try Clubhouse.client("alice2")
        client.capabilities.proposals = []
        let package = try client.keyPackage(.unlimited, SeededRandom(seed: 8)).keyPackage
        #expect(try house.propose(by: "alice1", .add(package))?.rule == .requiredCapabilities)
    }
}

/// What the operational policy asks of key packages and of the way in.
@Suite struct OperationalPolicyTests {
    private func house(
        _ edit: (inout OperationalParameters) -> Void
    ) throws -> Clubhouse {
        var parameters = OperationalParameters()
        edit(&parameters)
        var founding = Clubhouse.Founding()
        founding.others[.operationalPolicy] = parameters.encoded(WireProfile())
        return try Clubhouse(founding)
    }

    @Test func lifetimes() throws {
        let add = try Proposal.add(Clubhouse.keyPackage("alice2").keyPackage)
        for (limit, rule) in [(UInt64(0), nil), (1000, Rule.lifetime), (.max, nil)] {
            var house = try house { $0.maximumKeyPackageLifetime = limit }
            #expect(try house.propose(by: "alice1", add)?.rule == rule)
        }
    }

    @Test func closedToExternalCommits() throws {
        var house = try house { $0.allowsExternalCommits = false }
        let sent = try house.joining(as: "eve1", [house.changing([("eve", 4)])])
        #expect(try house.submit(sent, by: "eve1")?.rule == .defaultDeny)
    }
}
