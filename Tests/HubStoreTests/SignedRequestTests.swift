import EndpointMessages
import HubStore
import MLSCrypto
import MLSMember
import MLSMessages
import PresentationLanguage
import TestSupport
import Testing

/// Requests for GroupInfo and key packages are signed by whom they name, and come from their provider.
@Suite struct SignedRequestTests: HubPlace {
    private func groupInfoRequest(
        of client: Client, _ edit: (inout GroupInfoRequest) -> Void = { _ in }
    ) throws -> [UInt8] {
        let key = try client.suite.kem.deriveKeyPair(ikm: [UInt8](repeating: 7, count: 32))
        var request = GroupInfoRequest(
            cipherSuite: CipherSuiteID(client.suite.rawValue),
            requestingSignatureKey: client.signatureKey, requestingCredential: client.credential,
            groupInfoPublicKey: key.publicKey, joiningCode: nil, signature: [])
        request.signature = try client.sign(GroupInfoRequest.label, request.toBeSigned)
        edit(&request)
        return request.encoded
    }

    @Test func groupInfo() async throws {
        try await withStorePath { path in
            let hub = try open(path)
            _ = try await found("clubhouse", on: hub)
            func rule(
                from provider: String = "a.example",
                _ edit: (inout GroupInfoRequest) -> Void = { _ in }
            ) async throws -> String? {
                let request = try groupInfoRequest(of: Clubhouse.client("alice2"), edit)
                return try await hub.groupInfo(Self.room, from: provider, request).refusal?.rule
            }
            #expect(try await rule() == nil)
            #expect(try await rule { $0.signature[0] ^= 1 } == "G-6")
            #expect(try await rule { $0.joiningCode = [1] } == "G-6")
            let other = try Clubhouse.client("eve1")
            #expect(try await rule { $0.requestingCredential = other.credential } == "G-6")
            #expect(try await rule { $0.requestingSignatureKey = other.signatureKey } == "G-6")
            #expect(
                try await hub.groupInfo(
                    Self.room, from: "b.example",
                    groupInfoRequest(of: Clubhouse.client("alice2"))
                ).refusal?.rules == ["G-6", "A-9"])
            await hub.close()
        }
    }

    @Test func keyMaterial() async throws {
        try await withStorePath { path in
            let hub = try open(path)
            let client = try Clubhouse.client("alice1")
            let target = "mimi://b.example/u/bob"
            func rule(
                from provider: String = "a.example", signedLast: Bool = false,
                _ edit: (inout KeyMaterialRequest) -> Void = { _ in }
            ) async throws -> String? {
                var request = KeyMaterialRequest(
                    requestingUser: Clubhouse.user("alice"), targetUser: Array(target.utf8),
                    roomID: [], cipherSuites: [CipherSuiteID(1)],
                    requiredCapabilities: RequiredCapabilities(),
                    signatureKey: client.signatureKey, credential: client.credential,
                    signature: [])
                if signedLast { edit(&request) }
                request.signature = try client.sign(KeyMaterialRequest.label, request.toBeSigned)
                if !signedLast { edit(&request) }
                let answer = try await hub.keyMaterial(
                    of: target, from: provider, request.encoded)
                guard case .refused(let refusal) = answer.outcome else { return nil }
                return refusal.rule
            }
            // A sound request would go on to the other provider, if there were a way.
            await #expect(throws: HubError.self) { try await rule() }
            #expect(try await rule { $0.signature[0] ^= 1 } == "G-2")
            #expect(try await rule { $0.roomID = [1] } == "G-2")
            let eve = Clubhouse.user("eve")
            #expect(try await rule(signedLast: true) { $0.requestingUser = eve } == "G-2")
            #expect(try await rule(signedLast: true) { $0.targetUser = eve } == "A-1")
            #expect(try await rule(from: "b.example") == "A-9")
            await hub.close()
        }
    }
}
