import Foundation
import MLSCrypto
import MLSMember
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RuleBook
import TestSupport
import Testing

/// What members do with each other that no one outside sees.
@Suite struct MemberTests {
    @Test(arguments: CipherSuite.allCases)
    func handshakesInPrivate(suite: CipherSuite) throws {
        var party = try Party(suite)
        let framing = Framing(.privateMessage, authenticatedData: [9])
        let update = try party.members[1].proposeUpdate(framing)
        try party.accept(update, by: 1)
        let add = try party.members[2].propose(
            .add(Party.keyPackage(Party.client("new", suite)).keyPackage), framing)
        try party.accept(add, by: 2)
        var options = CommitOptions()
        options.framing = framing
        options.framing.padding = 100
        let made = try party.members[0].commit(options)
        guard case .privateMessage = made.message else {
            Issue.record("a commit that is not private")
            return
        }
        try party.accept(made, by: 0)
        #expect(party.agrees)
        #expect(party.members[0].group.tree.leaf(at: 3) != nil)
    }

    @Test func applicationData() throws {
        var party = try Party()
        let first = try party.members[0].encrypt([1], authenticatedData: [7], padding: 3)
        let second = try party.members[0].encrypt([2])
        // The second arrives first.
        #expect(
            try party.members[1].process(second)
                == .application([2], from: 0, authenticatedData: []))
        #expect(
            try party.members[1].process(first)
                == .application([1], from: 0, authenticatedData: [7]))
        #expect(throws: MemberError.messageKey(generation: 0)) {
            try party.members[1].process(first)
        }
        // Of another epoch.
        try party.accept(party.members[2].commit(), by: 2)
        #expect(throws: Refusal.self) { try party.members[1].process(first) }
    }

    @Test func exportedSecrets() throws {
        let party = try Party()
        func export(_ place: Int, _ label: String, _ context: [UInt8]) throws -> [UInt8] {
            try party.members[place].export(label: label, context: context, length: 40)
        }
        let secret = try export(0, "label", [1])
        #expect(secret.count == 40)
        #expect(try export(2, "label", [1]) == secret)
        #expect(try export(2, "label", [2]) != secret)
        #expect(try export(2, "other", [1]) != secret)
    }

    @Test func theSameSeedGivesTheSameBytes() throws {
        for suite in [CipherSuite.x25519Aes128, .p256Aes128, .x448Aes256] {
            var runs = try (0..<2).map { _ in try Party(suite) }
            for place in runs.indices {
                let made = try runs[place].members[1].commit()
                try runs[place].accept(made, by: 1)
            }
            #expect(runs[0].members[0].group.context == runs[1].members[0].group.context)
            #expect(
                runs[0].members[0].epochAuthenticator == runs[1].members[0].epochAuthenticator)
        }
    }

    @Test func applicationPSKsAndEphemerals() throws {
        var party = try Party()
        let key = PreSharedKeyID.Key.application(ComponentID(0x8001), id: [4])
        let psk = Proposal.psk(PreSharedKeyID(key: key, nonce: party.suite.zeroSecret))
        for place in [0, 1] { party.members[place].psks.add([5], as: key) }
        let made = try party.members[0].commit(
            CommitOptions([
                psk, .appEphemeral(AppEphemeral(ComponentID(0x8002), data: [6])),
                .appDataUpdate(AppDataUpdate(ComponentID(0x8003), .update([7]))),
            ]))
        #expect(try party.members[1].process(made.message) == .commit(by: 0))
        #expect(party.members[1].epochAuthenticator == made.next.epochAuthenticator)
        let dictionary = party.members[1].group.extensions.dictionary
        #expect(dictionary?[ComponentID(0x8003)] == [7])
        // Without the key there is no way on, and with another it leads elsewhere.
        let id = PreSharedKeyID(key: key, nonce: party.suite.zeroSecret)
        let before = party.members[2].group.context
        #expect(throws: MemberError.missingPSK(id)) {
            try party.members[2].process(made.message)
        }
        party.members[2].psks.add([6], as: key)
        #expect(throws: MemberError.confirmationTag) {
            try party.members[2].process(made.message)
        }
        #expect(party.members[2].group.context == before)
        party.members[2].psks.add([5], as: key)
        #expect(try party.members[2].process(made.message) == .commit(by: 0))
    }

    @Test func aRemovedMemberLearnsNothing() throws {
        var party = try Party()
        let made = try party.members[0].commit(CommitOptions([.remove(leaf: 2)]))
        let before = party.members[2].epochAuthenticator
        #expect(try party.members[2].process(made.message) == .removal)
        #expect(party.members[2].epochAuthenticator == before)
        #expect(party.members[2].epochAuthenticator != made.next.epochAuthenticator)
    }

    @Test func aLastResortKeyPackageServesTwice() throws {
        let client = try Party.client("reachable", .x25519Aes128)
        let own = try Party.keyPackage(client, isLastResort: true)
        for name in ["one", "other"] {
            var party = try Party(size: 1, name: name)
            let made = try party.members[0].commit(CommitOptions([.add(own.keyPackage)]))
            let opened = try OpenedWelcome(#require(made.welcome), with: own)
            let joined = try Member.join(opened, .plain, SystemRandom())
            #expect(joined.epochAuthenticator == made.next.epochAuthenticator)
        }
    }

    @Test func aCommitThatBreaksARuleIsNotMade() throws {
        var party = try Party()
        func rule(_ options: CommitOptions) -> Rule? {
            var member = party.members[0]
            do {
                _ = try member.commit(options)
                return nil
            } catch {
                return (error as? Refusal)?.rule
            }
        }
        #expect(rule(CommitOptions([.remove(leaf: 0)])) == .oneChangePerLeaf)
        #expect(rule(CommitOptions([.remove(leaf: 9)])) == .remove)
        var unknown = CommitOptions()
        unknown.references = [[1]]
        #expect(rule(unknown) == .proposalReference)
        var pathless = CommitOptions([.remove(leaf: 1)])
        pathless.path = false
        #expect(rule(pathless) == .pathRequired)
        // The last leaf, whose half of the tree goes with it.
        var last = party.members[2]
        #expect(throws: Refusal.self) { try last.commit(CommitOptions([.remove(leaf: 2)])) }
        let removal = try party.members[1].propose(.remove(leaf: 2))
        var others = party
        try others.accept(removal, by: 1)
        #expect(throws: Refusal.self) { try others.members[2].commit() }
        let leave = try party.members[0].propose(.selfRemove)
        try party.accept(leave, by: 0)
        #expect(rule(CommitOptions()) == .oneChangePerLeaf)
    }

    @Test func aSelfRemoveIsNeverPrivate() throws {
        var party = try Party()
        let made = try party.members[1].propose(.selfRemove, Framing(.privateMessage))
        do {
            _ = try party.members[0].process(made.message)
            Issue.record("a private SelfRemove was taken")
        } catch let refusal as Refusal {
            #expect(refusal.rule == .selfRemove)
        }
        // Nor does its sender take it.
        #expect(throws: Refusal.self) { try party.members[1].accept(made) }
    }

    /// RFC 9420 bounds no GroupContext.
    @Test func aLongGroupContext() throws {
        let long = Extension(
            .appDataDictionary,
            data: AppDataDictionary([
                ComponentData(ComponentID(0x8001), data: [UInt8](repeating: 7, count: 100_000))
            ]).encoded)
        var party = try Party(size: 3, extensions: [long])
        try party.accept(party.members[1].commit(), by: 1)
        #expect(party.agrees)
    }

    @Test func aJoinersCommitIsNeverPrivate() throws {
        let party = try Party()
        let joiner = try ExternalJoiner(
            Party.client("joiner", party.suite), party.members[0].groupInfo(withTree: true),
            .plain, SystemRandom())
        var options = CommitOptions()
        options.framing = Framing(.privateMessage)
        #expect(throws: Refusal.self) { try joiner.commit(options) }
    }

    @Test func certificates() throws {
        let directory = Fixtures.directory.appending(path: "certificates")
        let certificate = [UInt8](try Data(contentsOf: directory.appending(path: "alice1.der")))
        let key = [UInt8](try Data(contentsOf: directory.appending(path: "alice1.key")))
        let suite = CipherSuite.x25519Aes128
        let alice = try Client(
            suite, .x509(certificates: [certificate]), signaturePrivateKey: key)
        var party = try Party(size: 2)
        try party.admit([alice])
        try party.accept(party.members[2].commit(), by: 2)
        #expect(party.agrees)
        #expect(party.members[0].group.tree.leaf(at: 2)?.credential == alice.credential)

        // A certificate of another key, and bytes that are none.
        let random = SeededRandom(seed: 9)
        for certificates in [[certificate], [[1]], []] {
            let other = try Client(suite, .x509(certificates: certificates), random)
            do {
                _ = try party.members[0].commit(
                    CommitOptions([.add(Party.keyPackage(other).keyPackage)]))
                Issue.record("a certificate of another key was taken")
            } catch let refusal as Refusal {
                #expect(refusal.rule == .credential)
            }
        }
    }
}
