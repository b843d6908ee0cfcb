import EndpointMessages
import EventLog
import MLSCrypto
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomLog
import RoomPolicy
import RoomState
import RuleBook

/// The room's GroupInfo, tree and pending proposals for a client that may join by itself (MIMI protocol
/// §5.6, G-6): encrypted for the client, signed by the hub.
extension RoomLane {
    func groupInfo(
        _ body: [UInt8], from provider: String
    ) async throws(HubError) -> GroupInfoAnswer {
        try await inTurn { (lane) throws(RoomLogError) in
            try await lane.perform(groupInfo: body, from: provider)
        }
    }

    private func perform(
        groupInfo body: [UInt8], from provider: String
    ) async throws(RoomLogError) -> GroupInfoAnswer {
        do {
            if let refusal = hub.configuration.limits.excess(of: body) { throw refusal }
            let request = try Self.read(body)
            try check(request)
            let code = try validCode(in: request)
            try authorize(request, provider, code?.row.role)
            let answer = try response(to: request)
            if let code { try await grant(request, code.key) }
            return GroupInfoAnswer(answer)
        } catch let refusal as HubRefusal {
            hub.note(refusal, of: room.settings.room.description, from: provider)
            return GroupInfoAnswer(refusal, of: room.settings.room.bytes)
        } catch let error as RoomLogError {
            throw error
        } catch {
            preconditionFailure("an error of another kind: \(error)")
        }
    }

    private static func read(_ body: [UInt8]) throws(HubRefusal) -> GroupInfoRequest {
        do {
            return try GroupInfoRequest(parsing: body)
        } catch {
            throw HubRefusal(
                .malformed, rule: .canonicalEncoding, item: "request",
                expected: "a GroupInfoRequest", found: error.description)
        }
    }

    /// That the request is for this room's cipher suite, and signed by whom it names.
    private func check(_ request: GroupInfoRequest) throws(HubRefusal) {
        let suite = room.group.suite
        guard request.cipherSuite.rawValue == suite.rawValue else {
            throw HubRefusal(
                .notAllowed, rule: .groupInfoRequest, item: "cipher suite",
                expected: "\(suite.rawValue)", found: "\(request.cipherSuite.rawValue)")
        }
        let requester = Requester(
            signatureKey: request.requestingSignatureKey,
            credential: request.requestingCredential)
        try requester.check(
            request.signature, of: request.toBeSigned, label: GroupInfoRequest.label, suite,
            room.services, .groupInfoRequest)
    }

    private func validCode(
        in request: GroupInfoRequest
    ) throws(RoomLogError) -> (key: [UInt8], row: JoinCodeRow)? {
        guard let code = request.joiningCode else { return nil }
        return try valid(code: code)
    }

    private func authorize(
        _ request: GroupInfoRequest, _ provider: String, _ codeRole: UInt32?
    ) throws(HubRefusal) {
        do {
            try room.judge(
                access: request.requestingCredential, of: Text(provider), codeRole: codeRole)
        } catch {
            throw HubRefusal(
                .notAllowed, rules: ([.groupInfoRequest] + error.rules).map(\.description),
                item: "request", expected: "a client that could join", found: error.found)
        }
    }

    private func grant(
        _ request: GroupInfoRequest, _ codeKey: [UInt8]
    ) async throws(RoomLogError) {
        var rows = SideRows()
        let key = grantKey(request.requestingSignatureKey, request.requestingCredential)
        rows.put(codeKey, for: key, on: .joinGrant)
        try await write(rows)
    }

    private func response(
        to request: GroupInfoRequest
    ) throws(HubRefusal) -> GroupInfoResponse {
        let suite = room.group.suite
        guard let groupInfo = room.group.exchangedGroupInfo,
            let key = room.hubKey
        else {
            throw HubRefusal(
                .notAllowed, rule: .groupInfoRequest, item: "room",
                expected: "a GroupInfo and a key of the hub", found: "none")
        }
        let plaintext = GroupInfoRatchetTreeTBE(
            groupInfo: groupInfo, tree: .full(room.group.tree.exchanged),
            pendingProposals: waiting.map(\.entry))
        let id = room.settings.room.bytes
        let sealed: CipherSuite.Sealed
        do {
            let random = hub.configuration.random
            sealed = try suite.encryptWithLabel(
                publicKey: request.groupInfoPublicKey, label: GroupInfoRatchetTreeTBE.label,
                context: id, plaintext: plaintext.encoded,
                ephemeral: try suite.kem.deriveKeyPair(ikm: random(suite.kem.privateKeySize)))
        } catch {
            throw HubRefusal(
                .notAllowed, rule: .groupInfoRequest, item: "HPKE key",
                expected: "a public key of suite \(suite.rawValue)",
                found: hex(request.groupInfoPublicKey))
        }
        var success = GroupInfoResponse.Success(
            cipherSuite: request.cipherSuite,
            hubSender: key.externalSender(of: hub.configuration.domain),
            encrypted: HPKECiphertext(sealed), signature: [])
        let unsigned = GroupInfoResponse(roomID: id, status: .success(success))
        do throws(CryptoError) {
            success.signature = try key.sign(GroupInfoResponse.label, unsigned.toBeSigned)
        } catch {
            preconditionFailure("the hub's key does not sign: \(error)")
        }
        return GroupInfoResponse(roomID: id, status: .success(success))
    }
}

/// Who asks a hub for something with a signed request.
struct Requester {
    let signatureKey: [UInt8]
    let credential: Credential

    /// Refuses a signature that is not theirs, and a credential that is not to be believed.
    func check(
        _ signature: [UInt8], of content: [UInt8], label: String, _ suite: CipherSuite,
        _ services: RoomServices, _ rule: Rule
    ) throws(HubRefusal) {
        guard
            suite.signature.verifyWithLabel(
                publicKey: signatureKey, label: label, content: content, signature: signature)
        else {
            throw HubRefusal(
                .notAllowed, rule: rule, item: "request", expected: "a signature by the requester",
                found: "one that does not verify")
        }
        if case .x509(let certificates) = credential {
            let certifies = certificates.first.flatMap { try? X509Certificate(der: $0) }?
                .certifies(signatureKey, of: suite.signature)
            guard certifies ?? false else {
                throw HubRefusal(
                    .notAllowed, rule: .credential, item: "credential",
                    expected: "a certificate of the signature key", found: "another")
            }
        }
        guard let identity = services.identities.identity(of: credential) else {
            throw HubRefusal(
                .notAllowed, rule: .credential, item: "credential",
                expected: "one that names a user and client", found: "another")
        }
        if let objection = services.trust?.objection(to: credential, of: identity.user) {
            throw HubRefusal(
                .notAllowed, rule: .credential, item: "credential", expected: "a trusted one",
                found: objection)
        }
    }
}

extension Hub {
    /// Answers a request for a room's GroupInfo (MIMI protocol §5.6): `body` is a GroupInfoRequest,
    /// `provider` the authenticated domain that sent it.
    public func groupInfo(
        _ room: String, from provider: String, _ body: [UInt8]
    ) async throws(HubError) -> GroupInfoAnswer {
        guard let lane = try lane(of: room) else {
            return GroupInfoAnswer(.noSuchRoom(room), of: Array(room.utf8))
        }
        return try await lane.groupInfo(body, from: provider)
    }
}
