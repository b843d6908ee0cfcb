import MLSCrypto
import MLSMember
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import TestSupport
import Testing

/// What only a member can check (D-N): each fault is invisible outside, and a member names it.
@Suite struct MemberOnlyTests {
    /// The commit of member 0 of three, changed, and what member 2 says to it.
    private func error(
        _ change: (inout PublicMessage) -> Void
    ) throws -> MemberError? {
        var party = try Party()
        let made = try party.members[0].commit()
        guard case .publicMessage(var message) = made.message else { return nil }
        change(&message)
        let before = party.members[2]
        do {
            _ = try party.members[2].process(.publicMessage(message))
            return nil
        } catch {
            #expect(party.members[2].group.context == before.group.context)
            #expect(party.members[2].epochAuthenticator == before.epochAuthenticator)
            // The member goes on with the good one.
            #expect(try party.members[2].process(made.message) == .commit(by: 0))
            return error as? MemberError
        }
    }

    @Test func tags() throws {
        #expect(try error { _ in } == nil)
        #expect(try error { $0.membershipTag![5] ^= 1 } == .membershipTag)
        // The membership tag covers the confirmation tag; that of a joiner has none.
        #expect(try error { $0.auth.confirmationTag![5] ^= 1 } == .membershipTag)
    }

    @Test func theConfirmationTagOfAJoiner() throws {
        var party = try Party()
        let joiner = try ExternalJoiner(
            Party.client("joiner", party.suite), party.members[0].groupInfo(withTree: true),
            .plain, SystemRandom())
        let made = try joiner.commit()
        guard case .publicMessage(var message) = made.message else { return }
        message.auth.confirmationTag![0] ^= 1
        #expect(throws: MemberError.confirmationTag) {
            try party.members[1].process(.publicMessage(message))
        }
        #expect(try party.members[1].process(made.message) == .commit(by: 3))
        #expect(party.members[1].epochAuthenticator == made.next.epochAuthenticator)
    }

    /// Paths whose secrets are not what their public keys say, signed and tagged as they should be.
    @Test func pathsThatAreNotWhatTheySay() throws {
        let party = try Party(size: 4)
        let client = party.members[0].client
        let context = party.members[0].group.context
        var draft = TreeDraft(party.members[0].group.tree)
        let own = try OwnPath(
            by: client, at: 0, over: &draft, groupID: context.groupID, SystemRandom())
        let path = try own.encrypted(in: draft, but: [], context, SystemRandom())
        func receive(_ path: UpdatePath, by place: Int, _ context: GroupContext) throws -> [UInt8] {
            var keys = party.members[place].keys.kept(only: draft)
            let (secret, node) = try keys.decrypt(path, of: 0, in: draft, but: [], context)
            return try keys.take(secret, from: node, of: 0, in: draft)
        }
        #expect(try receive(path, by: 3, context) == own.commitSecret)
        // Encrypted for another context.
        var other = context
        other.epoch += 1
        #expect(throws: CryptoError.invalidCiphertext) { try receive(path, by: 3, other) }
        // Ciphertexts of the wrong recipients.
        var swapped = path
        swapped.nodes[1].encryptedPathSecrets = path.nodes[0].encryptedPathSecrets
        #expect(throws: (any Error).self) { try receive(swapped, by: 3, context) }
        var empty = path
        empty.nodes[1].encryptedPathSecrets = []
        #expect(throws: MemberError.noPathSecret) { try receive(empty, by: 3, context) }
        // A secret that gives another key than the path's, at its node and above it.
        for node in draft.filteredDirectPath(of: 0).map(\.node) {
            var altered = draft
            guard var parent = altered.node(at: node)?.parent else { continue }
            parent.encryptionKey = try party.suite.kem.deriveKeyPair(ikm: [1]).publicKey
            altered.set(.parent(parent), at: node)
            var keys = party.members[1].keys.kept(only: draft)
            let (secret, place) = try keys.decrypt(path, of: 0, in: draft, but: [], context)
            #expect(throws: MemberError.pathSecret(node: node.value)) {
                try keys.take(secret, from: place, of: 0, in: altered)
            }
        }
    }

    @Test func welcomes() throws {
        var party = try Party()
        let own = try Party.keyPackage(Party.client("joiner", party.suite))
        let stranger = try Party.keyPackage(Party.client("stranger", party.suite))
        let made = try party.members[0].commit(CommitOptions([.add(own.keyPackage)]))
        let welcome = try #require(made.welcome)
        #expect(throws: MemberError.notWelcome) { try OpenedWelcome(welcome, with: stranger) }
        var other = welcome
        other.cipherSuite = CipherSuiteID(2)
        #expect(throws: MemberError.notWelcome) { try OpenedWelcome(other, with: own) }
        other = welcome
        other.encryptedGroupInfo[3] ^= 1
        #expect(throws: CryptoError.invalidCiphertext) { try OpenedWelcome(other, with: own) }

        // A tree without the joiner, and the tree of the epoch before.
        let opened = try OpenedWelcome(welcome, with: own)
        #expect(throws: (any Error).self) {
            try Member.join(
                opened, tree: party.members[0].group.tree.exchanged, .plain, SystemRandom())
        }
        let joined = try Member.join(opened, .plain, SystemRandom())
        #expect(joined.epochAuthenticator == made.next.epochAuthenticator)
    }

    @Test func groupsWithoutAWayIn() throws {
        let party = try Party()
        var info = try party.members[0].groupInfo(withTree: true)
        info.extensions.removeAll { $0.type == .externalPub }
        info.signature = try party.members[0].client.sign("GroupInfoTBS", info.toBeSigned)
        let joiner = try ExternalJoiner(
            Party.client("joiner", party.suite), info, .plain, SystemRandom())
        #expect(throws: MemberError.noExternalPub) { try joiner.commit() }
    }
}
