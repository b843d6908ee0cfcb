import MLSCrypto
import MLSMember
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RuleBook
import TestSupport
import Testing

/// Groups that continue another one (RFC 9420 §11.2, §11.3).
@Suite struct SuccessionTests {
    /// Three members whose group a ReInit closed.
    private func closed(
        _ suite: CipherSuite = .x25519Aes128, extensions: [Extension] = []
    ) throws -> Party {
        var party = try Party()
        let reInit = ReInit(
            groupID: [8], version: .mls10, cipherSuite: CipherSuiteID(suite.rawValue),
            extensions: extensions)
        try party.accept(party.members[0].commit(CommitOptions([.reInit(reInit)])), by: 0)
        return party
    }

    private func expect(_ problem: String, _ body: () throws -> Void) {
        #expect(throws: MemberError.succession(problem), performing: body)
    }

    @Test func aSuccessor() throws {
        var old = try closed(.p256Aes128)
        #expect(throws: Refusal.self) { try old.members[1].commit() }
        #expect(throws: MemberError.self) { try old.members[1].encrypt([1]) }
        #expect(throws: MemberError.self) { try old.members[1].propose(.selfRemove) }
        let clients = try (0..<3).map { try Party.client("new \($0)", .p256Aes128) }
        var (first, key) = try old.members[0].successor(as: clients[0])
        let own = try Party.keyPackage(clients[1])
        let made = try first.commit(CommitOptions([.add(own.keyPackage), key]))
        let opened = try OpenedWelcome(
            #require(made.welcome), with: own, psks: old.members[1].psks)
        let joined = try Member.join(opened, from: old.members[1], .plain, SystemRandom())
        #expect(joined.epochAuthenticator == made.next.epochAuthenticator)
        #expect(joined.group.context.groupID == [8])

        expect("a group that it continues") {
            _ = try Member.join(opened, .plain, SystemRandom())
        }
        let stranger = try Party(name: "stranger").members[1]
        expect("another group or epoch that it continues") {
            _ = try Member.join(opened, from: stranger, .plain, SystemRandom())
        }
    }

    @Test func aSuccessorThatIsNone() throws {
        var old = try closed()
        let own = try Party.keyPackage(Party.client("new 1", .x25519Aes128))
        let client = try Party.client("new 0", .x25519Aes128)
        let (_, key) = try old.members[0].successor(as: client)
        // Another group id, and an epoch later than the first.
        for (groupID, epochs, problem) in [
            ([9], 0, "other parameters than the ReInit's"), ([8], 1, "epoch 2"),
        ] as [([UInt8], Int, String)] {
            var member = try Member.create(
                groupID: groupID, by: client, psks: old.members[0].psks, .plain, SystemRandom())
            for _ in 0..<epochs { member = try member.commit().next }
            var profile = GroupProfile.plain
            profile.enforcement = .without(.preSharedKey)
            member = Member(
                client, of: member.group, member.secrets, member.keys, psks: member.psks, profile,
                SystemRandom())
            let made = try member.commit(CommitOptions([.add(own.keyPackage), key]))
            let opened = try OpenedWelcome(
                #require(made.welcome), with: own, psks: old.members[1].psks)
            expect(problem) {
                _ = try Member.join(opened, from: old.members[1], .plain, SystemRandom())
            }
        }
        // A group that is still open has no successor.
        let open = try Party()
        expect("no ReInit") { _ = try open.members[0].successor(as: client) }
        old = try closed(.p256Aes128)
        expect("a client of another cipher suite") {
            _ = try old.members[0].successor(as: client)
        }
    }

    @Test func aBranch() throws {
        let old = try Party()
        let own = try Party.keyPackage(old.members[1].client)
        var (first, key) = try old.members[0].branch(groupID: [7], as: old.members[0].client)
        let made = try first.commit(CommitOptions([.add(own.keyPackage), key]))
        let opened = try OpenedWelcome(
            #require(made.welcome), with: own, psks: old.members[1].psks)
        let joined = try Member.join(opened, from: old.members[1], .plain, SystemRandom())
        #expect(joined.epochAuthenticator == made.next.epochAuthenticator)

        let stranger = try Party.keyPackage(Party.client("stranger", old.suite))
        let strange = try first.commit(
            CommitOptions([.add(own.keyPackage), .add(stranger.keyPackage), key]))
        let openedStrange = try OpenedWelcome(
            #require(strange.welcome), with: own, psks: old.members[1].psks)
        expect("leaf 2, a stranger") {
            _ = try Member.join(openedStrange, from: old.members[1], .plain, SystemRandom())
        }
        let (_, second) = try old.members[0].branch(groupID: [7], as: old.members[0].client)
        let twice = try first.commit(CommitOptions([.add(own.keyPackage), key, second]))
        let openedTwice = try OpenedWelcome(
            #require(twice.welcome), with: own, psks: old.members[1].psks)
        expect("more than one group that it continues") {
            _ = try Member.join(openedTwice, from: old.members[1], .plain, SystemRandom())
        }
    }
}
