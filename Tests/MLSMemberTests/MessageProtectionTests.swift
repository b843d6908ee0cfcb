import MLSCrypto
import MLSMember
import MLSMessages
import PresentationLanguage
import TestSupport
import Testing

/// `message-protection.json`: a message of each kind by leaf 1 of two, opened, and sealed anew.
@Suite(.enabled(if: SharedInputs.vectors.exist, "\(SharedInputs.vectors.reason)"))
struct MessageProtectionTests {
    struct Vector: Decodable {
        let cipherSuite: UInt16
        let epoch: UInt64
        let groupId, treeHash, confirmedTranscriptHash: HexBytes
        let signaturePriv, signaturePub: HexBytes
        let encryptionSecret, senderDataSecret, membershipKey: HexBytes
        let proposal, proposalPriv, proposalPub: HexBytes
        let commit, commitPriv, commitPub: HexBytes
        let application, applicationPriv: HexBytes
    }

    /// The two members' view of the epoch.
    private struct Epoch {
        let vector: Vector
        let suite: CipherSuite
        let context: [UInt8]

        init(_ vector: Vector) throws {
            self.vector = vector
            suite = try #require(CipherSuite(rawValue: vector.cipherSuite))
            context =
                GroupContext(
                    version: .mls10, cipherSuite: CipherSuiteID(vector.cipherSuite),
                    groupID: vector.groupId.bytes, epoch: vector.epoch,
                    treeHash: vector.treeHash.bytes,
                    confirmedTranscriptHash: vector.confirmedTranscriptHash.bytes, extensions: []
                ).encoded
        }

        func protection() -> MessageProtection {
            MessageProtection(
                suite, membershipKey: vector.membershipKey.bytes,
                senderDataSecret: vector.senderDataSecret.bytes,
                tree: SecretTree(
                    suite, width: 2, encryptionSecret: vector.encryptionSecret.bytes))
        }

        func isSigned(_ message: AuthenticatedContent) -> Bool {
            suite.signature.verifyWithLabel(
                publicKey: vector.signaturePub.bytes, label: "FramedContentTBS",
                content: message.content.toBeSigned(
                    wireFormat: message.wireFormat, context: context),
                signature: message.auth.signature)
        }

        /// Opens a message and checks all that protects it.
        func open(_ message: MLSMessage) throws -> FramedContent {
            var protection = protection()
            let content: AuthenticatedContent
            switch message {
            case .publicMessage(let message):
                try protection.checkMembership(of: message, context: context)
                content = message.authenticatedContent
            case .privateMessage(let message):
                content = try protection.open(message) { $0 < 2 }
            default:
                throw MemberError.unexpected("not a message of the group")
            }
            #expect(isSigned(content))
            #expect(content.content.sender == .member(leaf: 1))
            return content.content
        }

        func sign(_ body: FramedContent.Body, as format: WireFormat) throws -> AuthenticatedContent
        {
            let content = FramedContent(
                groupID: vector.groupId.bytes, epoch: vector.epoch, sender: .member(leaf: 1),
                authenticatedData: [1, 2, 3], body: body)
            let signature = try suite.signature.signWithLabel(
                privateKey: vector.signaturePriv.bytes, label: "FramedContentTBS",
                content: content.toBeSigned(wireFormat: format, context: context))
            let tag = body.type == .commit ? suite.zeroSecret : nil
            return AuthenticatedContent(
                wireFormat: format, content: content,
                auth: FramedContentAuthData(signature: signature, confirmationTag: tag))
        }
    }

    private let epochs: [Epoch]

    init() throws {
        let vectors: [Vector] = try SharedInputs.vectors.load("message-protection")
        #expect(Set(vectors.map(\.cipherSuite)).count == 7)
        epochs = try vectors.map(Epoch.init)
    }

    @Test("message-protection.json: opened")
    func opened() throws {
        for epoch in epochs {
            let vector = epoch.vector
            let proposal = FramedContent.Body.proposal(
                try Proposal(parsing: vector.proposal.bytes))
            let commit = FramedContent.Body.commit(try Commit(parsing: vector.commit.bytes))
            for (message, body) in [
                (vector.proposalPub, proposal), (vector.proposalPriv, proposal),
                (vector.commitPub, commit), (vector.commitPriv, commit),
                (vector.applicationPriv, .application(vector.application.bytes)),
            ] {
                #expect(try epoch.open(MLSMessage(parsing: message.bytes)).body == body)
            }
        }
    }

    @Test("message-protection.json: sealed anew and opened")
    func sealed() throws {
        for epoch in epochs {
            let vector = epoch.vector
            let bodies: [FramedContent.Body] = [
                .proposal(try Proposal(parsing: vector.proposal.bytes)),
                .commit(try Commit(parsing: vector.commit.bytes)),
                .application(vector.application.bytes),
            ]
            for body in bodies {
                var protection = epoch.protection()
                let sealed = try protection.privateMessage(
                    epoch.sign(body, as: .privateMessage), padding: 17, SystemRandom())
                let opened = try epoch.open(.privateMessage(sealed))
                #expect(opened.body == body)
                #expect(opened.authenticatedData == [1, 2, 3])
                guard body.type != .application else { continue }
                let message = try protection.publicMessage(
                    epoch.sign(body, as: .publicMessage), context: epoch.context)
                #expect(try epoch.open(.publicMessage(message)).body == body)
            }
        }
    }

    @Test func damagedMessagesDoNotOpen() throws {
        let epoch = epochs[0]
        guard
            case .privateMessage(let whole) = try MLSMessage(
                parsing: epoch.vector.applicationPriv.bytes)
        else { throw MemberError.unexpected("application_priv") }
        var protection = epoch.protection()
        let damages: [(inout PrivateMessage) -> Void] = [
            { $0.ciphertext[0] ^= 1 }, { $0.ciphertext.removeLast() }, { $0.ciphertext = [] },
            { $0.encryptedSenderData[0] ^= 1 }, { $0.encryptedSenderData = [] },
            { $0.authenticatedData.append(0) }, { $0.groupID.append(0) }, { $0.epoch += 1 },
            { $0.contentType = .proposal },
        ]
        for damage in damages {
            var message = whole
            damage(&message)
            #expect(throws: (any Error).self) { try protection.open(message) { $0 < 2 } }
        }
        // None of them used up the key.
        _ = try protection.open(whole) { $0 < 2 }
        #expect(throws: MemberError.messageKey(generation: 0)) {
            try protection.open(whole) { $0 < 2 }
        }
        guard
            case .publicMessage(var message) = try MLSMessage(parsing: epoch.vector.commitPub.bytes)
        else { throw MemberError.unexpected("commit_pub") }
        let tag = try #require(message.membershipTag)
        for wrong in [[], [1], Array(tag.dropLast()), tag.map { ~$0 }, tag + [0]] {
            message.membershipTag = wrong
            #expect(throws: MemberError.membershipTag) {
                try protection.checkMembership(of: message, context: epoch.context)
            }
        }
    }
}
