import MLSMessages
import PresentationLanguage
import TestSupport
import Testing

/// `messages.json`: every struct is read and written again byte for byte.
@Suite(.enabled(if: SharedInputs.vectors.exist, "\(SharedInputs.vectors.reason)"))
struct MessageVectorTests {
    private let vectors: [[String: HexBytes]]

    init() throws {
        vectors = try SharedInputs.vectors.load("messages")
        #expect(!vectors.isEmpty)
    }

    private static let messages: [String: WireFormat] = [
        "mls_welcome": .welcome, "mls_group_info": .groupInfo, "mls_key_package": .keyPackage,
        "public_message_application": .publicMessage, "public_message_proposal": .publicMessage,
        "public_message_commit": .publicMessage, "private_message": .privateMessage,
    ]

    @Test func roundTrips() throws {
        for vector in vectors {
            var seen = Set(vector.keys)
            for (name, format) in Self.messages {
                let bytes = try #require(vector[name]).bytes
                let message = try MLSMessage(parsing: bytes)
                #expect(message.wireFormat == format)
                #expect(message.encoded == bytes, "\(name)")
                seen.remove(name)
            }
            try check("ratchet_tree", RatchetTreeNodes.self, vector, &seen)
            try check("group_secrets", GroupSecrets.self, vector, &seen)
            try check("commit", Commit.self, vector, &seen)
            for (name, type) in Self.proposals {
                // The vectors leave the type out, which this project reads with the content.
                let bytes = type.encoded + (try #require(vector[name]).bytes)
                let proposal = try Proposal(parsing: bytes)
                #expect(proposal.type == type)
                #expect(proposal.encoded == bytes, "\(name)")
                seen.remove(name)
            }
            #expect(seen.isEmpty)
        }
    }

    @Test func everyTruncationIsRefused() throws {
        let vector = try #require(vectors.first)
        for name in Self.messages.keys {
            let bytes = try #require(vector[name]).bytes
            for count in 0..<bytes.count {
                #expect(throws: DecodingError.self) {
                    try MLSMessage(parsing: Array(bytes.prefix(count)))
                }
            }
        }
    }

    private static let proposals: [String: ProposalType] = [
        "add_proposal": .add, "update_proposal": .update, "remove_proposal": .remove,
        "pre_shared_key_proposal": .psk, "re_init_proposal": .reInit,
        "external_init_proposal": .externalInit,
        "group_context_extensions_proposal": .groupContextExtensions,
    ]

    private func check<T: TLSCodable>(
        _ name: String, _ type: T.Type, _ vector: [String: HexBytes], _ seen: inout Set<String>
    ) throws {
        let bytes = try #require(vector[name]).bytes
        #expect(try T(parsing: bytes).encoded == bytes, "\(name)")
        seen.remove(name)
    }
}
