import EndpointMessages
import HubStore
import MLSCrypto
import MLSMessages
import PresentationLanguage
import RoomState
import TestSupport
import Testing

/// Proposals that wait already, and are sent again with others.
@Suite struct SentAgainTests: HubPlace {
    @Test func itIsToldOfOnce() async throws {
        try await withStorePath { path in
            var hub = try open(path)
            var house = try #require(try await found("clubhouse", on: hub).house)
            let first = try house.proposing(by: "alice1", [house.changing([("bob", 2)])])
            try await send(first, to: "clubhouse", hub)
            #expect(try house.submit(first, by: "alice1") == nil)
            let second = try house.proposing(
                by: "alice1", [house.changing([("bob", 2)]), house.changing([("cathy", 2)])])
            try await send(second, to: "clubhouse", hub)
            #expect(try await proposals(hub).count == 2)
            await hub.close()
            hub = try open(path)
            #expect(try await proposals(hub).count == 2)
            await hub.close()
        }
    }

    /// D-33 is about another SelfRemove, not about the same one.
    @Test func aSelfRemove() throws {
        var house = try Clubhouse.usual()
        let sent = try house.proposing(by: "bob1", [.selfRemove])
        #expect(try house.submit(sent, by: "bob1") == nil)
        let decision = house.room.decide(sent.update, now: Fixtures.now)
        #expect(try decision.events.isEmpty)
    }

    /// The proposals that somebody is told of who may join.
    private func proposals(_ hub: Hub) async throws -> [PendingProposalEntry] {
        let client = try Clubhouse.client("alice2")
        let key = try client.suite.kem.deriveKeyPair(ikm: [UInt8](repeating: 7, count: 32))
        var request = GroupInfoRequest(
            cipherSuite: CipherSuiteID(client.suite.rawValue),
            requestingSignatureKey: client.signatureKey, requestingCredential: client.credential,
            groupInfoPublicKey: key.publicKey, joiningCode: nil, signature: [])
        request.signature = try client.sign(GroupInfoRequest.label, request.toBeSigned)
        let answer = try await hub.groupInfo(Self.room, from: "a.example", request.encoded)
        let response = try GroupInfoResponse(parsing: try #require(answer.body))
        guard case .success(let success) = response.status else {
            Issue.record("no GroupInfo")
            return []
        }
        let plaintext = try client.suite.decryptWithLabel(
            privateKey: key.privateKey, label: GroupInfoRatchetTreeTBE.label,
            context: response.roomID, sealed: success.encrypted.sealed)
        return try GroupInfoRatchetTreeTBE(parsing: plaintext).pendingProposals
    }
}
