import MLSCrypto
import MLSMember
import MLSMessages
import MLSPublicGroup
import TestSupport
import Testing

/// Members of this project in one group with clients of mls-rs.
@Suite(.serialized, .enabled(if: MLSRSClient.python != nil, "\(MLSRSClient.reason)"))
struct InteropTests {
    @Test(arguments: [true, false])
    func weCreate(treeInWelcome: Bool) throws {
        var meeting = Meeting()
        let alice = try meeting.client("alice")
        let creator = try Member.create(
            groupID: [1, 2, 3], by: alice, lifetime: Meeting.lifetime, meeting.profile,
            meeting.random)
        meeting.ours["alice"] = creator
        try meeting.watch(creator.groupInfo(), creator.group.tree.exchanged)

        let rita = try MLSRSClient("rita", treeInWelcome: treeInWelcome)
        try weAdd(rita, to: &meeting, treeInWelcome: treeInWelcome)
        try meeting.checkAgreement()
        try live(in: &meeting, with: rita, treeInWelcome: treeInWelcome)
    }

    @Test(arguments: [true, false])
    func mlsRSCreates(treeInWelcome: Bool) throws {
        var meeting = Meeting()
        let rita = try MLSRSClient("rita", treeInWelcome: treeInWelcome)
        try rita.create(groupID: [4, 5, 6])
        meeting.theirs["rita"] = rita
        try theyAdd("alice", by: rita, to: &meeting, treeInWelcome: treeInWelcome)
        try meeting.checkAgreement()
        try live(in: &meeting, with: rita, treeInWelcome: treeInWelcome)
    }

    /// Both commit, propose, remove and add again, and others join.
    private func live(
        in meeting: inout Meeting, with rita: MLSRSClient, treeInWelcome: Bool
    ) throws {
        // Both commit.
        let theirs = try rita.commit()
        try meeting.deliver(commit: theirs.commit, from: "rita")
        try meeting.checkAgreement()
        _ = try meeting.commit(by: "alice")
        try meeting.checkAgreement()

        // What the one proposes the other commits.
        let bob = try meeting.client("bob").keyPackage(Meeting.lifetime, meeting.random)
        for proposal in try rita.propose(add: [bob.keyPackage]) {
            try meeting.deliver(proposal: proposal, from: "rita")
        }
        let made = try meeting.commit(by: "alice")
        try meeting.join(bob, as: "bob", made.welcome, tree: nil)
        try meeting.checkAgreement()
        let update = try meeting.ours["alice"]!.proposeUpdate()
        try meeting.deliver(proposal: update.message, from: "alice")
        try meeting.ours["alice"]!.accept(update)
        try meeting.deliver(commit: rita.commit().commit, from: "rita")
        try meeting.checkAgreement()

        // Each removes someone of the other side, and adds them again.
        try meeting.deliver(commit: rita.remove("bob").commit, from: "rita", leaving: ["bob"])
        try meeting.checkAgreement()
        try theyAdd("bob", by: rita, to: &meeting, treeInWelcome: treeInWelcome)
        try meeting.checkAgreement()
        let leaf = try #require(meeting.ours["alice"]?.leafIndex(of: "rita"))
        _ = try meeting.commit(
            by: "alice", CommitOptions([.remove(leaf: leaf)]), leaving: ["rita"])
        try weAdd(rita, to: &meeting, treeInWelcome: treeInWelcome)
        try meeting.checkAgreement()

        // One of ours joins by an external commit, loses its state, and joins again.
        for options in [[], [Proposal.remove(leaf: 3)]] {
            let groupInfo = try #require(try meeting.ours["alice"]?.groupInfo(withTree: true))
            meeting.ours["carol"] = nil
            let joiner = try ExternalJoiner(
                meeting.client("carol"), groupInfo, meeting.profile, meeting.random)
            let joined = try joiner.commit(CommitOptions(options))
            #expect(joined.next.leafIndex == 3)
            try meeting.deliver(commit: joined.message, from: "carol", next: joined.next)
            try meeting.checkAgreement()
        }
        try meeting.deliver(commit: rita.commit().commit, from: "rita")
        try meeting.checkAgreement()
        #expect(meeting.commits > 10)
    }

    private func weAdd(
        _ rita: MLSRSClient, to meeting: inout Meeting, treeInWelcome: Bool
    ) throws {
        var options = CommitOptions([.add(try rita.keyPackage())])
        options.treeInWelcome = treeInWelcome
        let made = try meeting.commit(by: "alice", options)
        try rita.join(
            #require(made.welcome), tree: treeInWelcome ? nil : made.next.group.tree.exchanged)
        meeting.theirs["rita"] = rita
    }

    private func theyAdd(
        _ name: String, by rita: MLSRSClient, to meeting: inout Meeting, treeInWelcome: Bool
    ) throws {
        let own = try meeting.client(name).keyPackage(Meeting.lifetime, meeting.random)
        let made = try rita.add([own.keyPackage])
        try meeting.deliver(commit: made.commit, welcome: made.welcome, from: "rita")
        try meeting.join(
            own, as: name, made.welcome, tree: treeInWelcome ? nil : rita.tree())
    }

    /// What mls-rs refuses of ours when it is damaged.
    @Test func damagedCommits() throws {
        var meeting = Meeting()
        let alice = try Member.create(
            groupID: [7], by: meeting.client("alice"), lifetime: Meeting.lifetime,
            meeting.profile, meeting.random)
        meeting.ours["alice"] = alice
        try meeting.watch(alice.groupInfo(), alice.group.tree.exchanged)
        let rita = try MLSRSClient("rita")
        try weAdd(rita, to: &meeting, treeInWelcome: true)
        let made = try meeting.ours["alice"]!.commit()
        guard case .publicMessage(let whole) = made.message else { return }
        let damages: [(inout PublicMessage) -> Void] = [
            { $0.membershipTag![0] ^= 1 }, { $0.auth.confirmationTag![0] ^= 1 },
            { $0.auth.signature[0] ^= 1 }, { $0.content.epoch += 1 },
        ]
        for damage in damages {
            var message = whole
            damage(&message)
            #expect(throws: MLSRSClient.Failure.self) {
                try rita.process(.publicMessage(message))
            }
        }
        try meeting.deliver(commit: made.message, from: "alice", next: made.next)
        try meeting.checkAgreement()
    }
}

extension Member {
    /// The leaf of a basic credential's identity.
    func leafIndex(of identity: String) -> UInt32? {
        group.tree.members.first {
            $0.leaf.credential == .basic(identity: Array(identity.utf8))
        }?.index
    }
}
