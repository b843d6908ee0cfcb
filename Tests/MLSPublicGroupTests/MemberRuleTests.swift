import MLSCrypto
import MLSMember
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RuleBook
import TestSupport
import Testing

/// A member refuses the handshakes that a hub refuses, by the same rules.
@Suite struct MemberRuleTests {
    /// Those of objects that come beside a commit, which a member does not see.
    private static let companionRules: Set<Rule> = [
        .groupInfo, .groupInfoTree, .groupInfoExtensions, .welcome, .suppliedTree,
    ]

    static let cases = RuleTests.cases.filter {
        guard case .computes = $0.effect else {
            return $0.handshake != nil && !companionRules.contains($0.rule)
        }
        return false
    }

    /// A member of a forged group, with made-up secrets.
    private func member(of forged: ForgedGroup) throws -> Member {
        let group = forged.group
        let (index, forgedClient) = try #require(forged.clients.max { $0.key < $1.key })
        let client = try Client(
            forged.suite, forgedClient.credential,
            signaturePrivateKey: forgedClient.signaturePrivateKey)
        return Member(
            client, of: group, try EpochSecrets(forged.suite, epochSecret: [1]),
            PrivateTree(
                forged.suite, leaf: index, key: try forged.suite.kem.deriveKeyPair(ikm: [2])),
            psks: PreSharedKeys(), forged.profile, SystemRandom())
    }

    /// The message with the membership_tag that it must have among those members, unless its very
    /// length is wrong.
    private func tagged(_ message: MLSMessage, _ member: Member) throws -> MLSMessage {
        guard case .publicMessage(let content) = message,
            content.membershipTag?.count == member.suite.hash.size
        else { return message }
        let protection = MessageProtection(
            member.suite, member.secrets, width: member.group.tree.width)
        return .publicMessage(
            try protection.publicMessage(
                content.authenticatedContent, context: member.group.context.encoded))
    }

    @Test(arguments: cases)
    func refused(_ ruleCase: RuleCase) throws {
        let (build, now) = try #require(ruleCase.handshake)
        let (forged, input) = build()
        let expected = try #require(ruleCase.decide(.complete).refusedRule)
        var member = try member(of: forged)
        do {
            let message = try PublicGroup.read(input.input.message, forged.profile)
            let received = try member.process(tagged(message, member), now: now)
            Issue.record("taken as \(received)")
        } catch let refusal as Refusal {
            #expect(refusal.rule == expected)
        } catch {
            // A member reads private messages, and takes none of the other formats here.
            #expect(expected == .wireFormat, "\(error)")
        }
    }

    @Test func theOtherRulesSayHowToComputeOrImport() {
        let others: Set<Rule> = [
            .applicationOrder, .treeShape, .groupContext, .importedTree, .importedParentHash,
        ]
        let missing = Set(Rule.mls).subtracting(Self.cases.map(\.rule))
        #expect(missing == others.union(Self.companionRules))
    }
}
